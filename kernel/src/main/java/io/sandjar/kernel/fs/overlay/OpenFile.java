// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Mm;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.fs.memfd.FileData;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLimits;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Sealable;
import org.jspecify.annotations.Nullable;

/** An open regular file: reads the lower file until somebody has copied it up. */
public final class OpenFile extends FileDescription implements Sealable {
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private final FileNode node;
    private final @Nullable FileDescription below;
    private final long[] end = new long[1];
    private long pos;

    /** The caller has counted this description with {@link FileNode#use}. */
    public OpenFile(@Nullable Path path, FileNode node, int flags, @Nullable FileDescription below) {
        super(path, flags);
        this.node = node;
        this.below = below;
    }

    @Override
    public Inode inode() {
        return node;
    }

    private long readAt(Caller c, IoBuffer dst, long off) {
        FileData d = node.data();
        if (d != null) {
            long n = d.read(dst, off);
            if ((flags() & O_NOATIME) == 0) {
                node.accessed();
            }
            return n;
        }
        return below == null ? 0 : below.pread(c, dst, off);
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        lock.lock();
        try {
            long n = readAt(c, dst, pos);
            if (n > 0) {
                pos += n;
            }
            return n;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return off < 0 ? -EINVAL : readAt(c, dst, off);
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        lock.lock();
        try {
            long n = node.write(c, src, (flags() & O_APPEND) != 0 ? -1 : pos, end);
            if (n > 0) {
                pos = end[0];
            }
            return n;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        if (off < 0) {
            return -EINVAL;
        }
        return node.write(c, src, (flags() & O_APPEND) != 0 ? -1 : off, new long[1]);
    }

    @Override
    public long pwriteNoAppend(Caller c, IoBuffer src, long off) {
        return off < 0 ? -EINVAL : node.write(c, src, off, new long[1]);
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to;
            switch (whence) {
                case SEEK_SET -> to = off;
                case SEEK_CUR -> to = pos + off;
                case SEEK_END -> to = node.size(below) + off;
                case SEEK_DATA, SEEK_HOLE -> {
                    to = seekData(c, off, whence);
                    if (to < 0) {
                        return to;
                    }
                }
                default -> {
                    return -EINVAL;
                }
            }
            if (to < 0 || to > FileLimits.MAX) {
                return -EINVAL;
            }
            pos = to;
            return to;
        } finally {
            lock.unlock();
        }
    }

    private long seekData(Caller c, long off, int whence) {
        FileData d = node.data();
        if (d != null) {
            return d.seek(off, whence == SEEK_DATA);
        }
        if (below != null) {
            return below.lseek(c, off, whence);
        }
        long size = node.size(null);
        if (off < 0 || off >= size) {
            return -ENXIO;
        }
        return whence == SEEK_DATA ? off : size;
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return 0;
    }

    @Override
    public long ftruncate(Caller c, long size) {
        int r = FileLimits.size(c, size);
        if (r != 0) {
            return r;
        }
        return node.truncate(c, size);
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        boolean grows = (mode & FALLOC_FL_PUNCH_HOLE) == 0 && off + len > node.size(below);
        int r = grows ? FileLimits.size(c, off + len) : 0;
        return r != 0 ? r : node.fallocate(c, mode, off, len);
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        if (!readable()) {
            return -EACCES;
        }
        boolean shared = (mapFlags & 3) != Mm.MAP_PRIVATE;
        boolean write = shared && writable();
        if (shared && !writable() && (prot & Mm.PROT_WRITE) != 0) {
            return -EACCES;
        }
        int seals = Math.max(node.seals(), 0);
        if (write && (seals & (Mm.F_SEAL_WRITE | Mm.F_SEAL_FUTURE_WRITE)) != 0) {
            if ((prot & Mm.PROT_WRITE) != 0) {
                return -EPERM;
            }
            write = false;
        }
        if (write) {
            int r = node.copyUp(c, Long.MAX_VALUE);
            if (r != 0) {
                return r;
            }
        }
        FileData d = node.data();
        if (d != null) {
            if (write && node.nodes.isMetered()) {
                int r = d.countWhole();
                if (r != 0) {
                    return r;
                }
            }
            return d.mapFd(write);
        }
        return below == null ? -ENODEV : below.mapFd(c, prot, mapFlags);
    }

    @Override
    public int seals() {
        return node.seals();
    }

    @Override
    public int addSeals(int more) {
        return writable() ? node.addSeals(more) : -EPERM;
    }

    @Override
    protected void onRelease() {
        if (below != null) {
            below.release();
        }
        node.unpin();
    }
}
