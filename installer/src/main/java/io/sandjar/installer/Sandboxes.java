// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The containers whose state lies on this machine, whoever made them, with the version that each runs. */
final class Sandboxes {
    record Sandbox(String id, String root, String version) {}

    private Sandboxes() {}

    static List<Sandbox> all(Path root) {
        List<Path> roots = new ArrayList<>(List.of(root.resolve("run/runsc"), root.resolve("run/sandjar/runsc")));
        for (String parent : List.of("run/containerd/runsc", "run/docker", "run/sandjar")) {
            Path dir = root.resolve(parent);
            if (!Files.isDirectory(dir)) continue;
            try (Stream<Path> tree = Files.walk(dir, 2)) {
                tree.filter(Files::isDirectory).forEach(roots::add);
            } catch (IOException | java.io.UncheckedIOException e) {
                // a container that goes while we look
            }
        }
        List<Sandbox> found = new ArrayList<>();
        for (Path r : roots.stream().distinct().toList()) {
            if (!Files.isDirectory(r)) continue;
            try (Stream<Path> list = Files.list(r)) {
                for (Path dir : list.sorted().toList()) {
                    Path image = dir.resolve("image");
                    if (!Files.isRegularFile(image) || !Files.exists(dir.resolve("pid"))) continue;
                    Path home = Path.of(Files.readString(image).strip());
                    found.add(new Sandbox(
                            String.valueOf(dir.getFileName()), r.toString(), String.valueOf(home.getFileName())));
                }
            } catch (IOException e) {
                // the same
            }
        }
        return found;
    }
}
