// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a store keeps what. Nobody but its owner may enter: layers hold files with set-user-ID bits of strangers.
 *
 * @param blobs files by digest, until they are unpacked
 * @param ingest what is being fetched
 * @param images one file for each image
 * @param layers one directory for each unpacked layer, by diff-id
 * @param flat layers put together, where the host cannot mount them
 * @param roots one directory for each container
 * @param tmp what is being made; nobody's after a crash
 */
record Places(Path root, Path blobs, Path ingest, Path images, Path layers, Path flat, Path roots, Path tmp) {
    static Places make(Path root) throws ImageException {
        Path r = root.toAbsolutePath().normalize();
        Places p = new Places(
                r,
                r.resolve("blobs"),
                r.resolve("ingest"),
                r.resolve("images"),
                r.resolve("layers"),
                r.resolve("flat"),
                r.resolve("roots"),
                r.resolve("tmp"));
        try {
            Path parent = r.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            for (Path dir : List.of(r, p.blobs, p.ingest, p.images, p.layers, p.flat, p.roots, p.tmp)) {
                if (!Files.isDirectory(dir)) {
                    Files.createDirectory(
                            dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                }
            }
        } catch (IOException e) {
            throw new ImageException(
                    Kind.STORE, "images: " + r + " cannot be made: " + e.getMessage(), "choose another directory", e);
        }
        return p;
    }

    /** Names in one of them; what begins with a dot is not counted. */
    static List<Path> in(Path dir) throws ImageException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> s = Files.newDirectoryStream(dir)) {
            for (Path p : s) {
                if (!p.getFileName().toString().startsWith(".")) {
                    all.add(p);
                }
            }
        } catch (IOException e) {
            throw new ImageException(Kind.STORE, "read " + dir + ": " + e.getMessage(), "", e);
        }
        all.sort(null);
        return all;
    }
}
