// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Removing files of our own; what does not go stays for the next time. */
final class Trees {
    private Trees() {}

    /** A file or a directory with all in it; links are not followed, and nothing goes while something is mounted below. */
    static boolean remove(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (mountsBelow(path)) {
            return false;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<Path>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                    Files.deleteIfExists(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean mountsBelow(Path path) {
        try {
            String below = path.toRealPath(LinkOption.NOFOLLOW_LINKS) + "/";
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
                String[] words = line.split(" ", 6);
                if (words.length > 5 && (words[4] + "/").startsWith(below)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** A file and those that were rotated from it (FILE.1 ...). */
    static void removeWithPrefix(Path file) {
        Path parent = file.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        String name = file.getFileName().toString();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(parent)) {
            for (Path p : all) {
                String other = p.getFileName().toString();
                if (other.equals(name) || other.startsWith(name + ".")) {
                    Files.deleteIfExists(p);
                }
            }
        } catch (IOException e) {
            return;
        }
    }
}
