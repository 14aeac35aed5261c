// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookProcessTest {
    @TempDir
    Path dir;

    private @Nullable String sh(String script, long timeout, String... env) {
        List<String> args = List.of("hook", "-c", script, "x", "two words");
        return new HookProcess("/bin/sh", args, List.of(env), dir.toString(), new int[0])
                .run("{\"id\":\"c1\"}".getBytes(StandardCharsets.UTF_8), timeout);
    }

    @Test
    void hasItsArgumentsEnvironmentInputAndNothingElse() throws Exception {
        String script = "cat >in; echo \"$0|$1|$2\" >args; /usr/bin/env >env; pwd >cwd; ls /proc/self/fd >fds";
        assertNull(sh(script, 0, "A=b c", "PATH=/usr/bin:/bin"));
        assertEquals("{\"id\":\"c1\"}", Files.readString(dir.resolve("in")));
        assertEquals("x|two words|\n", Files.readString(dir.resolve("args")));
        String env = Files.readString(dir.resolve("env"));
        assertTrue(env.contains("A=b c\n"), env);
        assertTrue(!env.contains("HOME=") && !env.contains("USER="), env);
        assertEquals(dir.toRealPath() + "\n", Files.readString(dir.resolve("cwd")));
        assertEquals("0\n1\n2\n3\n", Files.readString(dir.resolve("fds"))); // 3: the directory that ls reads
    }

    @Test
    void itsNameMayDifferFromItsPath() throws Exception {
        assertNull(new HookProcess("/bin/sh", List.of(), List.of(), "/", new int[0]).run(new byte[0], 0));
        assertNull(new HookProcess("/proc/self/exe", List.of("java", "-version"), List.of(), "/", new int[0])
                .run(new byte[0], 30));
    }

    @Test
    void failuresSayWhatHappened() {
        assertEquals("exit status 3: out\nerr", sh("echo out; echo err >&2; exit 3", 0));
        assertEquals("exit status 1", sh("exit 1", 5));
        assertEquals("killed by SIGSEGV: before", sh("echo before; kill -SEGV $$", 0));
        String missing = new HookProcess("/no/such", List.of(), List.of(), "/", new int[0]).run(new byte[0], 0);
        assertEquals("execve: ENOENT", missing);
        String text = sh("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 1", 0);
        assertTrue(text != null && text.endsWith("line 1999") && text.length() < 1100, text);
    }

    @Test
    void aTimeoutEndsItAndItsChildren() throws Exception {
        long t = System.nanoTime();
        String r = sh("echo begun; sleep 77 & echo $! >pid; wait", 1);
        assertTrue(System.nanoTime() - t < 10_000_000_000L);
        assertEquals("did not end within its timeout of 1 s and was killed: begun", r);
        String pid = Files.readString(dir.resolve("pid")).strip();
        boolean alive = true;
        for (int i = 0; i < 100 && alive; i++) {
            Thread.sleep(20);
            Path cmdline = Path.of("/proc/" + pid + "/cmdline");
            alive = Files.exists(cmdline) && Files.readString(cmdline).contains("77");
        }
        assertTrue(!alive, "its child lives on");
    }

    @Test
    void aGrandchildThatKeepsItsOutputOpenDoesNotHoldItUp() {
        long t = System.nanoTime();
        assertNull(sh("sleep 5 &", 0));
        assertTrue(System.nanoTime() - t < 4_000_000_000L);
    }

    @Test
    void aLargeInputNeedsNoReader() {
        byte[] much = new byte[1 << 20];
        assertNull(new HookProcess("/bin/true", List.of(), List.of(), "/", new int[0]).run(much, 0));
    }
}
