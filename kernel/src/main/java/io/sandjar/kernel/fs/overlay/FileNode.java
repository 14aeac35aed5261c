// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.hostdir.HostFile;
import io.sandjar.kernel.fs.memfd.FileData;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import org.jspecify.annotations.Nullable;

/** A regular file: its bytes are the lower file's until the first write, then {@link FileData}. */
public final class FileNode extends Node {
    private volatile @Nullable FileData data;
    private long lowerSize;
    private long lowerBlocks;
    private int users;
    private boolean freed;
    /** Whether a name may be given to it though it has none (O_TMPFILE without O_EXCL). */
    boolean linkable;

    /** F_SEAL_* of a memfd; -1 where sealing is not for this file. */
    private volatile int seals = -1;

    FileNode(NodeFs fs, Caller c, @Nullable DirNode dir, String name, int mode, boolean nameless) {
        super(fs, c, dir, name, mode);
        data = fs.newData(lock, c);
        if (nameless) {
            nlink = 0;
        }
    }

    FileNode(NodeFs fs, Inode lower, long ino, DirNode dir, String name) {
        super(fs, lower, ino, dir, name);
    }

    /** A file without any name in {@code fs}: memfd_create(2). null where there are too many files. */
    public static @Nullable FileNode nameless(NodeFs fs, Caller c, int mode, int seals) {
        if (!fs.chargeNode(0)) {
            return null;
        }
        FileNode n = new FileNode(fs, c, null, "", mode, true);
        n.seals = seals;
        return n;
    }

    @Nullable
    FileData data() {
        return data;
    }

    @Override
    void ownMore(Stat s) {
        lowerSize = s.size;
        lowerBlocks = s.blocks;
    }

    @Override
    void statSize(Stat o) {
        FileData d = data;
        o.size = d == null ? lowerSize : d.size();
        o.blocks = d == null ? lowerBlocks : d.blocks();
    }

    long size(@Nullable FileDescription lowerFile) {
        FileData d = data;
        if (d != null) {
            return d.size();
        }
        Stat s = new Stat();
        (lowerFile != null ? lowerFile.inode() : this).stat(s);
        return s.size;
    }

    // ---- life ----

    /** One more description; false when the contents are gone already. */
    boolean use() {
        lock.lock();
        try {
            if (freed) {
                return false;
            }
            users++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void pin() {
        use();
    }

    @Override
    public void unpin() {
        lock.lock();
        try {
            users--;
        } finally {
            lock.unlock();
        }
        released();
    }

    /** What is bound stays when its name goes. */
    @Override
    public void mounted(int more) {
        if (more > 0) {
            pin();
        } else {
            unpin();
        }
    }

    @Override
    public void unused() {
        released();
    }

    @Override
    void released() {
        lock.lock();
        try {
            if (users > 0 || !owned() || nlink > 0 || freed || isRunning()) {
                return;
            }
            freed = true;
        } finally {
            lock.unlock();
        }
        FileData d = data;
        if (d != null) {
            d.free();
        }
        dropXattrs();
        Inode low = lower;
        if (low == null) {
            nodes.unchargeNode(0);
        } else {
            nodes.forget(this, low.identity());
        }
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        FileDescription below = null;
        Inode low = lower;
        if (data == null && low != null && (flags & O_ACCMODE) != O_WRONLY) {
            Ref<FileDescription> ref = new Ref<>();
            int r = openLower(c, low, ref);
            if (r != 0) {
                return r;
            }
            below = ref.get();
        }
        if (!use()) {
            if (below != null) {
                below.release();
            }
            return -ENOENT;
        }
        out.set(new OpenFile(path, this, flags, below));
        return 0;
    }

    private static int openLower(Caller c, Inode low, Ref<FileDescription> out) {
        return low.open(c, Anonymous.path(low, ""), O_RDONLY, out);
    }

    // ---- changes ----

    /**
     * The contents, made our own: the first {@code keep} bytes of the lower file are copied.
     *
     * @return 0 or -errno
     */
    int copyUp(Caller c, long keep) {
        if (data != null) {
            return 0;
        }
        own();
        lock.lock();
        try {
            Inode low = lower;
            if (data != null || low == null) {
                return 0;
            }
            FileData d = nodes.newData(lock, c);
            long n = Math.min(keep, lowerSize);
            if (n > 0) {
                Ref<FileDescription> ref = new Ref<>();
                int r = openLower(c, low, ref);
                if (r != 0) {
                    return r;
                }
                FileDescription f = ref.get();
                r = f instanceof HostFile h ? d.fill(h.hostFd(), n) : copy(c, f, d, n);
                f.release();
                if (r != 0) {
                    d.free();
                    return r;
                }
            }
            int r = dropFileCaps(c, true);
            if (r != 0) {
                d.free();
                return r;
            }
            data = d;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private static int copy(Caller c, FileDescription from, FileData to, long n) {
        byte[] buf = new byte[65536];
        long[] end = new long[1];
        for (long at = 0; at < n; ) {
            int k = (int) Math.min(buf.length, n - at);
            long r = from.pread(c, new KernelIo(buf, 0, k), at);
            if (r > 0) {
                r = to.write(c, new KernelIo(buf, 0, (int) r), at, true, end);
            }
            if (r <= 0) {
                return (int) r;
            }
            at += r;
        }
        return 0;
    }

    /** As {@link FileData#write}. */
    long write(Caller c, IoBuffer src, long off, long[] end) {
        int s = Math.max(seals, 0);
        if ((s & (Mm.F_SEAL_WRITE | Mm.F_SEAL_FUTURE_WRITE)) != 0) {
            return -EPERM;
        }
        int r = copyUp(c, Long.MAX_VALUE);
        FileData d = data;
        if (r != 0 || d == null) {
            return r;
        }
        long n = d.write(c, src, off, (s & Mm.F_SEAL_GROW) == 0, end);
        if (n > 0) {
            changed(c);
        }
        return n;
    }

    /** New contents: times, and set-id bits go. */
    private void changed(Caller c) {
        int m = mode();
        if ((m & (S_ISUID | S_ISGID)) != 0 && !c.creds().has(Cap.CAP_FSETID)) {
            setMode(Permissions.withoutSetId(m));
        }
        dropFileCaps(c, false);
        touch(M | C);
    }

    @Override
    int truncate(Caller c, long size) {
        int s = Math.max(seals, 0);
        if (s != 0) {
            long now = size(null);
            if ((size < now && (s & Mm.F_SEAL_SHRINK) != 0) || (size > now && (s & Mm.F_SEAL_GROW) != 0)) {
                return -EPERM;
            }
        }
        own();
        int r = copyUp(c, size);
        FileData d = data;
        if (r == 0 && d != null) {
            r = d.truncate(size);
        }
        if (r == 0) {
            changed(c);
        }
        return r;
    }

    int fallocate(Caller c, int mode, long off, long len) {
        if (!FileData.canAllocate(mode)) {
            return -EOPNOTSUPP;
        }
        int s = Math.max(seals, 0);
        if ((s & (Mm.F_SEAL_WRITE | Mm.F_SEAL_FUTURE_WRITE)) != 0 && (mode & FALLOC_FL_PUNCH_HOLE) != 0) {
            return -EPERM;
        }
        int r = copyUp(c, Long.MAX_VALUE);
        FileData d = data;
        if (r == 0 && d != null) {
            r = d.fallocate(mode, off, len, (s & Mm.F_SEAL_GROW) == 0);
        }
        if (r == 0) {
            changed(c);
        }
        return r;
    }

    // ---- seals ----

    /** Bits of execution stay as they are where that is sealed. */
    @Override
    public int setattr(Caller c, io.sandjar.kernel.vfs.Attr a) {
        boolean sealed = (Math.max(seals, 0) & Mm.F_SEAL_EXEC) != 0;
        if (sealed && (a.valid & io.sandjar.kernel.vfs.Attr.MODE) != 0 && ((a.mode ^ mode()) & 0111) != 0) {
            return -EPERM;
        }
        return super.setattr(c, a);
    }

    int seals() {
        return seals < 0 ? -EINVAL : seals;
    }

    int addSeals(int more) {
        lock.lock();
        try {
            int s = seals;
            if (s < 0) {
                return -EINVAL;
            }
            int known = Mm.F_SEAL_SEAL
                    | Mm.F_SEAL_SHRINK
                    | Mm.F_SEAL_GROW
                    | Mm.F_SEAL_WRITE
                    | Mm.F_SEAL_FUTURE_WRITE
                    | Mm.F_SEAL_EXEC;
            if ((more & ~known) != 0) {
                return -EINVAL;
            }
            if ((s & Mm.F_SEAL_SEAL) != 0) {
                return -EPERM;
            }
            FileData d = data;
            int strong = more & (Mm.F_SEAL_WRITE | Mm.F_SEAL_FUTURE_WRITE);
            if (strong != 0 && d != null) {
                int r = d.seal(strong);
                if (r != 0) {
                    return r;
                }
            }
            seals = s | more;
            return 0;
        } finally {
            lock.unlock();
        }
    }
}
