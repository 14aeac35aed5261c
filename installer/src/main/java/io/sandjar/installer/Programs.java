// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the programs lie that engines start. From a package: /usr/bin, and the package manager keeps the versions. Otherwise a directory
 * for each version below /opt/sandjar with a link `current`, so that an upgrade is one rename and sandboxes keep the version they run.
 */
final class Programs {
    private static final String OPT = "/opt/sandjar";

    private Programs() {}

    static Path home() {
        String home = System.getProperty("sandjar.home");
        if (home == null) throw new Problem("the property sandjar.home is not set", "start it as: sandjar node ...");
        return Path.of(home);
    }

    private static boolean packaged(Path home) {
        return home.startsWith("/usr/lib/sandjar");
    }

    /** The directory for the engines' configuration; nothing is copied yet. */
    static Path bin() {
        Path home = home();
        if (packaged(home)) {
            if (Files.exists(Path.of("/usr/bin/containerd-shim-runsc-v1"))) return Path.of("/usr/bin");
            throw new Problem(
                    "the package sandjar-runsc is not installed: /usr/bin has no containerd-shim-runsc-v1",
                    "install it: apt install sandjar-runsc, or dnf install sandjar-runsc");
        }
        return Path.of(OPT, "current", "bin");
    }

    private static String label(Path home, String version) {
        Path name = home.getFileName();
        return (home.startsWith(OPT) || packaged(home)) && name != null ? name.toString() : version + "-" + name;
    }

    /** What `install` has to do to the programs first, for people; null: nothing. */
    static @Nullable String pending(Path root, String version) {
        Path home = home();
        if (packaged(home)) return null;
        Path target = root.resolve(OPT.substring(1)).resolve(label(home, version));
        Path current = root.resolve(OPT.substring(1)).resolve("current");
        try {
            if (Files.isDirectory(target)
                    && Files.isSymbolicLink(current)
                    && Files.readSymbolicLink(current).equals(target.getFileName())) return null;
        } catch (IOException e) {
            // it is to be made anew
        }
        return "copy the programs to " + target + " and let " + current + " point there";
    }

    /** Copies this version below /opt/sandjar, if it is not there, and makes it the current one. */
    static void copy(Path root, String version) {
        if (!packaged(home())) export(root, version);
    }

    static void export(Path root, String version) {
        Path home = home();
        Path opt = root.resolve(OPT.substring(1));
        Path target = opt.resolve(label(home, version));
        try {
            Files.createDirectories(opt);
            if (!Files.isDirectory(target)) {
                Path fresh = opt.resolve("." + target.getFileName() + ".new");
                if (Files.exists(fresh, LinkOption.NOFOLLOW_LINKS)) TestImage.Trees.delete(fresh);
                copyTree(home, fresh);
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            }
            Path link = opt.resolve(".current.new");
            Files.deleteIfExists(link);
            Path name = target.getFileName();
            if (name == null) throw new IOException("no name");
            Files.createSymbolicLink(link, name);
            Files.move(
                    link, opt.resolve("current"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    "cannot copy the programs to " + target + ": " + Texts.of(e),
                    "is there room, and are you root?",
                    e);
        }
    }

    // Times are kept: the caches of classes are bound to them.
    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Versions below /opt/sandjar that are neither current nor run; removed. */
    static List<String> prune(Path root, boolean everything) {
        Path opt = root.resolve(OPT.substring(1));
        List<String> gone = new ArrayList<>();
        if (!Files.isDirectory(opt)) return gone;
        try (Stream<Path> list = Files.list(opt)) {
            Path current = opt.resolve("current");
            Path now = Files.isSymbolicLink(current) && !everything ? Files.readSymbolicLink(current) : null;
            if (everything) Files.deleteIfExists(current);
            for (Path version : list.toList()) {
                Path name = version.getFileName();
                if (name == null
                        || !Files.isDirectory(version, LinkOption.NOFOLLOW_LINKS)
                        || name.equals(now)
                        || inUse(version)) continue;
                TestImage.Trees.delete(version);
                gone.add(name.toString());
            }
            if (everything) Files.deleteIfExists(opt);
        } catch (IOException e) {
            // a version that is still used stays, with its directory
        }
        return gone;
    }

    private static boolean inUse(Path version) {
        return ProcessHandle.allProcesses()
                .anyMatch(p -> p.pid() != ProcessHandle.current().pid()
                        && p.info()
                                .command()
                                .map(c -> c.startsWith(version + "/"))
                                .orElse(false));
    }
}
