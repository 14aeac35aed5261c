// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.Tars;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random layers of names and links that want to get out, and random damage to good ones. Whatever happens, the tree
 * outside stays as it was, and the only thing thrown is an ImageException. The seed is printed by the failure.
 */
final class LayerFuzzTest {
    private static final String[] NAMES = {
        "a",
        "b",
        "a/b",
        "a/b/c",
        "d",
        "d/e",
        "../outside/x",
        "/outside/x",
        "a/../../x",
        ".",
        "a/.",
        "./b/..",
        "b/a",
        ".wh.a",
        ".wh.b",
        "a/.wh.b",
        "d/.wh..wh..opq",
        ".wh..wh..opq",
        "a/.wh...",
        "b/.wh..",
        "l",
        "l/x",
        "l/l",
        "l/outside",
        "l/file",
        "m",
        "m/file",
        "m/.wh.file",
        "m/../x",
        "outside",
        "outside/file",
        "store",
        "..",
        "a//b",
        "b/"
    };
    private static final char[] TYPES = {
        '0', '0', '0', '1', '1', '2', '2', '2', '5', '5', '6', '3', '4', '7', 'x', 'L', 'K', 'g', 'Z', 'S'
    };

    @TempDir
    Path dir;

    private String outside() throws IOException {
        try (Stream<Path> s = Files.walk(dir)) {
            return s.filter(p -> !p.startsWith(dir.resolve("store/fs")))
                    .map(p -> {
                        try {
                            return dir.relativize(p)
                                    + " "
                                    + Files.getAttribute(p, "unix:mode")
                                    + " "
                                    + Files.getAttribute(p, "unix:uid")
                                    + " "
                                    + (Files.isRegularFile(p) ? Files.readString(p) : "")
                                    + (p.endsWith("file") || p.endsWith("outside") ? Files.getLastModifiedTime(p) : "");
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .sorted()
                    .collect(Collectors.joining("\n"));
        }
    }

    private byte[] layer(Random r) {
        Tars t = new Tars();
        String[] targets = {
            "a",
            "b",
            "/",
            "..",
            "../..",
            "../../outside",
            dir + "/outside",
            dir + "/outside/file",
            "l",
            "m",
            "/proc/self/root",
            "/proc/self/fd/1",
            "/proc/self/cwd",
            "a/b",
            "../store",
            ".",
            "/a",
            "../../outside/file",
            "d/e",
            "nothing"
        };
        int n = 1 + r.nextInt(14);
        for (int i = 0; i < n; i++) {
            String name = NAMES[r.nextInt(NAMES.length)];
            char type = TYPES[r.nextInt(TYPES.length)];
            String target = targets[r.nextInt(targets.length)];
            byte[] data = type == '0' || type >= 'A' ? target.getBytes(StandardCharsets.UTF_8) : new byte[0];
            if (r.nextInt(6) == 0) {
                t.pax("path", NAMES[r.nextInt(NAMES.length)].getBytes(StandardCharsets.UTF_8));
            }
            if (r.nextInt(6) == 0) {
                t.pax("linkpath", targets[r.nextInt(targets.length)].getBytes(StandardCharsets.UTF_8));
            }
            t.owner(r.nextInt(3), r.nextInt(3)).time(r.nextInt());
            t.entry(name, type, r.nextInt(010000), target, data);
        }
        byte[] b = r.nextInt(4) == 0 ? t.bytes() : t.end();
        if (r.nextInt(3) == 0) {
            for (int i = r.nextInt(4); i >= 0; i--) {
                int at = r.nextInt(b.length);
                b[at] = (byte) r.nextInt(256);
                if (r.nextBoolean()) { // with the sum put right: the field itself is tried
                    byte[] h = java.util.Arrays.copyOfRange(b, at / 512 * 512, at / 512 * 512 + 512);
                    Tars.seal(h);
                    System.arraycopy(h, 0, b, at / 512 * 512, 512);
                }
            }
        }
        if (r.nextInt(5) == 0) {
            b = java.util.Arrays.copyOf(b, r.nextInt(b.length));
        }
        int packing = r.nextInt(8);
        if (packing < 3) {
            b = packing == 0 ? zstd(b) : Tars.gzip(b);
            if (r.nextInt(3) == 0) {
                b[r.nextInt(b.length)] ^= (byte) (1 << r.nextInt(8));
            }
        }
        return b;
    }

    private static byte[] zstd(byte[] data) {
        java.io.ByteArrayOutputStream z = new java.io.ByteArrayOutputStream();
        try (var out = new io.airlift.compress.v3.zstd.ZstdJavaOutputStream(z)) {
            out.write(data);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return z.toByteArray();
    }

    @Test
    void nothingEverEscapes() throws Exception {
        Path fs = Files.createDirectories(dir.resolve("store/fs"));
        Files.createDirectories(dir.resolve("outside"));
        Files.writeString(dir.resolve("outside/file"), "untouched");
        Files.writeString(dir.resolve("store/file"), "untouched");
        String before = outside();
        int made = 0;
        long base = Long.getLong("sandjar.fuzz.seed", 4711);
        int rounds = Integer.getInteger("sandjar.fuzz.rounds", 3000);
        for (int i = 0; i < rounds; i++) {
            long seed = base + i;
            byte[] layer = layer(new Random(seed));
            try (Tree t = Tree.open(fs)) {
                new LayerUnpacker(new Limits("fuzz", 1 << 20, 1000), i % 2 == 0)
                        .unpack(new ByteArrayInputStream(layer), null, null, t, n -> {});
                made++;
            } catch (ImageException e) {
                assertTrue(
                        e.kind() != ImageException.Kind.STORE
                                || (e.getMessage() + "").contains("unpack")
                                || (e.getMessage() + "").contains("owner")
                                || (e.getMessage() + "").contains("hide"),
                        "seed " + seed + ": " + e);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertEquals(before, outside(), "seed " + seed);
            if (i % 3 == 2) { // else the next one meets what is there
                Tree.remove(fs);
                Files.createDirectory(fs);
            }
        }
        assertTrue(made > rounds / 20, "only " + made + " of " + rounds + " layers could be read");
        Tree.remove(fs);
    }
}
