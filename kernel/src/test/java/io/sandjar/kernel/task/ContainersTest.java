// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@link Container}, {@link PidSpace} and {@link Nursery}. */
final class ContainersTest {
    private static final String STUB = System.getProperty("sandjar.stub", "");

    private final Kernel kernel = new Kernel();

    static boolean stub() {
        return Files.isReadable(Path.of(STUB));
    }

    @Test
    void globalIdsAreTheFirstSpacesOwn() {
        PidSpace first = kernel.containers().create("a", null).pids();
        PidSpace second = kernel.containers().create("b", null).pids();
        assertEquals(7, first.global(7));
        assertEquals(7, second.local(second.global(7)));
        assertEquals(0, first.local(second.global(7)));
        assertEquals(0, second.local(first.global(7)));
        assertEquals(0, second.global(0));
        assertEquals(0, first.global(second.global(1))); // no id reaches into another space
    }

    @Test
    void containersAreForgottenAndSpacesUsedAgain() {
        Container a = kernel.containers().create("a", null);
        Container b = kernel.containers().create("b", a.pids());
        assertEquals(b, kernel.containers().get("b"));
        kernel.containers().remove(a);
        assertNull(kernel.containers().get("a"));
        assertEquals(1 << 15 | 1, kernel.containers().create("c", null).pids().global(1));
        kernel.containers().remove(b);
        assertEquals(1, kernel.containers().create("d", null).pids().global(1));
    }

    @Test
    @Timeout(100)
    @EnabledIf("stub")
    void severalContainersLiveSideBySide() throws Exception {
        Process p = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-ea",
                        "-XX:TieredStopAtLevel=1",
                        "-Dsandjar.lockOrder=true",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dsandjar.native=" + System.getProperty("sandjar.native"),
                        "-cp",
                        System.getProperty("java.class.path")
                                + java.io.File.pathSeparator
                                + System.getProperty("jdk.module.path", ""),
                        ContainersProgram.class.getName(),
                        STUB)
                .redirectErrorStream(true)
                .start();
        p.getOutputStream().close();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        p.waitFor(10, TimeUnit.SECONDS);
        assertEquals("all well\n", out);
    }
}
