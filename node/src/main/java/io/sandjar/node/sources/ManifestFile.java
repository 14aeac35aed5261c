// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.sources;

import io.sandjar.node.model.Manifests;
import io.sandjar.node.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of manifests as it was read, with what tells that it has changed since. */
final class ManifestFile {
    private static final long LARGEST_BYTES = 4L << 20;

    private final Path path;
    private final String stamp;
    private final Manifests.Result result;
    private boolean applied;

    private ManifestFile(Path path, String stamp, Manifests.Result result) {
        this.path = path;
        this.stamp = stamp;
        this.result = result;
    }

    static ManifestFile read(Path path) {
        String stamp = stamp(path); // before reading: a change in between is seen the next time
        String name = path.getFileName().toString();
        try {
            if (Files.size(path) > LARGEST_BYTES) {
                return new ManifestFile(path, stamp, failed(name, "larger than 4 MiB, which no manifest is"));
            }
            return new ManifestFile(path, stamp, Manifests.read(name, Files.readAllBytes(path), true));
        } catch (IOException e) {
            return new ManifestFile(path, stamp, failed(name, "cannot be read: " + e.getMessage()));
        }
    }

    private static Manifests.Result failed(String name, String message) {
        return new Manifests.Result(List.of(), List.of(new Problem(name, 0, 0, "", message, true)));
    }

    private static String stamp(Path path) {
        try {
            BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class);
            return a.fileKey() + " " + a.size() + " "
                    + a.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            return "";
        }
    }

    boolean changed() {
        @Nullable String now = stamp(path);
        return !stamp.equals(now);
    }

    List<Manifests.Manifest> manifests() {
        return result.manifests();
    }

    List<Problem> problems() {
        return result.problems();
    }

    boolean failed() {
        return result.failed();
    }

    /** Whether what it says has been brought into the store once. */
    boolean applied() {
        return applied;
    }

    void applied(boolean yes) {
        applied = yes;
    }
}
