// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLimits;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open {@link FixedInode}. */
final class FixedFile extends FileDescription {
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private final FixedInode inode;
    private final int fd;
    private long pos;
    private int readOnlyFd = -1;

    FixedFile(Path path, FixedInode inode, int flags) {
        super(path, flags);
        this.inode = inode;
        this.fd = inode.hostFd();
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        lock.lock();
        try {
            long n = dst.fromHost(fd, pos, dst.remaining());
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
        return off < 0 ? -EINVAL : dst.fromHost(fd, off, dst.remaining());
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        long[] end = new long[1];
        long n;
        if ((flags() & O_APPEND) != 0) {
            n = append(c, src, end);
        } else {
            lock.lock();
            try {
                n = put(c, src, pos);
                if (n > 0) {
                    pos += n;
                }
                return n;
            } finally {
                lock.unlock();
            }
        }
        if (n > 0) {
            lock.lock();
            pos = end[0];
            lock.unlock();
        }
        return n;
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        if (off < 0) {
            return -EINVAL;
        }
        return (flags() & O_APPEND) != 0 ? append(c, src, new long[1]) : put(c, src, off);
    }

    private long append(Caller c, IoBuffer src, long[] end) {
        inode.appendLock().lock();
        try {
            long at = inode.fresh().size;
            long n = put(c, src, at);
            end[0] = at + Math.max(n, 0);
            return n;
        } finally {
            inode.appendLock().unlock();
        }
    }

    private long put(Caller c, IoBuffer src, long at) {
        long n = FileLimits.room(c, at, src.remaining());
        if (n <= 0) {
            return n;
        }
        inode.dropSetId(c);
        return src.toHost(fd, at, n);
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to = switch (whence) {
                case SEEK_SET -> off;
                case SEEK_CUR -> pos + off;
                case SEEK_END -> inode.fresh().size + off;
                case SEEK_DATA, SEEK_HOLE -> Sys.call(Nr.lseek, fd, off, whence);
                default -> -EINVAL;
            };
            if (to < 0) {
                return whence == SEEK_DATA || whence == SEEK_HOLE ? to : -EINVAL;
            }
            pos = to;
            return to;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return writable() ? Sys.call(dataOnly ? Nr.fdatasync : Nr.fsync, fd) : 0;
    }

    @Override
    public long ftruncate(Caller c, long size) {
        int r = FileLimits.size(c, size);
        if (r != 0) {
            return r;
        }
        inode.dropSetId(c);
        return Sys.call(Nr.ftruncate, fd, size, 0);
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        int r = (mode & FALLOC_FL_KEEP_SIZE) != 0 ? 0 : FileLimits.size(c, off + len);
        return r != 0 ? r : Sys.call(Nr.fallocate, fd, mode, off, len, 0, 0);
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        if (!readable()) {
            return -EACCES;
        }
        boolean shared = (mapFlags & 3) != Mm.MAP_PRIVATE;
        if (shared && !writable() && (prot & Mm.PROT_WRITE) != 0) {
            return -EACCES;
        }
        if (!inode.hostWritable() || writable()) {
            return fd;
        }
        lock.lock();
        try {
            if (readOnlyFd < 0) {
                readOnlyFd = HostFs.reopen(fd, O_RDONLY); // the guest gets no more than it opened
            }
            return readOnlyFd < 0 ? -ENODEV : readOnlyFd;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void onRelease() {
        if (readOnlyFd >= 0) {
            Sys.close(readOnlyFd);
        }
        inode.drop();
    }
}
