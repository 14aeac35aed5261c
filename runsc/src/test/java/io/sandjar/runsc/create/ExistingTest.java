// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExistingTest {
    @TempDir
    Path dir;

    private Path state;
    private Path bundle;

    @BeforeEach
    void container() throws IOException {
        state = Files.createDirectories(dir.resolve("root/c1"));
        bundle = Files.createDirectories(dir.resolve("bundle"));
        Files.writeString(dir.resolve("runsc"), """
                #!/bin/sh
                echo "runsc $* $SANDJAR_HOOKS_DONE" >>%s
                [ -z "$GONE" ] || /bin/rm -r %s
                exit ${STATUS:-0}
                """.formatted(steps(), state));
        dir.resolve("runsc").toFile().setExecutable(true);
        Files.writeString(steps(), "");
        Files.writeString(state.resolve("state.json"), "{\"bundle\":\"" + bundle + "\"}");
        Files.writeString(state.resolve("pid"), ProcessHandle.current().pid() + " 12345\n");
        config(hook("poststart"), hook("poststop"), "{\"path\":\"/no/such\"}," + hook("again"));
    }

    private Path steps() {
        return dir.resolve("steps");
    }

    private String hook(String name) {
        return "{\"path\":\"/bin/sh\",\"args\":[\"sh\",\"-c\",\"/bin/cat >" + bundle + "/" + name + "; echo " + name
                + " >>" + steps() + "\"]}";
    }

    private void config(String poststart, String poststop, String more) throws IOException {
        Files.writeString(state.resolve("config.json"), """
                {"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0},"args":["true"],"cwd":"/"},
                "root":{"path":"rootfs"},"linux":{},
                "hooks":{"poststart":[%s],"poststop":[%s,%s]}}
                """.formatted(poststart, poststop, more));
    }

    private Existing existing(String... environment) {
        NativeProgram program = new NativeProgram(
                dir.resolve("runsc").toString(), List.of("--root=" + dir.resolve("root")), List.of(environment));
        EngineLog log = new EngineLog(dir.resolve("log").toString(), true, false);
        return new Existing(dir.resolve("root").toString(), "c1", program, log);
    }

    private String done() throws IOException {
        return Files.readString(steps()).replace(" --root=" + dir.resolve("root"), "");
    }

    @Test
    void hooksRunAroundTheVerbAndTheirErrorsDoNotStopIt() throws Exception {
        try (FakeSandbox sandbox = new FakeSandbox(state, "O{\"status\":\"created\"}", "X0")) {
            assertEquals(0, existing().start());
            assertEquals(List.of("state", "c1"), sandbox.requests.get(0).subList(0, 2));
        }
        assertEquals("runsc start c1 1\npoststart\n", done());
        String seen = Files.readString(bundle.resolve("poststart"));
        assertTrue(
                seen.contains("\"status\":\"running\",\"pid\":"
                        + ProcessHandle.current().pid()),
                seen);
        assertEquals(0, existing("GONE=1").delete(true));
        assertEquals("runsc start c1 1\npoststart\nrunsc delete --force c1 1\npoststop\nagain\n", done());
        assertTrue(Files.readString(bundle.resolve("poststop"))
                .contains("\"status\":\"stopped\",\"bundle\":\"" + bundle + "\""));
        String log = Files.readString(dir.resolve("log"));
        assertTrue(
                log.startsWith("{\"level\":\"warning\",\"msg\":\"hooks.poststop[1]: /no/such: execve: ENOENT\""), log);
    }

    @Test
    void noHooksWhereTheVerbFailsOrComesTooLate() throws Exception {
        try (FakeSandbox sandbox = new FakeSandbox(state, "O{\"status\":\"running\"}", "X0")) {
            assertEquals(1, existing("STATUS=1").start());
        }
        assertEquals(1, existing("STATUS=1").start()); // nobody answers
        assertEquals(1, existing("STATUS=1").delete(false));
        assertEquals("runsc start c1 1\nrunsc start c1 1\nrunsc delete c1 1\n", done());
    }

    @Test
    void aHookBeforeTheStartEndsTheContainer() throws Exception {
        String config = Files.readString(state.resolve("config.json"));
        Files.writeString(
                state.resolve("config.json"),
                config.replace("\"hooks\":{", "\"hooks\":{\"startContainer\":[{\"path\":\"/bin/false\"}],"));
        try (FakeSandbox sandbox = new FakeSandbox(state, "O{\"status\":\"created\"}", "X0")) {
            Failure f = assertThrows(Failure.class, () -> existing().start());
            assertEquals("hooks.startContainer[0]: /bin/false: exit status 1", f.text());
        }
        assertEquals("runsc kill --all c1 KILL 1\n", done());
    }

    @Test
    void filesThatWereCutOffDoNotKeepItFromBeingDeleted() throws Exception {
        for (String name : List.of("config.json", "state.json", "pid")) {
            byte[] whole = Files.readAllBytes(state.resolve(name));
            for (int n : new int[] {0, 1, whole.length / 2}) {
                Files.write(state.resolve(name), java.util.Arrays.copyOf(whole, n));
                assertEquals(0, existing().delete(true), name + " " + n);
            }
            Files.delete(state.resolve(name));
            assertEquals(0, existing().delete(true), name + " is gone");
            Files.write(state.resolve(name), whole);
        }
    }

    @Test
    void theWritableLayerGoesToo() throws Exception {
        Path upper = Files.createDirectories(dir.resolve(".sandjar-upper-c1"));
        Files.createDirectories(upper.resolve("a/b"));
        Files.writeString(upper.resolve("a/b/f"), "x");
        Files.createSymbolicLink(upper.resolve("l"), bundle);
        Files.writeString(state.resolve("hooks"), "poststop\nupper " + upper + "\n");
        assertEquals(0, existing().delete(false));
        assertFalse(Files.exists(upper));
        assertTrue(Files.exists(bundle));
        Files.writeString(state.resolve("hooks"), "upper " + bundle + "\n");
        assertEquals(0, existing().delete(false));
        assertTrue(Files.exists(bundle), "not one of ours");
    }
}
