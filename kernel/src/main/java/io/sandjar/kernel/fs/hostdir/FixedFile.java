// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open {@link FixedInode}. */
final class FixedFile extends DirectFile {
    private final FixedInode inode;
    private int readOnlyFd = -1;

    FixedFile(Path path, FixedInode inode, int flags) {
        super(path, flags, inode.hostFd());
        this.inode = inode;
    }

    @Override
    public Inode inode() {
        return inode;
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

    @Override
    long size() {
        return inode.fresh().size;
    }

    @Override
    void dropSetId(Caller c) {
        inode.dropSetId(c);
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
