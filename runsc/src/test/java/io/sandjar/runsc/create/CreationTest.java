// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sandjar.abi.Errno;
import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreationTest {
    @TempDir
    Path dir;

    private final String id = "create-test-" + ProcessHandle.current().pid();
    private Process launcher;
    private Path bundle;
    private Path state;
    private Path log;

    @BeforeEach
    void bundle() throws Exception {
        bundle = Files.createDirectories(dir.resolve("bundle"));
        Files.createDirectories(bundle.resolve("rootfs/etc"));
        state = Files.createDirectories(dir.resolve("root/" + id));
        log = dir.resolve("log");
        boolean root = "root".equals(System.getProperty("user.name"));
        List<String> sleep = root ? List.of("unshare", "-n", "sleep", "1000") : List.of("sleep", "1000");
        launcher = new ProcessBuilder(sleep).start();
        Thread.sleep(100);
    }

    @AfterEach
    void end() {
        launcher.destroyForcibly();
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void config(String mounts, String more) throws IOException {
        Files.writeString(bundle.resolve("config.json"), """
                {"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0},"args":["true"],"cwd":"/"},
                "root":{"path":"rootfs"},"annotations":{"a":"b c"},
                "linux":{"cgroupsPath":"/%s","namespaces":[{"type":"network"},{"type":"mount"},{"type":"pid"}]},
                "mounts":[%s]%s}
                """.formatted(id, mounts, more));
    }

    private void create(String... answers) throws Exception {
        create(null, answers);
    }

    private FakeSandbox create(Path pidFile, String[] answers) throws Exception {
        FakeSandbox sandbox = new FakeSandbox(state, answers);
        try {
            CreateRequest r = new CreateRequest(
                    id,
                    bundle.toString(),
                    pidFile == null ? null : pidFile.toString(),
                    0,
                    false,
                    !root(),
                    false,
                    "sandbox",
                    Overlay.NONE,
                    "none",
                    false,
                    0,
                    new EngineLog(log.toString(), false, true));
            int pid = (int) launcher.pid();
            new Creation(r, new Launch(pid, pid, -1, state.toString(), id)).run();
            return sandbox;
        } catch (Throwable e) {
            sandbox.close();
            throw e;
        }
    }

    private String refused(String... answers) throws Exception {
        Failure f = assertThrows(Failure.class, () -> create(answers));
        try (var files = Files.list(state)) {
            assertEquals(List.of(), files.map(p -> p.getFileName().toString()).toList());
        }
        assertTrue(launcher.waitFor(5, TimeUnit.SECONDS) || f.text().contains("config.json"), "the launcher lives");
        noGroups();
        return f.text();
    }

    private void noGroups() throws IOException {
        Path cgroup = Path.of("/sys/fs/cgroup");
        if (Files.isDirectory(cgroup)) {
            try (var all = Files.list(cgroup)) {
                assertEquals(
                        List.of(), all.filter(p -> Files.exists(p.resolve(id))).toList());
            }
        }
    }

    @Test
    void theSandboxGetsEverythingAndTheStateIsKept() throws Exception {
        Path data = Files.createDirectories(dir.resolve("data"));
        Path file = Files.writeString(dir.resolve("file"), "content");
        String hook =
                "{\"path\":\"/bin/sh\",\"args\":[\"sh\",\"-c\",\"cat >hook.%s; ls -l /proc/self/ns/net >>net.%s\"],"
                        + "\"env\":[\"PATH=/bin:/usr/bin\"]}";
        config(
                """
                {"destination":"/proc","type":"proc","source":"proc"},
                {"destination":"/data","type":"bind","source":"%s","options":["rbind","ro"]},
                {"destination":"/file","type":"bind","source":"%s","options":["bind"]},
                {"destination":"/null","type":"none","source":"/dev/null","options":["bind"]}
                """.formatted(data, file),
                ",\"hooks\":{\"createRuntime\":[" + hook.formatted("a", "a") + "],\"poststop\":["
                        + hook.formatted("z", "z") + "]}");
        Path pidFile = dir.resolve("pid");
        try (FakeSandbox sandbox = create(pidFile, new String[] {"Enote", "X0"})) {
            List<String> words = sandbox.requests.get(0);
            assertEquals(List.of("create", id), words.subList(0, 2));
            assertTrue(words.get(2).contains("\"hostPid\":" + launcher.pid()), words.get(2));
            assertTrue(words.get(2).contains("\"annotations\":{\"a\":\"b c\"}"), words.get(2));
            assertTrue(
                    sandbox.got
                            .keySet()
                            .containsAll(List.of(
                                    "config", "root", "mount:1", "file:2", "special:3", "stdin", "stdout", "stderr")),
                    sandbox.got.toString());
            if (root()) {
                int fd = sandbox.got.get("mount:1");
                assertEquals(-Errno.EROFS, Sys.openat(fd, "new", O.O_CREAT | O.O_WRONLY, 0644));
            }
            int rw = Sys.openat(sandbox.got.get("root"), "new", O.O_CREAT | O.O_WRONLY, 0644);
            assertTrue(rw >= 0);
            Sys.close(rw);
            assertEquals(1, Sys.write(sandbox.got.get("file:2"), new byte[] {'C'}, 0, 1, 0));
        }
        assertEquals("Content", Files.readString(file));
        assertTrue(Files.exists(bundle.resolve("rootfs/new")));
        assertEquals(Long.toString(launcher.pid()), Files.readString(pidFile));
        assertEquals("poststop\n", Files.readString(state.resolve("hooks")));
        assertEquals(Files.readString(bundle.resolve("config.json")), Files.readString(state.resolve("config.json")));
        String kept = Files.readString(state.resolve("state.json"));
        assertTrue(kept.contains("\"status\": \"stopped\"") && kept.contains("\"created\": \"20"), kept);
        String hookState = Files.readString(bundle.resolve("hook.a"));
        assertTrue(hookState.contains("\"status\":\"creating\",\"pid\":" + launcher.pid() + ","), hookState);
        assertTrue(Files.readString(log).contains("level=warning msg=\"note\""), Files.readString(log));
        if (root()) {
            String groups = Files.readString(state.resolve("cgroups"));
            assertTrue(groups.contains("/" + id + "\n"), groups);
            launcher.destroyForcibly().waitFor();
            io.sandjar.runsc.cgroups.Cgroups.load(groups).remove();
            noGroups();
        }
    }

    @Test
    void aRefusalOfTheSandboxTakesEverythingBack() throws Exception {
        config(
                "",
                ",\"hooks\":{\"prestart\":[{\"path\":\"/bin/true\"}],\"poststop\":[{\"path\":\"/usr/bin/touch\","
                        + "\"args\":[\"touch\",\"poststop\"]}]}");
        assertEquals("args[0]: no such program", refused("Eargs[0]: no such program\n", "X1"));
        assertTrue(Files.exists(bundle.resolve("poststop")), "hooks that clean up run");
    }

    @Test
    void theSandboxMayDie() throws Exception {
        config("", "");
        assertEquals("the sandbox has ended", refused());
    }

    @Test
    void aHookThatFailsEndsIt() throws Exception {
        String[] kinds = {"prestart", "createRuntime", "createContainer"};
        for (String kind : kinds) {
            config(
                    "",
                    ",\"hooks\":{\"" + kind + "\":[{\"path\":\"/bin/true\"},{\"path\":\"/bin/sh\",\"args\":[\"sh\","
                            + "\"-c\",\"echo no luck; exit 7\"]}]}");
            if (kind.equals("createContainer")) {
                assumeTrue(root());
            }
            assertEquals("hooks." + kind + "[1]: /bin/sh: exit status 7: no luck", refused("X0"));
            bundle();
        }
        config("", ",\"hooks\":{\"prestart\":[{\"path\":\"/bin/sleep\",\"args\":[\"sleep\",\"60\"],\"timeout\":1}]}");
        assertTrue(refused("X0").contains("/bin/sleep: did not end within its timeout of 1 s"));
        bundle();
        config("", ",\"hooks\":{\"createRuntime\":[{\"path\":\"/bin/sh\",\"args\":[\"sh\",\"-c\",\"kill -9 $$\"]}]}");
        assertTrue(refused("X0").endsWith("/bin/sh: killed by SIGKILL"));
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        assertEquals(bundle + "/config.json: no such file or directory", refused("X0"));
        Files.writeString(bundle.resolve("config.json"), "{\"ociVersion\":\"1.0.2\",");
        assertTrue(refused("X0").startsWith(bundle + "/config.json: "));
        config("{\"destination\":\"/d\",\"type\":\"bind\",\"source\":\"/no/such\",\"options\":[\"bind\"]}", "");
        assertEquals("mounts[0].source: /no/such: no such file or directory", refused("X0"));
        bundle();
        Files.delete(bundle.resolve("rootfs/etc"));
        Files.delete(bundle.resolve("rootfs"));
        config("", "");
        assertEquals("root.path: " + bundle + "/rootfs: no such file or directory", refused("X0"));
    }

    @Test
    void aReadOnlyRootGetsItsMountPointsAndIsSealed() throws Exception {
        assumeTrue(root());
        Path file = Files.writeString(dir.resolve("file"), "x");
        Files.createSymbolicLink(bundle.resolve("rootfs/link"), Path.of("/etc/inside"));
        Files.createSymbolicLink(bundle.resolve("rootfs/out"), dir);
        config("""
                {"destination":"/dev","type":"tmpfs","source":"tmpfs"},
                {"destination":"/dev/pts","type":"devpts","source":"devpts"},
                {"destination":"/a/b","type":"tmpfs","source":"tmpfs"},
                {"destination":"/link/sub","type":"tmpfs","source":"tmpfs"},
                {"destination":"/out/x","type":"tmpfs","source":"tmpfs"},
                {"destination":"/f/one","type":"bind","source":"%s","options":["bind"]}
                """.formatted(file), "");
        Path json = bundle.resolve("config.json");
        Files.writeString(json, Files.readString(json).replace("\"rootfs\"", "\"rootfs\",\"readonly\":true"));
        try (FakeSandbox sandbox = create(null, new String[] {"X0"})) {
            int fd = sandbox.got.get("root");
            assertEquals(-Errno.EROFS, Sys.openat(fd, "new", O.O_CREAT | O.O_WRONLY, 0644));
        }
        Path root = bundle.resolve("rootfs");
        assertTrue(Files.isDirectory(root.resolve("dev")) && Files.isDirectory(root.resolve("a/b")));
        assertFalse(Files.exists(root.resolve("dev/pts")));
        assertTrue(Files.isRegularFile(root.resolve("f/one")));
        assertFalse(Files.exists(dir.resolve("x")), "outside of the root");
        launcher.destroyForcibly().waitFor();
        io.sandjar.runsc.cgroups.Cgroups.load(Files.readString(state.resolve("cgroups")))
                .remove();
    }

    @Test
    void aFullStateDirectoryIsSaidAndCleaned() throws Exception {
        assumeTrue(root());
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=16k", "none", state.toString()).start();
        assumeTrue(mount.waitFor() == 0);
        try {
            config("", ",\"comment\":\"" + "x".repeat(20000) + "\"");
            assertTrue(refused("X0").endsWith("config.json: no space left"));
        } finally {
            new ProcessBuilder("umount", state.toString()).start().waitFor();
        }
        assertFalse(Files.exists(state.resolve("state.json")));
    }
}
