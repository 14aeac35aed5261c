// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.DirentLayout;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;

/** An open directory of the host. Positions are the host's. */
final class HostDirectory extends FileDescription {
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private final HostInode inode;
    private final int fd;
    private final byte[] buf = new byte[8192];
    private int at;
    private int end;
    private long pos;

    HostDirectory(Path path, HostInode inode, int flags, int fd) {
        super(path, flags);
        this.inode = inode;
        this.fd = fd;
        HostFds.count(1);
    }

    @Override
    protected int heapBytes() {
        return 250 + buf.length;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long read(Caller c, io.sandjar.kernel.vfs.IoBuffer dst) {
        return -EISDIR;
    }

    @Override
    public long pread(Caller c, io.sandjar.kernel.vfs.IoBuffer dst, long off) {
        return -EISDIR;
    }

    @Override
    public long getdents(Caller c, DirSink sink) {
        lock.lock();
        try {
            while (true) {
                if (at == end) {
                    int n = HostFs.getdents(fd, buf);
                    if (n <= 0) {
                        return n < 0 ? n : pos;
                    }
                    at = 0;
                    end = n;
                }
                long next = Bytes.i64(buf, at + DirentLayout.d_off);
                if (!sink.add(HostInode.entryName(buf, at), Bytes.i64(buf, at), next, buf[at + DirentLayout.d_type])) {
                    return pos;
                }
                pos = next;
                at += Bytes.u16(buf, at + DirentLayout.d_reclen);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to = whence == SEEK_CUR ? pos + off : off;
            if (whence > SEEK_CUR || to < 0) {
                return -EINVAL;
            }
            if (to == pos && whence == SEEK_CUR) {
                return pos;
            }
            long r = Sys.call(Nr.lseek, fd, to, SEEK_SET);
            if (r >= 0) {
                at = 0;
                end = 0;
                pos = r;
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return inode.onlyObject() ? Sys.call(dataOnly ? Nr.fdatasync : Nr.fsync, fd) : 0;
    }

    @Override
    protected void onRelease() {
        Sys.close(fd);
        HostFds.count(-1);
    }
}
