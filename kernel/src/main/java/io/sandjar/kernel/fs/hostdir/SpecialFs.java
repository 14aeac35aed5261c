// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.net.HostPoller;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;

/**
 * One socket, FIFO or device node of the host by a descriptor that only names it (O_PATH), to be mounted on a file. A FIFO
 * is opened without waiting for its other side; a socket can be looked at; a device node leads to the sandbox's own device
 * of that number, never to the host's.
 */
public final class SpecialFs extends FileSystem {
    private final Root root;

    private SpecialFs(String type, int fd, HostStat s, HostStdio stdio) {
        super(type);
        root = new Root(this, fd, s, stdio);
    }

    /**
     * Takes over a descriptor.
     *
     * @param poller wakes those who wait for a FIFO
     * @return 0 or -errno (-EPERM for what is none of socket, FIFO and character device); the descriptor is closed then
     */
    public static int of(int fd, HostPoller poller, Ref<SpecialFs> out) {
        HostStat s = new HostStat();
        int r = HostFs.statx(fd, "", s);
        int type = s.mode & S_IFMT;
        if (r == 0 && type != S_IFSOCK && type != S_IFIFO && type != S_IFCHR) {
            r = -EPERM;
        }
        if (r != 0) {
            Sys.close(fd);
            return r;
        }
        out.set(new SpecialFs(HostFsType.name(HostFs.fsType(fd)), fd, s, new HostStdio(poller)));
        return 0;
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public void close() {
        root.close();
    }

    @Override
    public void statfs(StatFs out) {
        synchronized (root) {
            HostDirFs.statfs(root.fd, out);
        }
    }

    private static final class Root extends StatInode {
        /** -1 after the end; guarded by this. */
        private int fd;

        private final HostStdio stdio;

        Root(SpecialFs fs, int fd, HostStat s, HostStdio stdio) {
            super(fs, s);
            this.fd = fd;
            this.stdio = stdio;
        }

        synchronized void close() {
            Sys.close(fd);
            fd = -1;
        }

        @Override
        public boolean onlyObject() {
            return true;
        }

        @Override
        public synchronized int stat(Stat out) {
            HostStat now = new HostStat();
            if (HostFs.statx(fd, "", now) == 0) {
                stat = now;
            }
            return HostInode.copy(stat, out);
        }

        @Override
        public synchronized int nameHostSocket() {
            boolean socket = (stat.mode & S_IFMT) == S_IFSOCK;
            return socket && fd >= 0 ? (int) Sys.call(Nr.fcntl, fd, F_DUPFD_CLOEXEC, 0) : -ECONNREFUSED;
        }

        @Override
        public boolean opensItself() {
            return (stat.mode & S_IFMT) == S_IFIFO;
        }

        @Override
        public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
            if (!opensItself()) {
                return -ENXIO;
            }
            int f;
            synchronized (this) {
                f = fd < 0 ? -ESTALE : HostFs.reopen(fd, flags & O_ACCMODE | O_NONBLOCK);
            }
            if (f < 0) {
                return f;
            }
            int r = stdio.open(f, out); // which takes a descriptor of its own
            Sys.close(f);
            if (r == 0) {
                out.get().setFlags(flags);
            }
            return r;
        }
    }
}
