// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A file of a {@link UnionFs}: that of a lower layer until the first change, then its copy in the upper one. */
class UnionNode extends Inode {
    final UnionFs union;
    private final long ino;
    private final @Nullable Inode lower;
    private volatile @Nullable Inode upper;

    /** Under which it is found again. */
    @Nullable
    Object key;

    // one of its places, for copying up
    private volatile @Nullable UnionDir parent;
    private volatile String name;

    /** Its name of the lower layer was removed. */
    private volatile boolean removed;

    /** Guarded by this. */
    private int pins;

    UnionNode(
            UnionFs fs,
            @Nullable Inode upper,
            @Nullable Inode lower,
            @Nullable UnionDir parent,
            String name,
            long ino) {
        super(fs);
        this.union = fs;
        this.upper = upper;
        this.lower = lower;
        this.parent = parent;
        this.name = name;
        this.ino = ino;
    }

    /** The file of a layer that it stands for now. */
    final Inode real() {
        Inode up = upper;
        Inode low = lower;
        if (up == null && low == null) {
            throw new IllegalStateException("a node without a file");
        }
        return up != null ? up : java.util.Objects.requireNonNull(low);
    }

    final @Nullable Inode upper() {
        return upper;
    }

    final boolean shows(Inode file) {
        return real().identity().equals(file.identity());
    }

    final void place(@Nullable UnionDir dir, String newName) {
        parent = dir;
        name = newName;
    }

    final @Nullable UnionDir parent() {
        return parent;
    }

    final String name() {
        return name;
    }

    final void markRemoved() {
        removed = true;
    }

    final boolean isRemoved() {
        return removed;
    }

    @Override
    public final long ino() {
        return ino;
    }

    @Override
    public final int mode() {
        return real().mode();
    }

    @Override
    public final int uid() {
        return real().uid();
    }

    @Override
    public final int gid() {
        return real().gid();
    }

    @Override
    public final long rdev() {
        return real().rdev();
    }

    @Override
    public @Nullable Acl acl() {
        return real().acl();
    }

    @Override
    public @Nullable Acl defaultAcl() {
        return real().defaultAcl();
    }

    @Override
    public boolean onlyObject() {
        return true;
    }

    @Override
    public boolean unlinked() {
        return removed || real().unlinked();
    }

    @Override
    public int stat(Stat o) {
        int r = real().stat(o);
        o.dev = fs.dev();
        o.ino = ino;
        if (removed && upper == null) {
            o.nlink = 0;
        }
        return r;
    }

    // ---- use ----

    @Override
    public synchronized void pin() {
        pins++;
        real().pin();
    }

    @Override
    public synchronized void unpin() {
        pins--;
        real().unpin();
    }

    @Override
    public void mounted(int more) {
        if (more > 0) {
            pin();
        } else {
            unpin();
        }
    }

    /** Has a copy in the upper layer from now on. */
    final synchronized void setUpper(Inode up) {
        Inode old = real();
        for (int i = 0; i < pins; i++) {
            up.pin();
            old.unpin();
        }
        upper = up;
    }

    /** Makes sure that there is a file in the upper layer: 0 or -errno. */
    final int copyUp(Caller c, long keep) {
        return upper != null ? 0 : new CopyUp(union).copy(c, this, keep);
    }

    @Override
    public int prepareMove(Caller c) {
        return copyUp(c, Long.MAX_VALUE);
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (!isRegular()) {
            return isSymlink() ? -ELOOP : -ENXIO;
        }
        int r = writable(flags) ? copyUp(c, Long.MAX_VALUE) : 0;
        if (r != 0) {
            return r;
        }
        Ref<FileDescription> below = new Ref<>();
        Inode file = real();
        r = openReal(c, file, flags, below);
        if (r == 0) {
            out.set(new UnionFile(path, this, flags, file, below.get()));
        }
        return r;
    }

    static int openReal(Caller c, Inode file, int flags, Ref<FileDescription> out) {
        return file.open(c, Anonymous.path(file, ""), flags, out);
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        return real().readlink(c, out);
    }

    /** The file in the upper layer. */
    private Inode changing() {
        Inode up = upper;
        if (up == null) {
            throw new IllegalStateException("not copied up");
        }
        return up;
    }

    @Override
    public int setattr(Caller c, Attr a) {
        int r = copyUp(c, (a.valid & Attr.SIZE) != 0 ? a.size : Long.MAX_VALUE);
        return r != 0 ? r : changing().setattr(c, a);
    }

    // ---- extended attributes ----

    @Override
    public int getxattr(Caller c, String attr, Ref<byte[]> out) {
        return real().getxattr(c, union.below(attr), out);
    }

    @Override
    public int setxattr(Caller c, String attr, byte[] value, int flags) {
        int r = copyUp(c, Long.MAX_VALUE);
        return r != 0 ? r : changing().setxattr(c, union.below(attr), value, flags);
    }

    @Override
    public int removexattr(Caller c, String attr) {
        Ref<byte[]> there = new Ref<>();
        int r = getxattr(c, attr, there);
        if (r == -ENODATA && Acl.isName(attr)) {
            return 0;
        }
        if (r == 0) {
            r = copyUp(c, Long.MAX_VALUE);
        }
        return r != 0 ? r : changing().removexattr(c, union.below(attr));
    }

    @Override
    public int listxattr(Caller c, Ref<byte[]> out) {
        Ref<byte[]> all = new Ref<>();
        int r = real().listxattr(c, all);
        if (r != 0) {
            return r;
        }
        String names = new String(all.get(), StandardCharsets.ISO_8859_1);
        StringBuilder b = new StringBuilder(names.length());
        for (int at = 0; at < names.length(); ) {
            int end = names.indexOf('\0', at);
            String shown = union.above(names.substring(at, end));
            if (shown != null) {
                b.append(shown).append('\0');
            }
            at = end + 1;
        }
        out.set(b.toString().getBytes(StandardCharsets.ISO_8859_1));
        return 0;
    }
}
