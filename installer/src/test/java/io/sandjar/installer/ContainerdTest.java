// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written for containerd, by the version of its configuration. No containerd is asked: none is at the path given. */
class ContainerdTest {
    @TempDir
    Path root = Path.of("/nonexistent");

    private Path file = Path.of("/nonexistent");

    @BeforeEach
    void directories() throws IOException {
        file = root.resolve("etc/containerd/config.toml");
        Files.createDirectories(root.resolve("etc/containerd"));
    }

    private Containerd engine(boolean replace) {
        return new Containerd(new Setup(
                root,
                "runsc",
                Path.of("/usr/bin"),
                "1",
                Map.of("debug", "true"),
                null,
                null,
                "/nonexistent",
                null,
                replace));
    }

    private String written(String before) throws IOException {
        Files.writeString(file, before);
        for (FileChange change : engine(false).install()) change.apply();
        return Files.readString(file);
    }

    private String type(String text, String... table) {
        Object type = Toml.parse(text, file).get(List.of(table));
        return String.valueOf(type);
    }

    @Test
    void eachVersionHasItsOwnTable() throws IOException {
        String v1 = written("[plugins.cri]\n  x = 1\n");
        assertEquals(
                "io.containerd.runsc.v1",
                type(v1, "plugins", "cri", "containerd", "runtimes", "runsc", "runtime_type"));
        String v2 = written("version = 2\n");
        assertEquals(
                "io.containerd.runsc.v1",
                type(v2, "plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes", "runsc", "runtime_type"));
        String v3 = written("version = 3\n");
        assertEquals(
                "io.containerd.runsc.v1",
                type(v3, "plugins", "io.containerd.cri.v1.runtime", "containerd", "runtimes", "runsc", "runtime_type"));
        assertEquals(
                "/usr/bin/containerd-shim-runsc-v1",
                type(v3, "plugins", "io.containerd.cri.v1.runtime", "containerd", "runtimes", "runsc", "runtime_path"));
    }

    /** Up to version 2, handlers in a file take the place of containerd's own runc. */
    @Test
    void theFirstHandlerKeepsRunc() throws IOException {
        String first = written("version = 2\n");
        assertEquals(
                "io.containerd.runc.v2",
                type(first, "plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes", "runc", "runtime_type"));
        String own =
                "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]\n  runtime_type = \"mine\"\n";
        assertEquals(
                "mine",
                type(
                        written(own),
                        "plugins",
                        "io.containerd.grpc.v1.cri",
                        "containerd",
                        "runtimes",
                        "runc",
                        "runtime_type"));
    }

    @Test
    void tablesThatCannotBeAddedToAreRefused() throws IOException {
        Files.writeString(file, "version = 2\nplugins = {}\n");
        assertThrows(Problem.class, () -> engine(false).install());
        Files.writeString(file, "version = 2\n[plugins\n");
        Problem problem = assertThrows(Problem.class, () -> engine(false).install());
        assertTrue(String.valueOf(problem.getMessage()).contains("config.toml:2:"), problem.getMessage());
    }

    @Test
    void anotherHandlerOfThatNameIsRefusedUnlessAsked() throws IOException {
        Files.writeString(
                file, "version = 3\n[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.runsc]\n  a = 1\n");
        assertThrows(Problem.class, () -> engine(false).install());
    }

    @Test
    void optionsGoToTheirFile() throws IOException {
        written("version = 2\n");
        String options = Files.readString(root.resolve("etc/containerd/runsc.toml"));
        assertEquals("true", type(options, "runsc_config", "debug"));
        assertEquals("/usr/bin/runsc", type(options, "binary_name"));
    }

    @Test
    void uninstallTakesAllBack() throws IOException {
        written("version = 2\n# mine\n");
        for (FileChange change : engine(false).uninstall()) change.apply();
        assertEquals("version = 2\n# mine\n", Files.readString(file));
        assertFalse(Files.exists(root.resolve("etc/containerd/runsc.toml")));
    }

    @Test
    void handlersAreReadFromTheVerboseStatus() {
        Map<String, String> info = Map.of(
                "config", "{\"containerd\":{\"runtimes\":{\"runc\":{},\"runsc\":{}}},\"sandboxImage\":\"pause:3\"}");
        assertEquals(Set.of("runc", "runsc"), HandlersOfStatus.in(info));
        assertEquals("pause:3", HandlersOfStatus.text(info, "sandboxImage"));
        assertEquals(Set.of(), HandlersOfStatus.in(Map.of("config", "nonsense")));
        assertNull(HandlersOfStatus.text(Map.of(), "sandboxImage"));
    }
}
