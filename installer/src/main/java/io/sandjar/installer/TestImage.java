// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The image of the self-test, made of our own static programs so that no registry is needed: a root directory, a tar of it, and an OCI
 * archive. It lies in a temporary directory until it is closed.
 */
final class TestImage implements AutoCloseable {
    private static final List<String> LINKS = List.of("sh", "uname", "sleep", "cat", "true");

    private final Path directory;

    private TestImage(Path directory) {
        this.directory = directory;
    }

    static TestImage make(Setup setup) {
        try {
            Path directory = Files.createTempDirectory(
                    "sandjar-selftest",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            TestImage image = new TestImage(directory);
            Path bin = Files.createDirectories(image.root().resolve("bin"));
            for (String dir : List.of("dev", "proc", "sys", "etc", "tmp"))
                Files.createDirectories(image.root().resolve(dir));
            String home = System.getProperty("sandjar.home", "");
            for (String program : List.of("demo", "pause")) {
                Path from = Path.of(home, "bin", program);
                if (!Files.exists(from)) {
                    image.close();
                    throw new Problem(
                            from + " is missing", "the installation is incomplete; install it again, or use --no-test");
                }
                Files.copy(from, bin.resolve(program));
            }
            for (String link : LINKS) Files.createSymbolicLink(bin.resolve(link), Path.of("demo"));
            Files.write(image.rootTar(), image.layer());
            return image;
        } catch (IOException e) {
            throw new Problem("cannot make the image of the self-test: " + Texts.of(e), "is there room in /tmp?", e);
        }
    }

    Path root() {
        return directory.resolve("root");
    }

    Path rootTar() {
        return directory.resolve("root.tar");
    }

    private byte[] layer() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String dir : List.of("bin/", "dev/", "proc/", "sys/", "etc/", "tmp/"))
                entry(tar, dir, 0755, new byte[0]);
            for (String program : List.of("demo", "pause")) {
                entry(tar, "bin/" + program, 0755, Files.readAllBytes(root().resolve("bin/" + program)));
            }
            for (String name : LINKS) {
                TarArchiveEntry link = new TarArchiveEntry("bin/" + name, TarArchiveEntry.LF_SYMLINK);
                link.setLinkName("demo");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void entry(TarArchiveOutputStream tar, String name, int mode, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setModTime(0);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** An OCI archive with one image of that name. */
    Path archive(String name) {
        try {
            byte[] layer = Files.readAllBytes(rootTar());
            byte[] config =
                    ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/bin/pause\"]},\"rootfs\":{\"type\":\"layers\","
                                    + "\"diff_ids\":[\"" + digest(layer) + "\"]}}")
                            .getBytes(StandardCharsets.UTF_8);
            byte[] manifest =
                    ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                                    + descriptor("application/vnd.oci.image.config.v1+json", config, "")
                                    + ",\"layers\":[" + descriptor("application/vnd.oci.image.layer.v1.tar", layer, "")
                                    + "]}")
                            .getBytes(StandardCharsets.UTF_8);
            byte[] index = ("{\"schemaVersion\":2,\"manifests\":["
                            + descriptor(
                                    "application/vnd.oci.image.manifest.v1+json",
                                    manifest,
                                    ",\"annotations\":{\"io.containerd.image.name\":\"" + name
                                            + "\",\"org.opencontainers.image.ref.name\":\""
                                            + name.substring(name.lastIndexOf(':') + 1) + "\"}")
                            + "]}")
                    .getBytes(StandardCharsets.UTF_8);
            Path file = directory.resolve("image.tar");
            try (OutputStream out = Files.newOutputStream(file);
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
                entry(tar, "oci-layout", 0644, "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
                entry(tar, "index.json", 0644, index);
                for (byte[] blob : List.of(layer, config, manifest)) {
                    entry(tar, "blobs/sha256/" + digest(blob).substring(7), 0644, blob);
                }
            }
            return file;
        } catch (IOException e) {
            throw new Problem("cannot make the image of the self-test: " + Texts.of(e), "is there room in /tmp?", e);
        }
    }

    private static String descriptor(String type, byte[] content, String more) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest(content) + "\",\"size\":" + content.length
                + more + "}";
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Trees.delete(directory);
    }

    /** Removing directory trees; symbolic links are not followed. */
    static final class Trees {
        private Trees() {}

        static void delete(Path directory) {
            try {
                Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
            } catch (IOException e) {
                System.err.println("sandjar: warning: " + directory + " could not be removed: " + Texts.of(e));
            }
        }
    }
}
