// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLimits;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file whose data moves straight between a descriptor of the host and guest memory; the position is ours. Its kinds
 * differ in whose the descriptor is and who appends.
 */
abstract class DirectFile extends FileDescription {
    /** Guards the position. */
    final OrderedLock lock = new OrderedLock(LockLevel.FILE);

    final int fd;
    long pos;

    DirectFile(@Nullable Path path, int flags, int fd) {
        super(path, flags);
        this.fd = fd;
    }

    /** Takes the set-id bits away before a write by somebody who may not keep them. */
    abstract void dropSetId(Caller c);

    /** As the host tells it now; -errno. */
    abstract long size();

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

    final long put(Caller c, IoBuffer src, long at) {
        long n = FileLimits.room(c, at, src.remaining());
        if (n <= 0) {
            return n;
        }
        dropSetId(c);
        return src.toHost(fd, at, n);
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
        dropSetId(c);
        return Sys.call(Nr.ftruncate, fd, size, 0);
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        int moves = FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE;
        boolean grows = (mode & (FALLOC_FL_KEEP_SIZE | moves)) == 0 && off + len > size();
        int r = grows ? FileLimits.size(c, off + len) : 0;
        if (r != 0) {
            return r;
        }
        r = (int) Sys.call(Nr.fallocate, fd, mode, off, len, 0, 0);
        if (r == 0) {
            dropSetId(c);
        }
        return r;
    }
}
