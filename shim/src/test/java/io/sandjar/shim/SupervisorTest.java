// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native half of the shim with programs in the places of containerd and the JVM, see shim_test.c. */
class SupervisorTest {
    @TempDir
    static Path image;

    @BeforeAll
    static void makeImage() throws IOException, InterruptedException {
        Path bin = Files.createDirectory(image.resolve("bin"));
        String name = "containerd-shim-runsc-v1";
        Files.copy(Path.of(System.getProperty("sandjar.native")).resolveSibling(name), bin.resolve(name));
        Path runsc = bin.resolve("runsc");
        Files.writeString(runsc, "#!/bin/sh\ntest \"$1\" = features && printf %s '{\"ociVersionMin\":\"1.0.0\"}'\n");
        Files.setPosixFilePermissions(runsc, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> compile = new ArrayList<>(List.of("gcc", "-Wall", "-Wextra", "-O1", "-o"));
        compile.add(image.resolve("shim_test").toString());
        for (String source : List.of("shim_test.c", "client.c", "jvm.c")) {
            compile.add("src/test/c/" + source);
        }
        assertEquals("", run(compile.toArray(String[]::new)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start",
                "hash",
                "starts-at-once",
                "flags",
                "incomplete",
                "delete",
                "info",
                "golden",
                "connections",
                "streams",
                "oversize",
                "garbage",
                "never-reads",
                "slow-jvm",
                "replay",
                "jvm-garbage",
                "poison",
                "exits",
                "quit",
                "term",
                "killed",
                "idle",
                "console",
                "console-full",
                "console-end",
                "keep",
                "logger",
                "memory",
                "orders",
            })
    void supervisor(String name) throws IOException, InterruptedException {
        assertEquals("", run("timeout", "60", image.resolve("shim_test").toString(), image.toString(), name));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        int status = process.waitFor();
        return status == 0 ? "" : "status " + status + ": " + output;
    }
}
