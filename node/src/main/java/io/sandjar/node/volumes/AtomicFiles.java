// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The files of a configMap, secret, projected or downwardAPI volume, which change all at once: they lie in a directory
 * whose name begins with two dots, the link ..data leads to it, and what the user sees are links through ..data. A change
 * is a new directory and one rename of ..data. Programs know this shape from Kubernetes and watch ..data.
 *
 * <p>Containers see the volume read-only, so nobody else writes here.
 */
final class AtomicFiles {
    private static final String DATA = "..data";

    /** One file: what is in it and its permission bits. */
    record Content(byte[] data, int mode) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Content c && mode == c.mode && Arrays.equals(data, c.data);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(data) * 31 + mode;
        }
    }

    private final Path dir;
    private final long group;

    /** @param group the pod's fsGroup; -1: none */
    AtomicFiles(Path dir, long group) {
        this.dir = dir;
        this.group = group;
    }

    /**
     * Whether a path may be made in a volume: relative, no "..", and not beginning with two dots, which is where the volume
     * keeps its own.
     */
    static boolean safe(String path) {
        if (path.isEmpty()
                || path.startsWith("/")
                || path.startsWith("..")
                || path.length() > 4096
                || path.indexOf(0) >= 0) {
            return false;
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 255) {
                return false;
            }
        }
        return true;
    }

    /** Makes the volume show exactly these files; true when something changed. */
    boolean write(Map<String, Content> given) throws IOException {
        Map<String, Content> wanted = new TreeMap<>();
        for (Map.Entry<String, Content> e : given.entrySet()) {
            if (!safe(e.getKey())) {
                throw new IOException("\"" + e.getKey() + "\" is not a path below the volume");
            }
            int mode = e.getValue().mode();
            // a group may read, as kubelet does it
            wanted.put(e.getKey(), new Content(e.getValue().data(), group >= 0 ? mode | 0440 : mode));
        }
        Path link = dir.resolve(DATA);
        Path old = Files.isSymbolicLink(link)
                ? dir.resolve(Files.readSymbolicLink(link).toString())
                : null;
        boolean same = old != null && wanted.equals(read(old));
        if (!same) {
            byte[] random = new byte[8];
            ThreadLocalRandom.current().nextBytes(random);
            Path next = dir.resolve("..v" + HexFormat.of().formatHex(random));
            Files.createDirectory(next);
            for (Map.Entry<String, Content> e : wanted.entrySet()) {
                Path file = next.resolve(e.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, e.getValue().data());
                Files.setPosixFilePermissions(file, bits(e.getValue().mode()));
            }
            own(next);
            Path fresh = dir.resolve("..data_tmp");
            Files.deleteIfExists(fresh);
            Files.createSymbolicLink(fresh, next.getFileName());
            Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
        }
        links(wanted.keySet()); // also when nothing changed: an agent may have died in between
        sweep(Files.readSymbolicLink(link).toString());
        return !same;
    }

    private Map<String, Content> read(Path from) throws IOException {
        Map<String, Content> out = new TreeMap<>();
        try {
            Files.walkFileTree(from, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path f, BasicFileAttributes a) throws IOException {
                    int mode = (Integer) Files.getAttribute(f, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
                    out.put(from.relativize(f).toString(), new Content(Files.readAllBytes(f), mode));
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            return Map.of(); // of a half-finished removal
        }
        return out;
    }

    private void own(Path next) throws IOException {
        Files.walkFileTree(next, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a) throws IOException {
                Files.setPosixFilePermissions(d, bits(0755));
                return chown(d);
            }

            @Override
            public FileVisitResult visitFile(Path f, BasicFileAttributes a) throws IOException {
                return chown(f);
            }

            private FileVisitResult chown(Path p) throws IOException {
                if (group >= 0) {
                    Files.setAttribute(p, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void links(Set<String> paths) throws IOException {
        Set<String> tops = new TreeSet<>();
        for (String p : paths) {
            int slash = p.indexOf('/');
            tops.add(slash < 0 ? p : p.substring(0, slash));
        }
        for (String t : tops) {
            Path l = dir.resolve(t);
            if (!Files.isSymbolicLink(l)) {
                Files.createSymbolicLink(l, Path.of(DATA, t));
            }
        }
        try (var all = Files.newDirectoryStream(dir)) {
            for (Path p : all) {
                String name = p.getFileName().toString();
                if (!name.startsWith("..") && !tops.contains(name) && Files.isSymbolicLink(p)) {
                    Files.delete(p);
                }
            }
        }
    }

    /** Removes directories of earlier states. */
    private void sweep(String keep) throws IOException {
        try (var all = Files.newDirectoryStream(dir, "..v*")) {
            for (Path p : all) {
                if (!p.getFileName().toString().equals(keep)) {
                    GuestTree.delete(p);
                }
            }
        }
    }

    static Set<PosixFilePermission> bits(int mode) {
        Set<PosixFilePermission> out = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from owner-read down to others-execute
        for (int i = 0; i < 9; i++) {
            if ((mode & 0400 >> i) != 0) {
                out.add(all[i]);
            }
        }
        return out;
    }
}
