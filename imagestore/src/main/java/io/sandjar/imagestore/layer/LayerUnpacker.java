// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The reader of one layer. It makes a directory of a tar stream, trusting nothing in it: names are resolved below the
 * directory by the host itself ({@link Tree}), everything is made anew, devices are left out, what is not needed of
 * attributes is dropped, and all sizes are bounded ({@link Limits}).
 *
 * <p>Whiteouts become what overlayfs takes for them: a character device 0:0, and an attribute of opaque directories.
 */
public final class LayerUnpacker {
    /** Files of ordinary users' stores cannot have these, and the host's overlayfs does not look at them there. */
    public static final String OPAQUE_ROOT = "trusted.overlay.opaque";

    public static final String OPAQUE_USER = "user.overlay.opaque";

    /** Owner and group, 32 bits each, where files cannot be given away. */
    static final String OWNER = "user.sandjar.owner";

    private static final int CHUNK = 1 << 16;
    private static final int MAX_WARNINGS = 20;
    private static final int NOBODY = 65534;
    private static final long MAX_ID = 0xfffffffeL;
    private static final byte[] ZEROS = new byte[CHUNK];
    private static final String CAPABILITY = "SCHILY.xattr.security.capability";

    private final Limits limits;
    private final boolean root;
    private final byte[] buffer = new byte[CHUNK];
    private final List<String> warnings = new ArrayList<>();
    private final List<DirectoryTime> times = new ArrayList<>();
    private int unsaid;

    private record DirectoryTime(String path, long seconds, int nanos) {}

    /** @param root whether owners, whiteouts and capabilities can be made; else files belong to this process's user */
    public LayerUnpacker(Limits limits, boolean root) {
        this.limits = limits;
        this.root = root;
    }

    /** Watches the packed bytes go by. */
    public interface Watch {
        void read(long packedBytes);
    }

    /**
     * Unpacks a layer into an empty directory.
     *
     * @param packed as it came, compressed or not
     * @param packedDigest what its bytes must have; null: not checked. Not checked either where {@code diffId} is
     * @param diffId what the unpacked stream must have; null: taken as it is
     */
    public LayerInfo unpack(
            InputStream packed, @Nullable Digest packedDigest, @Nullable Digest diffId, Tree into, Watch watch)
            throws ImageException {
        // what the archive unpacks to says enough, where that is known
        MessageDigest inHash = packedDigest == null || diffId != null ? null : packedDigest.hasher();
        Meter in = new Meter(packed, inHash, watch::read);
        long bytesBefore = limits.usedBytes();
        long entriesBefore = limits.usedEntries();
        try (LayerDir dir = new LayerDir(into)) {
            MessageDigest outHash = diffId == null ? Digest.hasher("sha256") : diffId.hasher();
            Meter tar = new Meter(Compression.unpack(in), outHash, n -> limits.ratio(n, in.count())).inBlocks();
            entries(tar, dir);
            tar.drain(buffer);
            in.drain(buffer);
            check("a layer", packedDigest, in.digest(packedDigest));
            Digest is = Objects.requireNonNull(tar.digest(diffId));
            check("an unpacked layer", diffId, is);
            finish(dir);
            if (unsaid > 0) {
                warnings.add("and " + unsaid + " more of that kind");
            }
            return new LayerInfo(
                    is.toString(),
                    limits.usedBytes() - bytesBefore,
                    limits.usedEntries() - entriesBefore,
                    List.copyOf(dir.implicit()),
                    warnings);
        } catch (Meter.Refused e) {
            throw e.reason();
        } catch (IOException e) {
            if (e.getCause() instanceof Meter.Refused r) {
                throw r.reason();
            }
            throw broken(e);
        } catch (RuntimeException e) { // how the libraries say that they were given nonsense
            throw broken(e);
        }
    }

    private static ImageException broken(Exception e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new ImageException(Kind.MALFORMED, "a layer cannot be read: " + why, "the image is broken", e);
    }

    private static void check(String what, @Nullable Digest expected, @Nullable Digest is) throws ImageException {
        if (expected != null && is != null && !expected.equals(is)) {
            throw new ImageException(
                    Kind.DIGEST_MISMATCH,
                    what + " has the digest " + is + ", not " + expected,
                    "the image was changed on its way, or was built wrongly");
        }
    }

    private void entries(Meter meter, LayerDir dir) throws IOException, ImageException {
        TarArchiveInputStream tar = new TarArchiveInputStream(meter, 512, 512, "ISO-8859-1");
        while (true) {
            meter.keep(true);
            TarArchiveEntry entry = tar.getNextEntry();
            if (entry == null) {
                return;
            }
            Map<String, String> pax = PaxHeaders.read(meter);
            meter.keep(false);
            if (pax == null) {
                throw new IOException("its extended headers are broken");
            }
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new ImageException(Kind.INTERRUPTED, "unpacking was interrupted", "");
            }
            limits.entry();
            entry(tar, entry, pax, dir);
            long rest;
            while ((rest = tar.read(buffer, 0, CHUNK)) >= 0) {
                limits.bytes(rest); // contents that an entry of its kind should not have
            }
        }
    }

    private void entry(TarArchiveInputStream tar, TarArchiveEntry e, Map<String, String> pax, LayerDir dir)
            throws IOException, ImageException {
        String raw = pax.getOrDefault("GNU.sparse.name", pax.getOrDefault("path", e.getName()));
        String path = LayerDir.clean(raw);
        String name = LayerDir.lastOf(path);
        if (name.startsWith(".wh.")) {
            whiteout(path, name, dir);
            return;
        }
        byte type = e.getLinkFlag();
        boolean plain = type == 0 || type == TarArchiveEntry.LF_NORMAL;
        boolean directory = type == TarArchiveEntry.LF_DIR || plain && raw.endsWith("/"); // as tar had it before 1988
        if (path.isEmpty() && !directory) {
            throw LayerDir.malformed("an entry that would replace its root", raw);
        }
        String link = pax.getOrDefault("linkpath", e.getLinkName());
        switch (type) {
            case TarArchiveEntry.LF_LINK -> dir.hardLink(path, link);
            case TarArchiveEntry.LF_SYMLINK -> {
                dir.symlink(path, link);
                attributes(e, dir.parent(path), LayerDir.lastOf(path), path);
            }
            case TarArchiveEntry.LF_CHR, TarArchiveEntry.LF_BLK -> device(e, path, dir);
            case TarArchiveEntry.LF_FIFO -> {
                dir.node(path, Tree.S_IFIFO | 0600);
                attributes(e, dir.parent(path), LayerDir.lastOf(path), path);
            }
            case TarArchiveEntry.LF_DIR -> directory(e, path, pax, dir);
            case 0, TarArchiveEntry.LF_NORMAL, TarArchiveEntry.LF_CONTIG, TarArchiveEntry.LF_GNUTYPE_SPARSE -> {
                if (directory) {
                    directory(e, path, pax, dir);
                } else {
                    file(tar, e, path, pax, dir);
                }
            }
            default -> warn("entry of unknown type " + type + " left out: " + Tree.shown(path));
        }
    }

    private void whiteout(String path, String name, LayerDir dir) throws ImageException {
        String above = LayerDir.parentOf(path);
        if (name.equals(".wh..wh..opq")) {
            dir.parent(path); // makes it, if need be
            opaque(dir, above);
            return;
        }
        if (name.startsWith(".wh..wh.")) {
            return; // housekeeping of aufs
        }
        String hidden = name.substring(4);
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw LayerDir.malformed("a whiteout of nothing", path);
        }
        hide(above.isEmpty() ? hidden : above + "/" + hidden, dir);
    }

    private void hide(String path, LayerDir dir) throws ImageException {
        int parent = dir.parent(path);
        int mode = Tree.mode(parent, LayerDir.lastOf(path));
        if (mode == -Errno.ENOENT) {
            int r = dir.tryNode(path, Tree.S_IFCHR);
            if (r < 0) {
                throw unsuitable(r, path);
            }
        } else if ((mode & Tree.S_IFMT) == Tree.S_IFDIR) {
            opaque(dir, path); // this layer has put something there: only what lies below is hidden
        }
    }

    private void opaque(LayerDir dir, String path) throws ImageException {
        int fd = dir.openDirectory(path);
        if (fd < 0) {
            throw LayerDir.malformed("a whiteout in something that is no directory", path);
        }
        int r = HostFs.fsetxattr(fd, root ? OPAQUE_ROOT : OPAQUE_USER, new byte[] {'y'}, 0);
        Sys.close(fd);
        if (r < 0) {
            throw unsuitable(r, path);
        }
    }

    private static ImageException unsuitable(int error, String path) {
        if (error == -Errno.ENOSPC) {
            return Tree.failure(Errno.ENOSPC, "hide what lies below " + Tree.shown(path));
        }
        return new ImageException(
                Kind.STORE,
                "hide what lies below " + Tree.shown(path) + ": the file system of the store does not allow whiteouts ("
                        + Errno.name(-error) + ")",
                "put the store on ext4, xfs, btrfs or tmpfs; it cannot lie on overlayfs (in another container) or NFS");
    }

    private void device(TarArchiveEntry e, String path, LayerDir dir) throws ImageException {
        if (e.isCharacterDevice() && e.getDevMajor() == 0 && e.getDevMinor() == 0) {
            hide(path, dir);
        } else {
            warn("device left out: " + Tree.shown(path));
        }
    }

    private void directory(TarArchiveEntry e, String path, Map<String, String> pax, LayerDir dir)
            throws ImageException {
        if (!path.isEmpty() && dir.directory(path)) {
            opaque(dir, path);
        }
        int fd = Tree.check(dir.openDirectory(path), "unpack " + Tree.shown(path));
        try {
            owner(e, fd, path);
            Sys.call(Nr.fchmod, fd, e.getMode() & 07777 | (root ? 0 : 0700), 0);
            drop(pax, path);
        } finally {
            Sys.close(fd);
        }
        Instant t = time(e);
        times.add(new DirectoryTime(path, t.getEpochSecond(), t.getNano()));
    }

    private void file(TarArchiveInputStream tar, TarArchiveEntry e, String path, Map<String, String> pax, LayerDir dir)
            throws IOException, ImageException {
        limits.bytes(e.getRealSize());
        int fd = dir.file(path);
        try {
            contents(tar, e.getRealSize(), fd, path);
            owner(e, fd, path);
            Sys.call(Nr.fchmod, fd, e.getMode() & 07777 | (root ? 0 : 0600), 0);
            capability(pax, fd, path);
            Instant t = time(e);
            HostFs.utimens(fd, t.getEpochSecond(), t.getNano(), t.getEpochSecond(), t.getNano());
        } finally {
            Sys.close(fd);
        }
    }

    /** Copies a file's contents; pages of zeros become holes. */
    private void contents(TarArchiveInputStream tar, long size, int fd, String path)
            throws IOException, ImageException {
        long at = 0;
        boolean hole = false;
        while (at < size) {
            int n = tar.read(buffer, 0, (int) Math.min(CHUNK, size - at));
            if (n <= 0) {
                throw new IOException("it ends in the middle of " + Tree.shown(path));
            }
            hole = n >= 4096 && Arrays.equals(buffer, 0, n, ZEROS, 0, n);
            for (int done = 0; !hole && done < n; ) {
                long w = Sys.write(fd, buffer, done, n - done, at + done);
                Tree.check((int) w, "unpack " + Tree.shown(path));
                done += (int) w;
            }
            at += n;
        }
        if (hole) {
            Tree.check((int) Sys.call(Nr.ftruncate, fd, size, 0), "unpack " + Tree.shown(path));
        }
    }

    private void owner(TarArchiveEntry e, int fd, String path) throws ImageException {
        if (root) {
            Tree.check(
                    (int) Sys.call(Nr.fchown, fd, id(e.getLongUserId(), path), id(e.getLongGroupId(), path)),
                    "owner of " + Tree.shown(path));
        } else if (e.getLongUserId() != 0 || e.getLongGroupId() != 0) {
            byte[] v = new byte[8];
            ByteBuffer.wrap(v)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) id(e.getLongUserId(), path))
                    .putInt((int) id(e.getLongGroupId(), path));
            int r = HostFs.fsetxattr(fd, OWNER, v, 0); // the sandbox looks there
            if (r < 0) {
                warn("owner not kept (" + Errno.name(-r) + "): " + Tree.shown(path));
            }
        }
    }

    private long id(long id, String path) {
        if (id >= 0 && id <= MAX_ID) {
            return id;
        }
        warn("owner " + id + " does not exist, nobody taken: " + Tree.shown(path));
        return NOBODY;
    }

    /** Attributes of what cannot be opened: links and FIFOs. */
    private void attributes(TarArchiveEntry e, int dir, String name, String path) throws ImageException {
        if (root) {
            long uid = id(e.getLongUserId(), path);
            long gid = id(e.getLongGroupId(), path);
            Tree.check(HostFs.nameCall(Nr.fchownat, dir, name, uid, gid, 0x100), "owner of " + Tree.shown(path));
        }
        if (!e.isSymbolicLink()) { // made by this call's caller, in a directory that nobody else can reach
            HostFs.nameCall(Nr.fchmodat, dir, name, e.getMode() & 07777, 0, 0);
        }
        Instant t = time(e);
        HostFs.utimens(dir, name, t.getEpochSecond(), t.getNano(), t.getEpochSecond(), t.getNano());
    }

    private static Instant time(TarArchiveEntry e) {
        FileTime t = e.getLastModifiedTime();
        Instant i = t == null ? Instant.EPOCH : t.toInstant();
        return i.isBefore(Instant.ofEpochSecond(Integer.MIN_VALUE)) || i.isAfter(Instant.ofEpochSecond(1L << 33))
                ? Instant.EPOCH
                : i;
    }

    private void capability(Map<String, String> pax, int fd, String path) {
        String value = pax.get(CAPABILITY);
        if (value != null && root) {
            int r = HostFs.fsetxattr(fd, "security.capability", value.getBytes(StandardCharsets.ISO_8859_1), 0);
            if (r < 0) {
                warn("file capabilities not set (" + Errno.name(-r) + "): " + Tree.shown(path));
            }
        }
        drop(pax, path);
    }

    private void drop(Map<String, String> pax, String path) {
        for (String key : pax.keySet()) {
            if (key.startsWith("SCHILY.xattr.") && !key.equals(CAPABILITY)) {
                warn("attribute " + Tree.shown(key.substring(13)) + " left out: " + Tree.shown(path));
            }
        }
    }

    /** Times of directories last: making files in them changes them. */
    private void finish(LayerDir dir) {
        for (int i = times.size() - 1; i >= 0; i--) {
            DirectoryTime t = times.get(i);
            int fd = dir.openDirectory(t.path);
            if (fd >= 0) {
                HostFs.utimens(fd, t.seconds, t.nanos, t.seconds, t.nanos);
                Sys.close(fd);
            }
        }
    }

    private void warn(String text) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings.add(text);
        } else {
            unsaid++;
        }
    }
}
