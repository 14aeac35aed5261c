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

/** The native runsc with a program in the JVMs' place, see runsc_test.c. */
class NativeRunscTest {
    @TempDir
    static Path image;

    @BeforeAll
    static void makeImage() throws IOException, InterruptedException {
        // the JVM of a sandbox has another uid and looks at the program's path
        image.toFile().setExecutable(true, false);
        image.toFile().setReadable(true, false);
        Path bin = Files.createDirectory(image.resolve("bin"));
        Files.copy(Path.of(System.getProperty("sandjar.native")).resolveSibling("sandjar"), bin.resolve("runsc"));
        String test = bin.resolve("java").toString();
        assertEquals("", run("gcc", "-Wall", "-Wextra", "-O1", "-o", test, "src/test/c/runsc_test.c"));
        Files.copy(Path.of(test), image.resolve("runsc_test"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "life",
                "missing",
                "two-creates",
                "failed-create",
                "killed-create",
                "killed-launcher",
                "damaged",
                "exec",
                "run",
                "flags",
                "bad-json",
            })
    void runsc(String name) throws IOException, InterruptedException {
        assertEquals("", run(image.resolve("runsc_test").toString(), image.toString(), name));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        int status = process.waitFor();
        return status == 0 ? "" : "status " + status + ": " + output;
    }
}
