// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import org.jspecify.annotations.Nullable;

/** The one file of a {@link FixedFs}. All its descriptions share the host's descriptor and have positions of their own. */
final class FixedInode extends StatInode {
    private final int fd;
    private final boolean writable;
    private final OrderedLock appendLock = new OrderedLock(LockLevel.FILE);

    // guarded by this
    private int users;
    private boolean closed;

    /** As the host told them last. */
    private volatile @Nullable HostAcls lists;

    FixedInode(FixedFs fs, int fd, HostStat stat) {
        super(fs, stat);
        this.fd = fd;
        this.writable = (Sys.call(Nr.fcntl, fd, F_GETFL, 0) & O_ACCMODE) == O_RDWR;
    }

    int hostFd() {
        return fd;
    }

    /** Keeps the descriptor open until {@link #drop}: false when it is closed already. */
    synchronized boolean hold() {
        if (closed) {
            return false;
        }
        users++;
        return true;
    }

    synchronized void drop() {
        if (--users == 0 && closed) {
            Sys.close(fd);
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            if (users == 0) {
                Sys.close(fd);
            }
        }
    }

    /** Whether the host's descriptor may write. */
    boolean hostWritable() {
        return writable;
    }

    /** Held over an append, for the host's descriptor has no O_APPEND. */
    OrderedLock appendLock() {
        return appendLock;
    }

    HostStat fresh() {
        if (hold()) {
            HostStat now = new HostStat();
            if (HostFs.statx(fd, "", now) == 0) {
                stat = now;
            }
            drop();
        }
        return stat;
    }

    /** A write by somebody who may not keep them takes the set-id bits away. */
    void dropSetId(Caller c) {
        int mode = stat.mode;
        int without = Permissions.withoutSetId(mode);
        if (without != mode && !c.creds().has(Cap.CAP_FSETID)) {
            Sys.call(Nr.fchmod, fd, without & 07777, 0);
            fresh();
        }
    }

    @Override
    public boolean onlyObject() {
        return true;
    }

    @Override
    public int stat(Stat out) {
        return HostInode.copy(fresh(), out);
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (io.sandjar.abi.O.writable(flags) && !writable) {
            return -EROFS;
        }
        if (!hold()) {
            return -ESTALE;
        }
        fresh();
        out.set(new FixedFile(path, this, flags));
        return 0;
    }

    @Override
    public int setattr(Caller c, Attr a) {
        if (!writable) {
            return -EROFS;
        }
        if (!hold()) {
            return -ESTALE;
        }
        int r = (a.valid & Attr.SIZE) != 0 ? (int) Sys.call(Nr.ftruncate, fd, a.size, 0) : 0;
        if (r == 0) {
            r = HostAttr.set(fd, a);
        }
        lists = null;
        fresh();
        drop();
        return r;
    }

    @Override
    public int getxattr(Caller c, String name, Ref<byte[]> out) {
        if (!HostXattr.shown(name)) {
            return HostXattr.hidden(name);
        }
        return hold() ? dropped(HostXattr.get(c, fd, name, out)) : -ESTALE;
    }

    @Override
    public int listxattr(Caller c, Ref<byte[]> out) {
        return hold() ? dropped(HostXattr.list(fd, out)) : -ESTALE;
    }

    @Override
    public int setxattr(Caller c, String name, byte[] value, int flags) {
        if (!writable || !HostXattr.shown(name)) {
            return writable ? -EOPNOTSUPP : -EROFS;
        }
        return hold() ? changed(HostXattr.set(c, this, fd, name, value, flags)) : -ESTALE;
    }

    @Override
    public int removexattr(Caller c, String name) {
        if (!writable || !HostXattr.shown(name)) {
            return writable ? -EOPNOTSUPP : -EROFS;
        }
        return hold() ? changed(HostXattr.remove(fd, name)) : -ESTALE;
    }

    private int changed(int r) {
        lists = null;
        fresh();
        return dropped(r);
    }

    @Override
    public @Nullable Acl acl() {
        HostStat s = stat;
        HostAcls l = lists;
        if (l == null || !l.isOf(s)) {
            if (!hold()) {
                return null;
            }
            l = HostAcls.read(fd, s, false);
            lists = l;
            drop();
        }
        return l.access();
    }

    private int dropped(int r) {
        drop();
        return r;
    }
}
