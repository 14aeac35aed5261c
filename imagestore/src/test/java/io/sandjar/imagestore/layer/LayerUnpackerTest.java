// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.Tars;
import io.sandjar.imagestore.content.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile and odd layers: what comes of them, and that nothing outside is touched. */
final class LayerUnpackerTest {
    private static final boolean ROOT = Sys.call(Nr.geteuid, 0) == 0;

    @TempDir
    Path dir;

    private Path fs;
    private Path sentinel;

    @BeforeEach
    void makePlaces() throws IOException {
        fs = Files.createDirectories(dir.resolve("store/fs"));
        sentinel = Files.createDirectories(dir.resolve("outside"));
        Files.writeString(sentinel.resolve("file"), "untouched");
    }

    private LayerInfo unpack(byte[] layer) throws ImageException {
        return unpack(layer, new Limits("test", 1 << 30, 10_000), ROOT);
    }

    private LayerInfo unpack(byte[] layer, Limits limits, boolean root) throws ImageException {
        try (Tree t = Tree.open(fs)) {
            return new LayerUnpacker(limits, root).unpack(new ByteArrayInputStream(layer), null, null, t, n -> {});
        }
    }

    private Kind refused(byte[] layer) throws IOException {
        ImageException e = assertThrows(ImageException.class, () -> unpack(layer));
        outsideIsUntouched();
        return e.kind();
    }

    private void outsideIsUntouched() throws IOException {
        assertEquals("untouched", Files.readString(sentinel.resolve("file")));
        try (var s = Files.list(sentinel)) {
            assertEquals(1, s.count());
        }
        try (var s = Files.list(dir)) {
            assertEquals(2, s.count());
        }
        try (var s = Files.list(fs.getParent())) {
            assertEquals(1, s.count());
        }
    }

    private static HostStat stat(Path p) {
        HostStat s = new HostStat();
        assertEquals(0, HostFs.statx(Sys.AT_FDCWD, Tree.bytes(p), s), p.toString());
        return s;
    }

    @Test
    void makesFilesDirectoriesAndLinksWithTheirAttributes() throws Exception {
        LayerInfo info = unpack(new Tars()
                .owner(12, 34)
                .dir("a", 0750)
                .file("a/f", "hello")
                .symlink("a/s", "../elsewhere")
                .link("a/h", "a/f")
                .entry("a/pipe", '6', 0640, "", new byte[0])
                .end());
        assertEquals("hello", Files.readString(fs.resolve("a/h")));
        assertEquals("../elsewhere", Files.readSymbolicLink(fs.resolve("a/s")).toString());
        assertEquals(stat(fs.resolve("a/f")).ino, stat(fs.resolve("a/h")).ino);
        assertEquals(Tree.S_IFIFO | 0640, stat(fs.resolve("a/pipe")).mode);
        assertEquals(5, info.entries());
        assertEquals(5, info.bytes());
        for (String n : new String[] {"a", "a/f", "a/s", "a/pipe"}) {
            HostStat s = stat(fs.resolve(n));
            assertEquals(1_700_000_000, s.mtimeSec, n);
            if (ROOT) {
                assertEquals(12, s.uid, n);
                assertEquals(34, s.gid, n);
            }
        }
        assertEquals(0750, stat(fs.resolve("a")).mode & 07777);
    }

    @Test
    void refusesNamesThatLeadOut() throws Exception {
        assertEquals(
                Kind.MALFORMED, refused(new Tars().file("../outside/x", "no").end()));
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars().file("a/../../../outside/x", "no").end()));
        assertEquals(Kind.MALFORMED, refused(new Tars().dir("..").end()));
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars().link("x", "../../outside/file").end()));
        byte[] long1 = ("../".repeat(60) + "outside/x").getBytes(UTF_8);
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars().pax("path", long1).file("x", "no").end()));
    }

    @Test
    void takesAbsoluteNamesAsNamesInside() throws Exception {
        unpack(new Tars()
                .file("/etc/x", "1")
                .file("//b//./c", "2")
                .file("d/../e", "3")
                .end());
        assertEquals("1", Files.readString(fs.resolve("etc/x")));
        assertEquals("2", Files.readString(fs.resolve("b/c")));
        assertEquals("3", Files.readString(fs.resolve("e")));
        outsideIsUntouched();
    }

    @Test
    void linksLeadNowhereOutside() throws Exception {
        String out = sentinel.toString();
        for (String target : new String[] {out, "../../outside", "/proc/self/root" + out, "/../../../" + out}) {
            makeEmpty();
            assertEquals(
                    Kind.MALFORMED,
                    refused(new Tars().symlink("l", target).file("l/x", "no").end()),
                    target);
            makeEmpty();
            assertEquals(
                    Kind.MALFORMED,
                    refused(new Tars().symlink("l", target).link("x", "l/file").end()),
                    target);
            makeEmpty();
            assertEquals(
                    Kind.MALFORMED,
                    refused(new Tars()
                            .symlink("l", target)
                            .file("l/.wh.file", "")
                            .end()),
                    target);
        }
        makeEmpty();
        unpack(new Tars().symlink("l", out + "/file").file("l", "mine").end());
        assertEquals("mine", Files.readString(fs.resolve("l"), UTF_8));
        unpack(new Tars().symlink("d", out).dir("d").file("d/file", "mine").end());
        assertTrue(Files.isDirectory(fs.resolve("d"), LinkOption.NOFOLLOW_LINKS));
        outsideIsUntouched();
    }

    @Test
    void rootOfTheImageIsWhereAbsoluteLinksBegin() throws Exception {
        unpack(new Tars()
                .dir("usr")
                .dir("usr/lib")
                .symlink("lib", "/usr/lib")
                .file("lib/x", "1")
                .end());
        assertEquals("1", Files.readString(fs.resolve("usr/lib/x")));
        makeEmpty();
        unpack(new Tars()
                .dir("usr")
                .symlink("up", "../../../../usr")
                .file("up/x", "1")
                .end());
        assertEquals("1", Files.readString(fs.resolve("usr/x")));
    }

    @Test
    void aHardLinkToALinkDoesNotWriteThroughIt() throws Exception {
        unpack(new Tars()
                .symlink("l", sentinel + "/file")
                .link("m", "l")
                .file("m", "mine")
                .end());
        assertEquals("mine", Files.readString(fs.resolve("m")));
        outsideIsUntouched();
    }

    @Test
    void theRootItselfCannotBeReplaced() throws Exception {
        for (String n : new String[] {"", ".", "/", "a/.."}) {
            makeEmpty();
            assertEquals(
                    Kind.MALFORMED,
                    refused(new Tars().symlink(n, sentinel.toString()).end()),
                    "\"" + n + "\"");
            makeEmpty();
            assertEquals(
                    Kind.MALFORMED,
                    refused(new Tars().entry(n, '6', 0644, "", new byte[0]).end()));
        }
        unpack(new Tars().dir("./", 0700).end());
        assertEquals(0700, stat(fs).mode & 07777);
    }

    @Test
    void leavesDevicesOut() throws Exception {
        byte[] h = new Tars().header("dev/sda", '4', 0666, "", 0);
        System.arraycopy("0000010\0".getBytes(UTF_8), 0, h, 329, 8);
        System.arraycopy("0000001\0".getBytes(UTF_8), 0, h, 337, 8);
        Tars.seal(h);
        LayerInfo info = unpack(new Tars().raw(h).end());
        assertFalse(Files.exists(fs.resolve("dev/sda")));
        assertEquals(1, info.warnings().size());
    }

    @Test
    void setUserIdSurvivesTheOwner() throws Exception {
        assumeTrue(ROOT);
        unpack(new Tars()
                .owner(1, 2)
                .entry("su", '0', 04755, "", "x".getBytes(UTF_8))
                .end());
        assertEquals(04755, stat(fs.resolve("su")).mode & 07777);
        assertEquals(1, stat(fs.resolve("su")).uid);
    }

    @Test
    void ownersThatCannotBeBecomeNobody() throws Exception {
        assumeTrue(ROOT);
        LayerInfo info = unpack(new Tars()
                .pax("uid", "4294967295".getBytes(UTF_8))
                .pax("gid", "-7".getBytes(UTF_8))
                .file("f", "")
                .pax("uid", "4294967294".getBytes(UTF_8))
                .file("g", "")
                .end());
        assertEquals(65534, stat(fs.resolve("f")).uid);
        assertEquals(65534, stat(fs.resolve("f")).gid);
        assertEquals(-2, stat(fs.resolve("g")).uid);
        assertEquals(2, info.warnings().size());
    }

    @Test
    void keepsCapabilitiesAndDropsOtherAttributes() throws Exception {
        assumeTrue(ROOT);
        byte[] cap = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        LayerInfo info = unpack(new Tars()
                .pax("SCHILY.xattr.security.capability", cap)
                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc".getBytes(UTF_8))
                .pax("SCHILY.xattr.user.x", new byte[] {1})
                .file("ping", "x")
                .pax("SCHILY.xattr.trusted.overlay.opaque", "y".getBytes(UTF_8))
                .dir("d")
                .end());
        int[] e = new int[1];
        int fd = Sys.openat(Sys.AT_FDCWD, Tree.bytes(fs.resolve("ping")), 0, 0);
        byte[] is = HostFs.xattr(Nr.fgetxattr, fd, "security.capability", e);
        byte[] names = HostFs.xattr(Nr.flistxattr, fd, "", e);
        Sys.close(fd);
        assertEquals(new String(cap, ISO_8859_1), new String(is, ISO_8859_1));
        assertEquals("security.capability\0", new String(names, ISO_8859_1));
        fd = Sys.openat(Sys.AT_FDCWD, Tree.bytes(fs.resolve("d")), 0, 0);
        assertEquals(0, HostFs.xattr(Nr.flistxattr, fd, "", e).length);
        Sys.close(fd);
        assertEquals(3, info.warnings().size());
    }

    @Test
    void whiteoutsAreWhatOverlayfsTakesForThem() throws Exception {
        unpack(new Tars()
                .dir("a")
                .file("a/.wh.gone", "")
                .file(".wh.b", "")
                .dir("c")
                .file("c/.wh..wh..opq", "")
                .file("c/new", "1")
                .file(".wh.d", "")
                .dir("d")
                .dir("e")
                .file(".wh.e", "")
                .file(".wh.f", "")
                .file("f", "2")
                .file(".wh..wh.plnk", "")
                .end());
        assertEquals(Tree.S_IFCHR, stat(fs.resolve("a/gone")).mode & Tree.S_IFMT);
        assertEquals(Tree.S_IFCHR, stat(fs.resolve("b")).mode & Tree.S_IFMT);
        assertTrue(opaque("c"));
        assertTrue(opaque("d"));
        assertTrue(opaque("e"));
        assertFalse(opaque("a"));
        assertEquals("2", Files.readString(fs.resolve("f")));
        assertFalse(Files.exists(fs.resolve(".wh..wh.plnk")));
        assertEquals(Kind.MALFORMED, refused(new Tars().file(".wh...", "").end()));
        assertEquals(Kind.MALFORMED, refused(new Tars().file(".wh.", "").end()));
    }

    private boolean opaque(String name) {
        int[] e = new int[1];
        int fd = Sys.openat(Sys.AT_FDCWD, Tree.bytes(fs.resolve(name)), 0, 0);
        boolean is = HostFs.xattr(Nr.fgetxattr, fd, ROOT ? "trusted.overlay.opaque" : "user.overlay.opaque", e) != null;
        Sys.close(fd);
        return is;
    }

    @Test
    void namesAreBytes() throws Exception {
        byte[] latin = {'n', (byte) 0xe9};
        unpack(new Tars()
                .pax("path", latin)
                .file("x", "1")
                .file("raw\u00e9", "2")
                .pax("path", "z\u00fcrich".getBytes(UTF_8))
                .file("x", "3")
                .end());
        try (Tree t = Tree.open(fs)) {
            assertEquals(
                    java.util.Set.of("n\u00e9", "raw\u00e9", "z\u00c3\u00bcrich"),
                    java.util.Set.copyOf(Tree.names(t.fd())));
        }
    }

    @Test
    void longNamesOfBothKinds() throws Exception {
        String deep = "d".repeat(90) + "/" + "e".repeat(90) + "/" + "f".repeat(90);
        unpack(new Tars()
                .pax("path", (deep + "1").getBytes(UTF_8))
                .file("x", "1")
                .entry("././@LongLink", 'L', 0, "", (deep + "2\0").getBytes(UTF_8))
                .file("y", "2")
                .entry("././@LongLink", 'K', 0, "", (deep + "3\0").getBytes(UTF_8))
                .symlink("s", "short")
                .end());
        assertEquals("1", Files.readString(fs.resolve(deep + "1")));
        assertEquals("2", Files.readString(fs.resolve(deep + "2")));
        assertEquals(deep + "3", Files.readSymbolicLink(fs.resolve("s")).toString());
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars()
                        .pax("path", "x".repeat(300).getBytes(UTF_8))
                        .file("x", "")
                        .end()));
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars()
                        .pax("path", "x/".repeat(600).getBytes(UTF_8))
                        .file("x", "")
                        .end()));
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars()
                        .pax("path", "a\0b".getBytes(UTF_8))
                        .file("x", "")
                        .end()));
    }

    @Test
    void hugeHeadersAreNotRead() throws Exception {
        // claims to be 8 GB long; the stream goes on for a while
        byte[] h = new Tars().header("x", 'x', 0, "", 8L << 30);
        byte[] l = new Tars().header("x", 'L', 0, "", 8L << 30);
        byte[] junk = "20 comment=aaaaaaaa\n".repeat(200_000).getBytes(UTF_8);
        assertEquals(Kind.MALFORMED, refused(new Tars().raw(h).raw(junk).bytes()));
        assertEquals(Kind.MALFORMED, refused(new Tars().raw(l).raw(junk).bytes()));
    }

    @Test
    void bombsAreRefused() throws Exception {
        Limits bytes = new Limits("bomb", 1000, 100);
        ImageException e = assertThrows(
                ImageException.class,
                () -> unpack(new Tars().file("a", "x".repeat(1001)).end(), bytes, ROOT));
        assertEquals(Kind.TOO_LARGE, e.kind(), e.toString());
        Tars many = new Tars();
        for (int i = 0; i < 101; i++) {
            many.file("f" + i, "");
        }
        e = assertThrows(ImageException.class, () -> unpack(many.end(), new Limits("bomb", 1000, 100), ROOT));
        assertEquals(Kind.TOO_LARGE, e.kind(), e.toString());
        byte[] zeros = Tars.gzip(
                new Tars().entry("zeros", '0', 0644, "", new byte[8 << 20]).end());
        Limits ratio = new Limits("bomb", 1 << 30, 100, 1 << 20);
        e = assertThrows(ImageException.class, () -> unpack(zeros, ratio, ROOT));
        assertEquals(Kind.TOO_LARGE, e.kind(), e.toString());
        byte[] after =
                Tars.gzip(new Tars().file("a", "").raw(new byte[16 << 20]).bytes());
        e = assertThrows(ImageException.class, () -> unpack(after, new Limits("bomb", 1 << 30, 9, 1 << 20), ROOT));
        assertEquals(Kind.TOO_LARGE, e.kind(), e.toString());
        byte[] sparse = new Tars()
                .pax("GNU.sparse.major", "1".getBytes(UTF_8))
                .pax("GNU.sparse.minor", "0".getBytes(UTF_8))
                .pax("GNU.sparse.name", "s".getBytes(UTF_8))
                .pax("GNU.sparse.realsize", "2000000000".getBytes(UTF_8))
                .entry("GNUSparseFile.0/s", '0', 0644, "", ("1\n2000000000\n0\n" + "\0".repeat(497)).getBytes(UTF_8))
                .end();
        e = assertThrows(ImageException.class, () -> unpack(sparse));
        assertEquals(Kind.TOO_LARGE, e.kind(), e.toString());
        outsideIsUntouched();
    }

    @Test
    void zerosBecomeHoles() throws Exception {
        byte[] data = new byte[4 << 20];
        data[1 << 20] = 1;
        unpack(new Tars().entry("f", '0', 0644, "", data).end());
        assertEquals(4 << 20, Files.size(fs.resolve("f")));
        assertEquals(1, Files.readAllBytes(fs.resolve("f"))[1 << 20]);
        assertTrue(stat(fs.resolve("f")).blocks < 1024, "blocks " + stat(fs.resolve("f")).blocks);
    }

    @Test
    void sparseFilesOfGnuTar() throws Exception {
        byte[] map = ("2\n1048576\n3\n2000000\n0\n" + "\0".repeat(490)).getBytes(UTF_8);
        byte[] data = java.util.Arrays.copyOf(java.util.Arrays.copyOf(map, 512), 515);
        System.arraycopy("abc".getBytes(UTF_8), 0, data, 512, 3);
        unpack(new Tars()
                .pax("GNU.sparse.major", "1".getBytes(UTF_8))
                .pax("GNU.sparse.minor", "0".getBytes(UTF_8))
                .pax("GNU.sparse.name", "dir/s".getBytes(UTF_8))
                .pax("GNU.sparse.realsize", "2000000".getBytes(UTF_8))
                .entry("GNUSparseFile.0/s", '0', 0644, "", data)
                .end());
        byte[] is = Files.readAllBytes(fs.resolve("dir/s"));
        assertEquals(2_000_000, is.length);
        assertEquals("abc", new String(is, 1048576, 3, UTF_8));
        assertEquals(0, is[1048579]);
    }

    @Test
    void timesBeforeTheEpochAndBeyondIt() throws Exception {
        unpack(new Tars()
                .time(-1000)
                .file("old", "")
                .time(0)
                .pax("mtime", "99999999999999".getBytes(UTF_8))
                .file("mad", "")
                .pax("mtime", "-1.5".getBytes(UTF_8))
                .file("pax", "")
                .end());
        assertEquals(-1000, stat(fs.resolve("old")).mtimeSec);
        assertEquals(-2, stat(fs.resolve("pax")).mtimeSec);
        assertEquals(0, stat(fs.resolve("mad")).mtimeSec);
        byte[] beyond = "99999999999999999999".getBytes(UTF_8);
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars().pax("mtime", beyond).file("x", "").end()));
    }

    @Test
    void truncatedStreamsAreErrors() throws Exception {
        byte[] whole = new Tars().file("a", "x".repeat(5000)).file("b", "y").end();
        byte[] z = Tars.gzip(whole);
        for (int n = 0; n < whole.length; n += 97) {
            cutOff(java.util.Arrays.copyOf(whole, n), Digest.of(whole), n);
            cutOff(java.util.Arrays.copyOf(z, n * z.length / whole.length), Digest.of(whole), n);
        }
        assertEquals(
                Kind.MALFORMED, refused("this is no archive at all".repeat(100).getBytes(UTF_8)));
    }

    @Test
    void theLastBlockMayBeCutShort() throws Exception {
        byte[] tar = new Tars().file("a", "x".repeat(5000)).bytes();
        byte[] cut = java.util.Arrays.copyOf(tar, 512 + 5000);
        try (Tree t = Tree.open(fs)) {
            new LayerUnpacker(new Limits("t", 10_000, 10), ROOT)
                    .unpack(new ByteArrayInputStream(Tars.gzip(cut)), null, Digest.of(cut), t, x -> {});
        }
        assertEquals(5000, Files.size(fs.resolve("a")));
    }

    @Test
    void zstdInSeveralFrames() throws Exception {
        byte[] tar = new Tars()
                .file("a", "x".repeat(5000))
                .file("b", "y".repeat(70_000))
                .end();
        java.io.ByteArrayOutputStream z = new java.io.ByteArrayOutputStream();
        for (int at = 0; at < tar.length; at += 30_000) {
            try (var out = new io.airlift.compress.v3.zstd.ZstdJavaOutputStream(z)) {
                out.write(tar, at, Math.min(30_000, tar.length - at));
            }
        }
        z.writeBytes(new byte[] {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}); // zstd:chunked puts its index there
        try (Tree t = Tree.open(fs)) {
            new LayerUnpacker(new Limits("t", 100_000, 10), ROOT)
                    .unpack(new ByteArrayInputStream(z.toByteArray()), null, Digest.of(tar), t, x -> {});
        }
        assertEquals(70_000, Files.size(fs.resolve("b")));
    }

    private void cutOff(byte[] layer, Digest diffId, int n) throws ImageException, IOException {
        makeEmpty();
        try (Tree t = Tree.open(fs)) {
            LayerUnpacker u = new LayerUnpacker(new Limits("t", 10_000, 10), ROOT);
            ImageException e = assertThrows(
                    ImageException.class,
                    () -> u.unpack(new ByteArrayInputStream(layer), null, diffId, t, x -> {}),
                    "cut at " + n);
            assertTrue(e.kind() == Kind.MALFORMED || e.kind() == Kind.DIGEST_MISMATCH, e.toString());
        }
    }

    @Test
    void digestsOfBothFormsAreChecked() throws Exception {
        byte[] tar = new Tars().file("a", "1").end();
        byte[] z = Tars.gzip(tar);
        try (Tree t = Tree.open(fs)) {
            LayerUnpacker u = new LayerUnpacker(new Limits("t", 1000, 10), ROOT);
            LayerInfo i = u.unpack(new ByteArrayInputStream(z), Digest.of(z), Digest.of(tar), t, n -> {});
            assertEquals(Digest.of(tar).toString(), i.diffId());
            for (Digest[] wrong : new Digest[][] {{Digest.of(z), Digest.of(z)}, {Digest.of(tar), null}}) {
                ImageException x = assertThrows(
                        ImageException.class,
                        () -> u.unpack(new ByteArrayInputStream(z), wrong[0], wrong[1], t, n -> {}));
                assertEquals(Kind.DIGEST_MISMATCH, x.kind());
            }
        }
    }

    @Test
    void anotherEntryReplacesWhatIsThere() throws Exception {
        unpack(new Tars()
                .dir("a")
                .file("a/b", "1")
                .file("a", "now a file")
                .file("c", "1")
                .dir("c")
                .file("c/d", "2")
                .symlink("e", "c")
                .dir("e")
                .end());
        assertEquals("now a file", Files.readString(fs.resolve("a")));
        assertEquals("2", Files.readString(fs.resolve("c/d")));
        assertTrue(Files.isDirectory(fs.resolve("e"), LinkOption.NOFOLLOW_LINKS));
        assertEquals(
                Kind.MALFORMED,
                refused(new Tars().file("x", "1").file("x/y", "2").end()));
        assertEquals(Kind.MALFORMED, refused(new Tars().link("x", "nothing").end()));
        assertEquals(Kind.MALFORMED, refused(new Tars().dir("d").link("x", "d").end()));
        assertEquals(Kind.MALFORMED, refused(new Tars().symlink("x", "").end()));
    }

    @Test
    void ordinaryUsersCanAlwaysReadAndRemoveTheirLayers() throws Exception {
        unpack(
                new Tars()
                        .owner(5, 6)
                        .dir("a", 0)
                        .file("a/x", "1")
                        .entry("a/y", '0', 0, "", new byte[1])
                        .end(),
                new Limits("t", 1000, 100),
                false);
        assertEquals(0700, stat(fs.resolve("a")).mode & 07777);
        assertEquals(0600, stat(fs.resolve("a/y")).mode & 07777);
        assertEquals((int) Sys.call(Nr.geteuid, 0), stat(fs.resolve("a/x")).uid);
    }

    @Test
    void ordinaryUsersKeepOwnersAsAttributes() throws Exception {
        unpack(
                new Tars()
                        .owner(1000, 7)
                        .dir("home")
                        .file("home/f", "x")
                        .owner(0, 0)
                        .file("etc", "")
                        .end(),
                new Limits("t", 1000, 100),
                false);
        int[] e = new int[1];
        for (String n : new String[] {"home", "home/f", "etc"}) {
            int fd = Sys.openat(Sys.AT_FDCWD, Tree.bytes(fs.resolve(n)), 0, 0);
            byte[] v = HostFs.xattr(Nr.fgetxattr, fd, "user.sandjar.owner", e);
            Sys.close(fd);
            assertEquals(
                    n.equals("etc") ? null : "[-24, 3, 0, 0, 7, 0, 0, 0]",
                    v == null ? null : java.util.Arrays.toString(v));
        }
    }

    @Test
    void treesOfAnyDepthAreRemoved() throws Exception {
        Tars t = new Tars();
        String deep = "d/".repeat(400);
        t.pax("path", deep.getBytes(UTF_8)).dir("x");
        for (int i = 0; i < 3; i++) { // deeper by way of a link
            t.symlink("l", ("d/".repeat(400 * (i + 1) - 1) + "d").substring(0, Math.min(4000, 800 * (i + 1) - 1)));
            t.pax("path", ("l/" + deep).getBytes(UTF_8)).dir("x");
        }
        unpack(t.end());
        makeEmpty();
        try (var s = Files.list(fs)) {
            assertEquals(0, s.count());
        }
    }

    private void makeEmpty() throws ImageException, IOException {
        Tree.remove(fs);
        Files.createDirectory(fs);
    }
}
