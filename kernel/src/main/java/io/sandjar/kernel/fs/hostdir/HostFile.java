// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import org.jspecify.annotations.Nullable;

/** An open file of the host. Data moves straight between its descriptor and guest memory; the position is ours. */
public final class HostFile extends DirectFile {
    private final HostInode inode;

    /** Flags at the start: what the host's descriptor may do. */
    private final int opened;

    private int readOnlyFd = -1;

    HostFile(@Nullable Path path, HostInode inode, int flags, int fd) {
        super(path, flags, fd);
        this.inode = inode;
        this.opened = flags;
        HostFds.count(1);
        inode.opened(this);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public int stat(Stat out) {
        size();
        return HostInode.copy(inode.lastStat(), out);
    }

    /** The host's descriptor; for copies of whole files within the kernel. */
    public int hostFd() {
        return fd;
    }

    boolean hostWritable() {
        return (opened & O_ACCMODE) != O_RDONLY;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        lock.lock();
        try {
            boolean append = (flags() & O_APPEND) != 0;
            long at = append ? size() : pos;
            long n = at < 0 ? at : put(c, src, at);
            if (n > 0) {
                pos = append ? size() : at + n; // the host appends, whatever others have written meanwhile
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
        long at = (flags() & O_APPEND) != 0 ? size() : off;
        return at < 0 ? at : put(c, src, at);
    }

    /** The host's descriptor appends by itself, so that what several write at once is all kept. */
    @Override
    public void setFlags(int flags) {
        if (((flags ^ flags()) & O_APPEND) != 0) {
            Sys.call(Nr.fcntl, fd, F_SETFL, flags & O_APPEND);
        }
        super.setFlags(flags);
    }

    /** The host lets its kernel process write without this, as it lets root. */
    @Override
    void dropSetId(Caller c) {
        int mode = inode.mode();
        int without = Permissions.withoutSetId(mode);
        if (without != mode && !c.creds().has(Cap.CAP_FSETID)) {
            Sys.call(Nr.fchmod, fd, without & 07777, 0);
            size();
        }
    }

    @Override
    long size() {
        HostStat s = new HostStat();
        int r = HostFs.statx(fd, "", s);
        if (r == 0) {
            inode.setStat(s);
        }
        return r != 0 ? r : s.size;
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to;
            switch (whence) {
                case SEEK_SET -> to = off;
                case SEEK_CUR -> to = pos + off;
                case SEEK_END -> {
                    long s = size();
                    to = s < 0 ? s : s + off;
                }
                case SEEK_DATA, SEEK_HOLE -> {
                    to = Sys.call(Nr.lseek, fd, off, whence);
                    if (to < 0) {
                        return to;
                    }
                }
                default -> {
                    return -EINVAL;
                }
            }
            if (to < 0) {
                return -EINVAL;
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
        if (!writable()) {
            return shared && (prot & Mm.PROT_WRITE) != 0 ? -EACCES : fd;
        }
        if (shared) {
            return fd;
        }
        lock.lock();
        try {
            if (readOnlyFd < 0) {
                int f = HostFs.reopen(fd, O_RDONLY);
                if (f < 0) {
                    return fd; // the mapping is private: the host writes nothing back
                }
                HostFds.count(1);
                readOnlyFd = f;
            }
            return readOnlyFd;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void onRelease() {
        inode.closed(this);
        HostFds.count(readOnlyFd >= 0 ? -2 : -1);
        Sys.close(fd);
        if (readOnlyFd >= 0) {
            Sys.close(readOnlyFd);
        }
    }
}
