// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** hostPath volumes: what must be there, and what is made. Never is anything removed. */
final class HostPaths {
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;

    private HostPaths() {}

    static Path check(String path, @Nullable String type) throws IOException {
        Path p = Path.of(path);
        if (!p.isAbsolute()) {
            throw new IOException("hostPath \"" + path + "\" must be absolute");
        }
        for (Path part : p) {
            if (part.toString().equals("..")) {
                throw new IOException("hostPath \"" + path + "\" must not contain \"..\"");
            }
        }
        switch (type == null ? "" : type) {
            case "" -> {
                if (!Files.exists(p)) {
                    Files.createDirectories(p); // as container runtimes do for kubelet
                }
            }
            case "DirectoryOrCreate" -> {
                Files.createDirectories(p);
                require(Files.isDirectory(p), p, "directory");
            }
            case "Directory" -> require(Files.isDirectory(p), p, "directory");
            case "FileOrCreate" -> {
                try {
                    Files.createFile(p);
                    Files.setPosixFilePermissions(p, AtomicFiles.bits(0644));
                } catch (FileAlreadyExistsException e) {
                    // fine
                }
                require(Files.isRegularFile(p), p, "file");
            }
            case "File" -> require(Files.isRegularFile(p), p, "file");
            case "Socket" -> require(kind(p) == S_IFSOCK, p, "socket file");
            case "CharDevice" -> require(kind(p) == S_IFCHR, p, "character device");
            case "BlockDevice" -> require(kind(p) == S_IFBLK, p, "block device");
            default -> throw new IOException("hostPath type \"" + type + "\" is not known");
        }
        return p;
    }

    private static int kind(Path p) throws IOException {
        Path real = Files.exists(p) ? p.toRealPath() : p;
        return Files.exists(real, LinkOption.NOFOLLOW_LINKS)
                ? (Integer) Files.getAttribute(real, "unix:mode") & S_IFMT
                : 0;
    }

    private static void require(boolean yes, Path p, String what) throws IOException {
        if (!yes) {
            throw new IOException("hostPath type check failed: " + p + " is not a " + what);
        }
    }
}
