// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** {@code sandjar do} as users run it: the finished image, skipped where it has not been built. */
@EnabledIf("built")
@Timeout(120)
class EndToEndTest {
    private static final Path PROGRAM = Path.of(System.getProperty("sandjar.native"))
            .resolve("../../image/bin/sandjar")
            .normalize();

    @TempDir
    Path dir;

    static boolean built() {
        return Files.isExecutable(PROGRAM);
    }

    private record Result(int status, String out, String err) {}

    private ProcessBuilder builder(String... words) {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectError(dir.resolve(".err").toFile());
    }

    private Result finish(Process p, String input) throws IOException, InterruptedException {
        try (var in = p.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(p.waitFor(), out, Files.readString(dir.resolve(".err")));
    }

    private Result run(String... words) throws IOException, InterruptedException {
        return finish(builder(words).start(), "");
    }

    /** A guest that has said "ready" on its output. */
    private Process start(String script) throws IOException {
        Process p = builder("do", "--", "sh", "-c", script).start();
        byte[] ready = p.getInputStream().readNBytes(6);
        assertEquals("ready\n", new String(ready, StandardCharsets.UTF_8));
        return p;
    }

    private static void signal(Process p, String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(p.pid()))
                        .start()
                        .waitFor());
    }

    @Test
    void exitStatusIsTheGuests() throws Exception {
        assertEquals(new Result(0, "hello\n", ""), run("do", "echo", "hello"));
        assertEquals(7, run("do", "--", "sh", "-c", "exit 7").status());
        assertEquals(new Result(0, "-n\n", ""), run("do", "printf", "%s\\n", "-n"));
    }

    @Test
    void whatCannotBeRun() throws Exception {
        Result r = run("do", "no-such-command");
        assertEquals(127, r.status());
        assertTrue(r.err().startsWith("sandjar: no-such-command: command not found\n"), r.err());
        assertEquals(127, run("do", "/no/such/file").status());
        assertEquals(126, run("do", "/etc/passwd").status());
        assertEquals(126, run("do", "/etc").status());
        Path script = Files.writeString(dir.resolve("script"), "#!/no/such/interpreter\n");
        assertTrue(script.toFile().setExecutable(true));
        assertEquals(127, run("do", "./script").status());
        Path text = Files.writeString(dir.resolve("text"), "echo hello\n");
        assertTrue(text.toFile().setExecutable(true));
        assertEquals(126, run("do", "./text").status());
    }

    @Test
    void ownFailures() throws Exception {
        assertEquals(125, run("do", "--no-such-option", "true").status());
        assertEquals(125, run("do").status());
        assertEquals(125, run("do", "--rootfs", "/no/such/dir", "true").status());
        assertEquals(125, run("do", "--volume", "/no/such/dir:/x", "true").status());
        assertEquals(125, run("do", "--workdir", "/no/such/dir", "true").status());
        assertEquals(125, run("do", "--user", "no-such-user", "true").status());
        assertEquals(2, run("no-such-verb").status());
        assertEquals(0, run("--help").status());
    }

    @Test
    void aSignalThatKillsIsTold() throws Exception {
        // pid 1 is protected from its own kill, but not from its own fault
        assertEquals(
                128 + 11,
                run("do", "--", "sh", "-c", "exec python3 -c 'import ctypes; ctypes.string_at(0)'")
                        .status());
        assertEquals(
                143,
                run("do", "--", "sh", "-c", "sh -c 'kill -TERM $$'; exit $?").status());
    }

    @Test
    void timeouts() throws Exception {
        Result r = run("do", "--timeout", "0.3", "sleep", "60");
        assertEquals(124, r.status());
        assertEquals("sandjar: the command was ended by --timeout\n", r.err());
        assertEquals(new Result(124, "", ""), run("do", "--quiet", "--timeout=300ms", "sleep", "60"));
        assertEquals(5, run("do", "--timeout", "60", "sh", "-c", "exit 5").status());
    }

    @Test
    void streams() throws Exception {
        assertEquals(
                new Result(0, "ABC\n", ""),
                finish(builder("do", "tr", "a-z", "A-Z").start(), "abc\n"));
        Result r = run("do", "--", "sh", "-c", "echo out; echo err >&2");
        assertEquals(new Result(0, "out\n", "err\n"), r);
        String much = "0123456789abcdef\n".repeat(20_000);
        Path file = Files.writeString(dir.resolve("much"), much);
        Process cat = builder("do", "cat").redirectInput(file.toFile()).start();
        assertEquals(much, new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, cat.waitFor());
    }

    @Test
    void filesStayInTheSandbox() throws Exception {
        Files.writeString(dir.resolve("file"), "host\n");
        assertEquals(
                "host\nguest\n",
                run("do", "--", "sh", "-c", "cat file; echo guest >file; cat file")
                        .out());
        assertEquals("host\n", Files.readString(dir.resolve("file")));
        String volume = dir + ":/mnt/v";
        assertEquals(
                0,
                run("do", "--volume", volume, "--", "sh", "-c", "echo guest >/mnt/v/new")
                        .status());
        assertEquals("guest\n", Files.readString(dir.resolve("new")));
        assertEquals(
                1,
                run("do", "--volume", volume + ":ro", "--", "sh", "-c", "rm /mnt/v/new")
                        .status());
        assertTrue(Files.exists(dir.resolve("new")));
    }

    @Test
    void theGuestsWorld() throws Exception {
        assertEquals("sandjar\n", run("do", "uname", "-n").out());
        assertEquals("box\n", run("do", "--hostname", "box", "uname", "-n").out());
        assertEquals(dir.toRealPath() + "\n", run("do", "pwd").out());
        assertEquals("/usr\n", run("do", "--workdir", "/usr", "pwd").out());
        assertEquals("1\n", run("do", "--", "sh", "-c", "echo $$").out());
        assertEquals(
                "x y\n",
                run("do", "--env", "V=x y", "--", "sh", "-c", "echo $V").out());
        assertEquals(
                "5:7\n",
                run("do", "--user", "5:7", "--", "sh", "-c", "echo $(id -u):$(id -g)")
                        .out());
        assertEquals("\u00e4\n", run("do", "printf", "\u00e4\\n").out());
    }

    @Test
    void aWorkingDirectoryThatIsGone() throws Exception {
        ProcessBuilder b = builder();
        String script = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" do pwd";
        b.command("sh", "-c", script, PROGRAM.toString());
        assertEquals(new Result(0, "/\n", ""), finish(b.start(), ""));
    }

    @Test
    void signalsArePassedOn() throws Exception {
        Process p = start("trap 'echo term; exit 3' TERM; echo ready; while :; do sleep 0.1; done");
        signal(p, "TERM");
        assertEquals(new Result(3, "term\n", ""), finish(p, ""));
        Process q = start("echo ready; exec sleep 60");
        signal(q, "INT");
        assertEquals(130, finish(q, "").status());
    }

    /** The classes that docs/tour/02-read.md leads along are those that a read(2) of a guest really meets. */
    @Test
    void theTourIsTrue() throws Exception {
        ProcessBuilder b = builder("do", "--", "sh", "-c", "(sleep 0.1; echo hi) | cat");
        Path log = dir.resolve("classes");
        b.environment().put("SANDJAR_JVM_OPTIONS", "-Xlog:class+load:file=" + log);
        assertEquals("hi\n", finish(b.start(), "").out());
        String loaded = Files.readString(log);
        String tour = Files.readString(Path.of("../docs/tour/02-read.md"));
        List<String> files = Pattern.compile("\\b(?:[a-z]+/)*([A-Z]\\w+)\\.java")
                .matcher(tour)
                .results()
                .map(m -> m.group(1))
                .filter(name -> !name.equals("Sources")) // of the annotation processor
                .toList();
        assertTrue(files.size() > 10, files.toString());
        for (String name : files) {
            assertTrue(
                    Pattern.compile("io\\.sandjar\\.[a-z.]+\\." + name + " source:")
                            .matcher(loaded)
                            .find(),
                    name);
        }
    }

    /** On a terminal of its own, made by script(1), which passes the exit status on. */
    private Process onTerminal(String script, String until) throws IOException {
        Process p = new ProcessBuilder("script", "-qec", PROGRAM + " do -- sh -c '" + script + "'", "/dev/null")
                .directory(dir.toFile())
                .start();
        StringBuilder seen = new StringBuilder();
        int c;
        while (!seen.toString().contains(until) && (c = p.getInputStream().read()) >= 0) {
            seen.append((char) c);
        }
        assertTrue(seen.toString().contains(until), seen.toString());
        return p;
    }

    @Test
    void keysOfTheTerminal() throws Exception {
        Process p = onTerminal("tty; stty -a | grep -o isig; echo ready; sleep 60", "ready");
        p.getOutputStream().write(3); // ^C
        p.getOutputStream().flush();
        p.getInputStream().readAllBytes();
        assertEquals(130, p.waitFor());
        Process q = onTerminal("echo ready; cat; exit 9", "ready");
        q.getOutputStream().write("line\n\u0004".getBytes(StandardCharsets.US_ASCII)); // ^D
        q.getOutputStream().flush();
        assertEquals("\r\nline\r\nline\r\n", new String(q.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        assertEquals(9, q.waitFor());
    }

    @Test
    void nothingStaysBehind() throws Exception {
        for (String victim : List.of("launcher", "jvm")) {
            String name =
                    "sandjar-e2e-" + victim + "-" + ProcessHandle.current().pid();
            Process p = start("sleep 600 & sleep 600 & echo ready; wait");
            List<ProcessHandle> family = p.descendants().toList();
            assertTrue(family.size() >= 3, "JVM, shell, two children: " + family);
            if (victim.equals("jvm")) {
                ProcessHandle jvm = p.children()
                        .filter(c -> c.info().command().orElse("").endsWith("/java"))
                        .findFirst()
                        .orElseThrow();
                assertTrue(jvm.destroyForcibly());
                assertEquals(137, p.waitFor());
            } else {
                p.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            for (ProcessHandle h : family) {
                while (lives(h) && System.nanoTime() < end) {
                    Thread.sleep(20);
                }
                assertFalse(lives(h), victim + " killed, left: " + h.info());
            }
        }
    }

    /** Whether a process is there and no zombie, which only says that the host's init is slow. */
    private static boolean lives(ProcessHandle h) {
        try {
            String stat = Files.readString(Path.of("/proc/" + h.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }
}
