// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.store.ImageSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The image that needs no registry: one static program of our own under several names, and the few files that make it
 * a system. The same program gives the same image.
 */
public final class DemoImage implements ImageSource {
    public static final String NAME = "sandjar.io/demo";

    /** 2026-01-01: any time that does not change will do. */
    private static final long CREATED_SECONDS = 1_767_225_600;

    private static final List<String> NAMES = List.of(
            "sh cat echo sleep env id uname hostname ps true false wget head wc date kill mount free".split(" ", -1));
    private static final List<String> MORE_NAMES = List.of(
            "ls pwd mkdir rm touch grep sort tail printf test [ seq tee nproc whoami clear uptime df".split(" ", -1));

    private final Path program;

    public DemoImage(Path program) {
        this.program = program;
    }

    /** Where the program lies when nobody says: beside the native library, or in the bin beside that. */
    public static Path defaultProgram() {
        String given = System.getProperty("sandjar.demo");
        if (given != null) {
            return Path.of(given);
        }
        String lib = System.getProperty("sandjar.native");
        Path dir = lib == null
                ? Path.of(System.getProperty("java.home"), "lib")
                : Path.of(lib).toAbsolutePath().getParent();
        if (dir == null) {
            return Path.of("demo");
        }
        Path beside = dir.resolve("demo");
        return Files.exists(beside) ? beside : dir.resolveSibling("bin").resolve("demo");
    }

    @Override
    public Contents contents() throws ImageException {
        byte[] tar;
        try {
            tar = layer(Files.readAllBytes(program));
        } catch (IOException e) {
            throw new ImageException(
                    Kind.NOT_FOUND,
                    NAME + ": its program " + program + " cannot be read: " + e.getMessage(),
                    "the installation is not complete",
                    e);
        }
        Digest diffId = Digest.of(tar);
        byte[] config = configuration(diffId).toString().getBytes(StandardCharsets.UTF_8);
        return new Contents(
                Digest.of(config),
                Json.parse(config, NAME),
                List.of(diffId),
                List.of(new Layer(diffId, tar)),
                List.of(),
                List.of());
    }

    private record Layer(Digest diffId, byte[] tar) implements Piece {
        @Override
        public String name() {
            return diffId.toString();
        }

        @Override
        public long size() {
            return tar.length;
        }

        @Override
        public Archive fetch(Blobs.Watch watch, Blobs.Wanted wanted) {
            return () -> new ByteArrayInputStream(tar);
        }

        @Override
        public @Nullable Digest digest() {
            return null;
        }
    }

    private static JsonArray texts(String... all) {
        JsonArray a = new JsonArray();
        for (String s : all) {
            a.add(s);
        }
        return a;
    }

    private static JsonObject configuration(Digest diffId) {
        JsonObject config = new JsonObject();
        config.add("Env", texts("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"));
        config.add("Entrypoint", texts("/bin/demo"));
        config.add("Cmd", texts("serve"));
        JsonObject ports = new JsonObject();
        ports.add("8080/tcp", new JsonObject());
        config.add("ExposedPorts", ports);
        JsonObject labels = new JsonObject();
        labels.addProperty("org.opencontainers.image.title", "demo");
        labels.addProperty("org.opencontainers.image.licenses", "Apache-2.0");
        config.add("Labels", labels);
        JsonObject rootfs = new JsonObject();
        rootfs.addProperty("type", "layers");
        rootfs.add("diff_ids", texts(diffId.toString()));
        JsonObject all = new JsonObject();
        all.addProperty("architecture", "amd64");
        all.addProperty("os", "linux");
        all.addProperty("created", "2026-01-01T00:00:00Z");
        all.add("config", config);
        all.add("rootfs", rootfs);
        return all;
    }

    private static byte[] layer(byte[] program) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            for (String d : List.of("bin", "dev", "etc", "home", "proc", "root", "run", "srv", "sys", "usr", "var")) {
                add(tar, d + "/", d.equals("root") ? 0700 : 0755, new byte[0], "");
            }
            add(tar, "tmp/", 01777, new byte[0], "");
            add(tar, "var/run", 0777, new byte[0], "../run");
            add(tar, "usr/bin", 0777, new byte[0], "../bin");
            add(tar, "sbin", 0777, new byte[0], "bin");
            file(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
            file(tar, "etc/group", "root:x:0:\nnogroup:x:65534:\n");
            file(tar, "etc/os-release", "NAME=\"Sandjar demo\"\nID=sandjar-demo\nPRETTY_NAME=\"Sandjar demo\"\n");
            file(tar, "etc/nsswitch.conf", "hosts: files dns\n");
            add(tar, "bin/demo", 0755, program, "");
            for (String n : NAMES) {
                add(tar, "bin/" + n, 0777, new byte[0], "demo");
            }
            for (String n : MORE_NAMES) {
                add(tar, "bin/" + n, 0777, new byte[0], "demo");
            }
        }
        return bytes.toByteArray();
    }

    private static void file(TarArchiveOutputStream tar, String name, String text) throws IOException {
        add(tar, name, 0644, text.getBytes(StandardCharsets.UTF_8), "");
    }

    private static void add(TarArchiveOutputStream tar, String name, int mode, byte[] data, String link)
            throws IOException {
        TarArchiveEntry e =
                link.isEmpty() ? new TarArchiveEntry(name) : new TarArchiveEntry(name, TarArchiveEntry.LF_SYMLINK);
        e.setMode(mode);
        e.setIds(0, 0);
        e.setUserName("");
        e.setGroupName("");
        e.setModTime(CREATED_SECONDS * 1000);
        if (!link.isEmpty()) {
            e.setLinkName(link);
        } else {
            e.setSize(data.length);
        }
        tar.putArchiveEntry(e);
        if (link.isEmpty()) {
            tar.write(data);
        }
        tar.closeArchiveEntry();
    }
}
