// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The monitor with real processes: a shell script plays the runtime, its containers are shells that wait for a file. */
@Timeout(60)
class OciRuntimeTest {
    /** `create` forks a shell that waits for ROOT/ID.go and then runs the bundle's script; `start` makes that file. */
    private static final String RUNTIME = """
            #!/bin/sh
            log=/dev/null pidfile= bundle=
            while [ $# -gt 0 ]; do
              case $1 in
                --root) root=$2; shift ;;
                --log) log=$2; shift ;;
                --log-format) shift ;;
                --bundle) bundle=$2; shift ;;
                --pid-file) pidfile=$2; shift ;;
                --force | --all) ;;
                --*) ;;
                create | start | kill | delete | state | exec) [ -n "$verb" ] && set -- x "$@" || verb=$1
                  if [ "$verb" = exec ]; then shift; break; fi ;;
                *) [ -z "$id" ] && id=$1 || arg=$1 ;;
              esac
              shift
            done
            case $verb in
              create)
                if [ -e "$bundle/broken" ]; then
                  echo '{"level":"error","msg":"exec: \\"nope\\": executable file not found in $PATH"}' >>"$log"
                  exit 1
                fi
                echo "a warning of the runtime's own" >&2
                [ ! -e "$bundle/slow" ] || sleep 2
                (while [ ! -e "$root/$id.go" ]; do sleep 0.02; done; exec sh "$bundle/script") &
                echo $! >"$root/$id.pid"
                cp "$root/$id.pid" "$pidfile" ;;
              start) touch "$root/$id.go" ;;
              state) [ -e "$root/$id.go" ] && echo '"status": "running"' || echo '"status": "created"' ;;
              kill) kill -"$arg" "$(cat "$root/$id.pid")" ;;
              delete) [ ! -e "$root/$id.pid" ] || kill -9 "$(cat "$root/$id.pid")" 2>/dev/null; rm -f "$root/$id".*; exit 0 ;;
              exec) while [ "$1" = --pid-file ]; do echo $$ >"$2"; shift 2; done; shift; exec "$@" ;;
            esac
            """;

    private Path dir;
    private OciRuntime runtime;
    private Path monitor;

    @BeforeEach
    void prepare() throws IOException {
        monitor = Path.of(System.getProperty("sandjar.stub", "build/lib/stub")).resolveSibling("sandjar-monitor");
        assumeTrue(Files.isExecutable(monitor), "no " + monitor);
        dir = Files.createTempDirectory(Path.of("/tmp"), "mon"); // a short path: sockets are in there
        Path program = dir.resolve("runtime");
        Files.writeString(program, RUNTIME);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        runtime = agent();
    }

    /** A new agent, which finds what an older one has made. */
    private OciRuntime agent() throws IOException {
        return new OciRuntime(OciRuntimeOptions.of("fake", dir.resolve("runtime"), dir.resolve("run"), monitor));
    }

    @AfterEach
    void clean() throws Exception {
        for (String id : runtime.list()) {
            runtime.delete(id);
        }
        new ContainerDir(dir).remove();
    }

    private ContainerOrder order(String id, String script, LogRotation rotation) throws IOException {
        Path bundle = Files.createDirectories(dir.resolve("b-" + id));
        Files.writeString(bundle.resolve("script"), script);
        return new ContainerOrder(id, "s", bundle, dir.resolve(id + ".log"), rotation, false, false, null, null, null);
    }

    private ContainerState run(String id, String script) throws Exception {
        runtime.create(order(id, script, LogRotation.DEFAULT));
        runtime.start(id);
        return runtime.awaitExit(id);
    }

    private List<String> log(String id) throws IOException {
        return Files.readAllLines(dir.resolve(id + ".log"), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @Test
    void theStatusAndTheLogAreKept() throws Exception {
        Instant before = Instant.now();
        ContainerState s = run("a", "echo one; echo two >&2; printf three; exit 7");
        assertEquals(ContainerState.Phase.EXITED, s.phase());
        assertEquals(7, s.exit().code());
        assertEquals(0, s.exit().signal());
        assertFalse(s.exit().lost());
        assertFalse(s.exit().finishedAt().isBefore(before));
        List<String> lines = log("a");
        assertEquals(3, lines.size(), lines.toString()); // and none of the runtime's warning
        assertTrue(
                lines.stream().anyMatch(l -> l.matches("20..-..-..T..:..:..\\.\\d{9}Z stdout F one")),
                lines.toString());
        assertTrue(lines.stream().anyMatch(l -> l.endsWith(" stderr F two")), lines.toString());
        assertTrue(lines.getLast().endsWith(" stdout P three"), lines.toString());
    }

    @Test
    void signalsShow() throws Exception {
        ContainerState s = run("a", "kill -9 $$");
        assertEquals(137, s.exit().code());
        assertEquals(9, s.exit().signal());
    }

    @Test
    void longLinesAreCutIntoParts() throws Exception {
        run("a", "head -c 40000 /dev/zero | tr '\\0' x; echo; echo end");
        List<String> lines = log("a");
        assertEquals(
                List.of("P", "P", "F", "F"),
                lines.stream().map(l -> l.split(" ")[2]).toList());
        assertEquals(
                40000,
                lines.subList(0, 3).stream()
                        .mapToInt(l -> l.split(" ")[3].length())
                        .sum());
    }

    @Test
    void aPromptIsLoggedBeforeItsLineEnds() throws Exception {
        runtime.create(order("a", "printf 'name? '; sleep 1; echo none; sleep 0.1", LogRotation.DEFAULT));
        runtime.start("a");
        while (log("a").isEmpty()) {
            Thread.sleep(10);
        }
        assertEquals(ContainerState.Phase.RUNNING, runtime.state("a").phase());
        assertTrue(log("a").getFirst().endsWith(" stdout P name? "));
        runtime.awaitExit("a");
        assertTrue(log("a").getLast().endsWith(" stdout F none"));
    }

    @Test
    void logsAreRotated() throws Exception {
        runtime.create(order(
                "a",
                "i=0; while [ $i -lt 400 ]; do echo \"line $i xxxxxxxxxxxxxxxxxxxxxxxxx\"; i=$((i+1)); done",
                new LogRotation(4096, 3)));
        runtime.start("a");
        runtime.awaitExit("a");
        assertTrue(Files.exists(dir.resolve("a.log.1")));
        assertTrue(Files.exists(dir.resolve("a.log.2")));
        assertFalse(Files.exists(dir.resolve("a.log.3")));
        String all = Files.readString(dir.resolve("a.log.2"))
                + Files.readString(dir.resolve("a.log.1"))
                + Files.readString(dir.resolve("a.log"));
        assertTrue(all.contains("line 399 "));
        List<Integer> numbers =
                all.lines().map(l -> Integer.parseInt(l.split(" ")[4])).toList();
        for (int i = 1; i < numbers.size(); i++) {
            assertEquals(numbers.get(i - 1) + 1, numbers.get(i)); // no line is lost between files
        }
    }

    @Test
    void aLogThatWasMovedIsOpenedAgain() throws Exception {
        runtime.create(order("a", "echo one; sleep 1; echo two", LogRotation.DEFAULT));
        runtime.start("a");
        while (log("a").isEmpty()) {
            Thread.sleep(10);
        }
        Files.move(dir.resolve("a.log"), dir.resolve("moved"));
        runtime.reopenLog("a");
        runtime.awaitExit("a");
        assertTrue(log("a").getLast().endsWith(" F two"));
        assertEquals(1, log("a").size());
    }

    @Test
    void aFailedCreationLeavesNothingAndSaysWhy() throws Exception {
        ContainerOrder order = order("a", "", LogRotation.DEFAULT);
        Files.createFile(order.bundle().resolve("broken"));
        RuntimeFailure e = assertThrows(RuntimeFailure.class, () -> runtime.create(order));
        assertEquals("exec: \"nope\": executable file not found in $PATH", e.getMessage());
        assertEquals(127, e.exitCode());
        assertEquals(List.of(), runtime.list());
        assertEquals(ContainerState.Phase.UNKNOWN, runtime.state("a").phase());
    }

    @Test
    void anotherAgentFindsWhatRuns() throws Exception {
        runtime.create(order("a", "sleep 0.5; exit 3", LogRotation.DEFAULT));
        runtime.create(order("b", "exit 4", LogRotation.DEFAULT));
        assertEquals(ContainerState.Phase.CREATED, runtime.state("b").phase());
        runtime.start("a");
        Files.delete(dir.resolve("run/c-fake/a/started")); // as if the agent had died before it wrote that
        OciRuntime second = agent();
        assertEquals(ContainerState.Phase.RUNNING, second.state("a").phase());
        assertEquals(ContainerState.Phase.CREATED, second.state("b").phase());
        assertEquals(3, second.awaitExit("a").exit().code());
        assertEquals(3, agent().state("a").exit().code()); // also later
        second.start("b");
        assertEquals(4, second.awaitExit("b").exit().code());
    }

    @Test
    void aCreationUnderWayIsWaitedFor() throws Exception {
        ContainerOrder order = order("a", "exit 0", LogRotation.DEFAULT);
        Files.createFile(order.bundle().resolve("slow"));
        Thread first = Thread.startVirtualThread(() -> {
            try {
                runtime.create(order);
            } catch (RuntimeFailure | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!Files.exists(dir.resolve("run/c-fake/a/control"))) {
            Thread.sleep(10);
        }
        assertEquals(ContainerState.Phase.CREATED, agent().state("a").phase());
        first.join();
    }

    @Test
    void aKilledMonitorLosesTheStatusOnly() throws Exception {
        runtime.create(order("a", "sleep 30", LogRotation.DEFAULT));
        runtime.start("a");
        ProcessHandle m = ProcessHandle.of(Long.parseLong(
                        Files.readString(dir.resolve("run/c-fake/a/monitor")).strip()))
                .orElseThrow();
        m.destroyForcibly();
        ContainerState s = runtime.awaitExit("a");
        assertEquals(ContainerState.Phase.EXITED, s.phase());
        assertTrue(s.exit().lost());
        runtime.delete("a");
        assertEquals(List.of(), runtime.list());
    }

    @Test
    void deletionKillsAndRemoves() throws Exception {
        runtime.create(order("a", "sleep 30", LogRotation.DEFAULT));
        runtime.start("a");
        int pid = runtime.state("a").pid();
        assertTrue(pid > 0);
        runtime.delete("a");
        runtime.delete("a"); // again does no harm
        assertEquals(ContainerState.Phase.UNKNOWN, runtime.state("a").phase());
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
        assertTrue(Files.exists(dir.resolve("a.log")));
    }

    @Test
    void signalsAreSent() throws Exception {
        runtime.create(order(
                "a", "trap 'echo asked; exit 5' TERM; echo up; while :; do sleep 0.1; done", LogRotation.DEFAULT));
        runtime.start("a");
        while (log("a").isEmpty()) {
            Thread.sleep(10);
        }
        runtime.kill("a", 15, false);
        assertEquals(5, runtime.awaitExit("a").exit().code());
        runtime.kill("a", 15, false); // it has ended: no error
    }

    @Test
    void commandsHaveATimeLimit() throws Exception {
        runtime.create(order("a", "sleep 30", LogRotation.DEFAULT));
        runtime.start("a");
        ExecResult ok =
                runtime.exec("a", List.of("sh", "-c", "echo out; echo err >&2; exit 3"), Duration.ofSeconds(10));
        assertEquals(3, ok.code());
        assertEquals("out\nerr\n", ok.output());
        long begin = System.nanoTime();
        ExecResult late = runtime.exec("a", List.of("sleep", "20"), Duration.ofMillis(300));
        assertTrue(late.timedOut());
        assertTrue(System.nanoTime() - begin < 5_000_000_000L);
        assertEquals(
                List.of(
                        dir.resolve("runtime").toString(),
                        "--root",
                        dir.resolve("run/fake").toString(),
                        "exec",
                        "--tty",
                        "a",
                        "sh"),
                runtime.execPlan("a", List.of("sh"), true, true).argv());
    }

    @Test
    void aFullDiskDoesNotStopTheContainer() throws Exception {
        ContainerOrder o = order(
                "a",
                "i=0; while [ $i -lt 2000 ]; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; i=$((i+1)); done; exit 6",
                LogRotation.DEFAULT);
        ContainerOrder full = new ContainerOrder(
                o.id(),
                o.sandboxId(),
                o.bundle(),
                Path.of("/dev/full"),
                new LogRotation(0, 1),
                false,
                false,
                null,
                null,
                null);
        runtime.create(full);
        runtime.start("a");
        assertEquals(6, runtime.awaitExit("a").exit().code());
    }

    @Test
    void anIdleMonitorCostsNothing() throws Exception {
        runtime.create(order("a", "sleep 30", LogRotation.DEFAULT));
        runtime.start("a");
        String pid = Files.readString(dir.resolve("run/c-fake/a/monitor")).strip();
        Thread.sleep(200);
        String before = ticks(pid);
        Thread.sleep(1000);
        assertEquals(before, ticks(pid));
        long kilobytes = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
        assertTrue(kilobytes < 1024, kilobytes + " kB");
    }

    private static String ticks(String pid) throws IOException {
        String[] words = Files.readString(Path.of("/proc/" + pid + "/stat")).split(" ");
        return words[13] + " " + words[14];
    }
}
