// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native launcher with a program in the JVM's place, see launcher_test.c. */
class LauncherTest {
    @TempDir
    static Path image;

    @BeforeAll
    static void makeImage() throws IOException, InterruptedException {
        Path bin = Files.createDirectory(image.resolve("bin"));
        Files.copy(Path.of(System.getProperty("sandjar.native")).resolveSibling("sandjar"), bin.resolve("sandjar"));
        String test = bin.resolve("java").toString();
        assertEquals("", run("gcc", "-Wall", "-Wextra", "-O1", "-o", test, "src/test/c/launcher_test.c", "-lutil"));
        Files.copy(Path.of(test), image.resolve("launcher_test"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "options",
                "jvm-killed",
                "launcher-killed",
                "signals-passed-on",
                "stop",
                "terminal-restored",
                "terminal-signal-once",
                "idle",
            })
    void launcher(String name) throws IOException, InterruptedException {
        assertEquals("", run(image.resolve("launcher_test").toString(), image.toString(), name));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        int status = process.waitFor();
        return status == 0 ? "" : "status " + status + ": " + output;
    }
}
