// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sandjar.abi.Nr;
import io.sandjar.host.OverlayMounts;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.Root;
import io.sandjar.imagestore.RootMode;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.Tars;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.layer.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images from files, containers' roots, and what a store looks like after this and that. */
final class LocalImageStoreTest {
    private static final boolean ROOT = Sys.call(Nr.geteuid, 0) == 0;

    @TempDir
    Path dir;

    private ImageStore store;

    @BeforeEach
    void open() throws ImageException {
        store = ImageStore.open(
                dir.resolve("store"),
                new StoreOptions(
                        Map.of(),
                        1 << 30,
                        1000,
                        Duration.ofSeconds(5),
                        1,
                        Duration.ofMillis(5),
                        2,
                        dir.resolve("none"),
                        dir.resolve("demo")));
    }

    @AfterEach
    void close() throws ImageException {
        for (String id : store.prepared().keySet()) {
            store.release(id);
        }
        store.close();
    }

    private void reopen() throws ImageException {
        store.close();
        open();
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static String configuration(byte[]... tars) {
        List<String> ids = new ArrayList<>();
        for (byte[] t : tars) {
            ids.add("\"" + Digest.of(t) + "\"");
        }
        return "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Entrypoint\":[\"/e\"]},\"rootfs\":{\"diff_ids\":["
                + String.join(",", ids) + "]}}";
    }

    /** An OCI layout's files by name. */
    private static Map<String, byte[]> layout(String tag, byte[]... tars) {
        Map<String, byte[]> files = new java.util.LinkedHashMap<>();
        List<String> layers = new ArrayList<>();
        for (byte[] t : tars) {
            files.put("blobs/sha256/" + Digest.of(t).hex(), t);
            layers.add(descriptor("application/vnd.oci.image.layer.v1.tar", t, ""));
        }
        byte[] config = bytes(configuration(tars));
        files.put("blobs/sha256/" + Digest.of(config).hex(), config);
        byte[] m = bytes("{\"schemaVersion\":2,\"config\":" + descriptor("c", config, "") + ",\"layers\":["
                + String.join(",", layers) + "]}");
        files.put("blobs/sha256/" + Digest.of(m).hex(), m);
        files.put("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
        files.put(
                "index.json",
                bytes("{\"manifests\":["
                        + descriptor("m", m, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + tag + "\"}")
                        + "]}"));
        return files;
    }

    private static String descriptor(String type, byte[] data, String more) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + Digest.of(data) + "\",\"size\":" + data.length + more
                + "}";
    }

    private Path write(String name, Map<String, byte[]> files) throws IOException {
        Path d = dir.resolve(name);
        for (Map.Entry<String, byte[]> e : files.entrySet()) {
            Files.createDirectories(d.resolve(e.getKey()).getParent());
            Files.write(d.resolve(e.getKey()), e.getValue());
        }
        return d;
    }

    private Image image(String name, byte[]... tars) throws Exception {
        return store.pull("oci:" + write(name, layout("latest", tars)), PullOptions.DEFAULT);
    }

    private static final byte[] LOWER = new Tars()
            .dir("etc", 0711)
            .file("etc/a", "a1")
            .file("etc/b", "b1")
            .dir("tmp", 01777)
            .dir("opaque")
            .file("opaque/old", "x")
            .file("replaced", "file")
            .link("etc/hard", "etc/a")
            .end();
    private static final byte[] UPPER = new Tars()
            .file("etc/.wh.a", "")
            .file("etc/c", "c2")
            .file("tmp/t", "t2")
            .dir("opaque")
            .file("opaque/.wh..wh..opq", "")
            .file("opaque/new", "n")
            .dir("replaced")
            .file("replaced/x", "y")
            .end();

    private static void looksRight(Path rootfs) throws IOException {
        assertFalse(Files.exists(rootfs.resolve("etc/a"), LinkOption.NOFOLLOW_LINKS));
        assertEquals("b1", Files.readString(rootfs.resolve("etc/b")));
        assertEquals("c2", Files.readString(rootfs.resolve("etc/c")));
        assertEquals("a1", Files.readString(rootfs.resolve("etc/hard")));
        assertEquals("t2", Files.readString(rootfs.resolve("tmp/t")));
        assertFalse(Files.exists(rootfs.resolve("opaque/old")));
        assertEquals("n", Files.readString(rootfs.resolve("opaque/new")));
        assertEquals("y", Files.readString(rootfs.resolve("replaced/x")));
        // no entry of the upper layer described these two
        assertEquals(0711, (int) Files.getAttribute(rootfs.resolve("etc"), "unix:mode") & 07777);
        assertEquals(01777, (int) Files.getAttribute(rootfs.resolve("tmp"), "unix:mode") & 07777);
    }

    @Test
    void aSandboxGetsARootThatStaysAsItIs() throws Exception {
        Image i = image("i", LOWER, UPPER);
        assertEquals(List.of("/e"), i.config().entrypoint());
        Root r = store.prepare(i, "c1", RootMode.SANDBOX, 1 << 20);
        looksRight(r.rootfs());
        assertEquals("root:dir=" + dir.resolve("store/roots/c1/changes") + ",size=1048576", r.overlay2());
        assertEquals(r, store.prepare(i, "c1", RootMode.SANDBOX, 1 << 20));
        assertEquals(
                Kind.IN_USE,
                assertThrows(ImageException.class, () -> store.prepare(i, "c1", RootMode.HOST, 0))
                        .kind());
        if (ROOT) {
            assertTrue(OverlayMounts.isOverlay(Tree.bytes(r.rootfs())));
            assertThrows(IOException.class, () -> Files.writeString(r.rootfs().resolve("new"), "x"));
        }
        assertEquals(Map.of("c1", i.id()), store.prepared());
        store.release("c1");
        store.release("c1");
        assertFalse(Files.exists(dir.resolve("store/roots/c1")));
        assertEquals(Map.of(), store.prepared());
    }

    @Test
    void anotherRuntimeGetsARootOfItsOwn() throws Exception {
        Image i = image("i", LOWER, UPPER);
        Root r = store.prepare(i, "c1", RootMode.HOST, 0);
        assertNull(r.overlay2());
        looksRight(r.rootfs());
        Files.writeString(r.rootfs().resolve("etc/b"), "changed");
        Files.write(r.rootfs().resolve("big"), new byte[300_000]);
        assertTrue(store.writtenBytes("c1") >= 300_000, "" + store.writtenBytes("c1"));
        Root other = store.prepare(i, "c2", RootMode.HOST, 0);
        assertEquals("b1", Files.readString(other.rootfs().resolve("etc/b")));
        reopen();
        assertEquals(r, store.prepare(i, "c1", RootMode.HOST, 0));
        assertEquals("changed", Files.readString(r.rootfs().resolve("etc/b")));
        if (ROOT) { // as after the machine was started again
            assertEquals(0, OverlayMounts.detach(Tree.bytes(r.rootfs())));
            assertFalse(Files.exists(r.rootfs().resolve("etc")));
            store.prepare(i, "c1", RootMode.HOST, 0);
            assertEquals("changed", Files.readString(r.rootfs().resolve("etc/b")));
        }
    }

    @Test
    void manyLayersFitIntoOneMount() throws Exception {
        assumeTrue(ROOT);
        byte[][] tars = new byte[130][];
        for (int i = 0; i < tars.length; i++) {
            tars[i] = new Tars().file("f" + i, "" + i).end();
        }
        Root r = store.prepare(image("many", tars), "c1", RootMode.SANDBOX, 0);
        assertTrue(OverlayMounts.isOverlay(Tree.bytes(r.rootfs())));
        assertEquals("0", Files.readString(r.rootfs().resolve("f0")));
        assertEquals("129", Files.readString(r.rootfs().resolve("f129")));
    }

    @Test
    void layersWithoutMounts() throws Exception {
        Image i = image("i", LOWER, UPPER);
        Layers layers = new Layers(Places.make(dir.resolve("store")), ROOT);
        List<String> ids = List.of(Digest.of(LOWER).toString(), Digest.of(UPPER).toString());
        Path flat = layers.flat(ids);
        looksRight(flat);
        assertEquals(flat, layers.flat(ids));
        Path copy = Files.createDirectory(dir.resolve("copy"));
        layers.flatten(ids, copy, true);
        looksRight(copy);
        Files.writeString(copy.resolve("etc/b"), "mine");
        assertEquals("b1", Files.readString(flat.resolve("etc/b")));
        assertNotNull(i);
        assertFalse(store.remove(i.id()).isEmpty());
        assertFalse(Files.exists(flat));
    }

    @Test
    void aPlainDirectory() throws Exception {
        Path plain = Files.createDirectories(dir.resolve("plain/etc"));
        Files.writeString(plain.resolve("x"), "1");
        Image i = store.pull("dir:" + plain.getParent(), PullOptions.DEFAULT);
        Root r = store.prepare(i, "c1", RootMode.SANDBOX, 0);
        assertEquals(plain.getParent(), r.rootfs());
        Root h = store.prepare(i, "c2", RootMode.HOST, 0);
        Files.writeString(h.rootfs().resolve("etc/x"), "2");
        assertEquals("1", Files.readString(plain.resolve("x")));
        assertEquals(
                Kind.NOT_FOUND,
                assertThrows(ImageException.class, () -> store.pull("dir:/no/such", PullOptions.DEFAULT))
                        .kind());
        store.release("c2");
        assertEquals("1", Files.readString(plain.resolve("x")));
    }

    @Test
    void archivesOfBothKinds() throws Exception {
        Tars oci = new Tars();
        layout("v1", LOWER, UPPER).forEach((k, v) -> oci.entry(k, '0', 0644, "", v));
        Path f = Files.write(dir.resolve("oci.tar"), oci.end());
        Image i = store.pull("oci-archive:" + f + ":v1", PullOptions.DEFAULT);
        assertEquals(List.of("oci-archive:" + f + ":v1"), i.names());
        assertEquals(
                Kind.NOT_FOUND,
                assertThrows(ImageException.class, () -> store.pull("oci-archive:" + f + ":v2", PullOptions.DEFAULT))
                        .kind());
        String manifest =
                "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"1/layer.tar\",\"2/layer.tar\"]}]";
        byte[] docker = new Tars()
                .dir("1")
                .entry("1/layer.tar", '0', 0644, "", LOWER)
                .symlink("2/layer.tar", "../3/layer.tar")
                .entry("3/layer.tar", '0', 0644, "", UPPER)
                .file("c.json", configuration(LOWER, UPPER))
                .file("manifest.json", manifest)
                .end();
        Path d = Files.write(dir.resolve("docker.tar.gz"), Tars.gzip(docker));
        Image j = store.pull("docker-archive:" + d, PullOptions.DEFAULT);
        assertEquals(i.id(), j.id());
        assertEquals(i.id(), store.find("app:1").orElseThrow().id());
        looksRight(store.prepare(j, "c1", RootMode.SANDBOX, 0).rootfs());
        byte[] out = new Tars().symlink("1/layer.tar", "../../../../etc/passwd").end();
        Path o = Files.write(dir.resolve("out.tar"), out);
        assertEquals(
                Kind.MALFORMED,
                assertThrows(ImageException.class, () -> store.pull("docker-archive:" + o, PullOptions.DEFAULT))
                        .kind());
        try (var s = Files.list(dir.resolve("store/tmp"))) {
            assertEquals(0, s.count());
        }
    }

    @Test
    void anArchiveIsReadAgainWhenItHasChanged() throws Exception {
        Path f = dir.resolve("a.tar");
        Tars one = new Tars();
        layout("v1", LOWER).forEach((k, v) -> one.entry(k, '0', 0644, "", v));
        Files.write(f, one.end());
        Image i = store.pull("oci-archive:" + f, PullOptions.DEFAULT);
        Path layer = dir.resolve("store/layers/" + Digest.of(LOWER).toString().replace(':', '-'));
        assertTrue(Files.exists(layer));
        assertEquals(i, store.pull("oci-archive:" + f, PullOptions.DEFAULT));
        Tars two = new Tars();
        layout("v1", UPPER).forEach((k, v) -> two.entry(k, '0', 0644, "", v));
        Files.write(f, two.end());
        Image j = store.pull("oci-archive:" + f, PullOptions.DEFAULT);
        assertFalse(i.id().equals(j.id()));
        assertEquals(j.id(), store.find("oci-archive:" + f).orElseThrow().id());
        Files.delete(f);
        assertEquals(j.id(), store.pull("oci-archive:" + f, PullOptions.DEFAULT).id(), "what was taken is enough");
        assertThrows(
                ImageException.class,
                () -> store.pull("oci-archive:" + f, PullOptions.DEFAULT.with(PullOptions.Policy.ALWAYS)));
        assertEquals(List.of(), store.find(i.id()).orElseThrow().names());
        assertTrue(store.collect() > 0);
        assertTrue(store.find(i.id()).isEmpty());
        assertFalse(Files.exists(layer));
    }

    @Test
    void aLayoutThatWasTamperedWith() throws Exception {
        Map<String, byte[]> files = layout("latest", LOWER);
        byte[] damaged = LOWER.clone();
        damaged[600] ^= 1; // in the contents of an entry, where no checksum of the format looks
        files.put("blobs/sha256/" + Digest.of(LOWER).hex(), damaged);
        String ref = "oci:" + write("bad", files);
        ImageException e = assertThrows(ImageException.class, () -> store.pull(ref, PullOptions.DEFAULT));
        assertTrue(e.kind() == Kind.DIGEST_MISMATCH || e.kind() == Kind.MALFORMED, e.toString());
        assertTrue(store.list().isEmpty());
        try (var s = Files.list(dir.resolve("store/layers"))) {
            assertEquals(0, s.count());
        }
    }

    @Test
    void theDemo() throws Exception {
        Files.writeString(dir.resolve("demo"), "program");
        Image i = store.pull("sandjar.io/demo", PullOptions.DEFAULT);
        assertEquals(List.of("/bin/demo"), i.config().entrypoint());
        Root r = store.prepare(i, "c1", RootMode.SANDBOX, 0);
        assertEquals("program", Files.readString(r.rootfs().resolve("bin/sh")));
        assertEquals(
                i.id(),
                store.pull("sandjar.io/demo:latest", PullOptions.DEFAULT).id());
        assertEquals(i.id(), store.find("sandjar.io/demo").orElseThrow().id());
    }

    @Test
    void removal() throws Exception {
        Image a = image("a", LOWER);
        Image b = image("b", LOWER, UPPER);
        store.prepare(b, "c1", RootMode.SANDBOX, 0);
        String name = b.names().getFirst();
        assertEquals(
                Kind.IN_USE,
                assertThrows(ImageException.class, () -> store.remove(name)).kind());
        store.release("c1");
        assertEquals(List.of(name, b.id()), store.remove(name));
        assertTrue(Files.exists(
                dir.resolve("store/layers/" + Digest.of(LOWER).toString().replace(':', '-'))));
        assertFalse(Files.exists(
                dir.resolve("store/layers/" + Digest.of(UPPER).toString().replace(':', '-'))));
        store.remove(a.shortId());
        try (var s = Files.list(dir.resolve("store/layers"))) {
            assertEquals(0, s.count());
        }
        assertEquals(
                Kind.NOT_FOUND,
                assertThrows(ImageException.class, () -> store.remove("nothing"))
                        .kind());
    }

    @Test
    void leftoversOfADeadProcessGo() throws Exception {
        Image i = image("a", LOWER);
        Path s = dir.resolve("store");
        Files.createDirectories(s.resolve("tmp/layer-1-2/fs/x"));
        Files.createDirectories(s.resolve("roots/half/changes"));
        Path other = Files.createDirectories(s.resolve("layers/sha256-" + "0".repeat(64)));
        Files.writeString(
                other.resolve("layer.json"), "{\"boot\":\"another\",\"bytes\":1}"); // not flushed before the power went
        Files.writeString(s.resolve("ingest/sha256-" + "1".repeat(64) + ".part"), "half"); // is gone on with
        Files.writeString(s.resolve("images/sha256-" + "2".repeat(64) + ".json"), "{half");
        store.prepare(i, "c1", RootMode.SANDBOX, 0);
        reopen();
        assertFalse(Files.exists(s.resolve("tmp/layer-1-2")));
        assertFalse(Files.exists(s.resolve("roots/half")));
        assertFalse(Files.exists(other));
        assertTrue(Files.exists(s.resolve("ingest/sha256-" + "1".repeat(64) + ".part")));
        assertEquals(List.of(i), store.list());
        assertEquals(Map.of("c1", i.id()), store.prepared());
    }

    @Test
    void nobodyElseMayEnter() throws Exception {
        assertEquals(0700, (int) Files.getAttribute(dir.resolve("store"), "unix:mode") & 07777);
        for (String id : List.of("..", "a/b", "", "-x", "a\0b")) {
            assertThrows(ImageException.class, () -> store.release(id), id);
        }
    }
}
