// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.stdio;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.HostPoller;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;

/** The host's standard input, output and error as files of the guest. One per sandbox. */
public final class HostStdio {
    private static final int F_GETFL = 3;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int KEPT_FLAGS = O.O_ACCMODE | O.O_APPEND;

    private final StreamFs fs = new StreamFs();
    private final HostPoller poller;

    public HostStdio(HostPoller poller) {
        this.poller = poller;
    }

    /**
     * Takes over a descriptor of the host; the number stays open and belongs to the caller.
     *
     * @param hostFd 0, 1 or 2, or any other that the user handed in
     * @return 0 or -errno (-EBADF when it is not open)
     */
    public int open(int hostFd, Ref<FileDescription> out) {
        int own = (int) Sys.call(Nr.fcntl, hostFd, F_DUPFD_CLOEXEC, 64);
        if (own < 0) {
            return own;
        }
        int hostFlags = (int) Sys.call(Nr.fcntl, own, F_GETFL, 0);
        HostStreamInode inode = new HostStreamInode(this, fs, own);
        return describe(inode, hostFlags & KEPT_FLAGS, out);
    }

    int reopen(HostStreamInode inode, int flags, Ref<FileDescription> out) {
        int hostFlags = (int) Sys.call(Nr.fcntl, inode.hostFd, F_GETFL, 0);
        int have = hostFlags & O.O_ACCMODE;
        int want = flags & O.O_ACCMODE;
        if (have != O.O_RDWR && have != want) {
            return -EACCES;
        }
        return describe(inode, flags, out);
    }

    private int describe(HostStreamInode inode, int flags, Ref<FileDescription> out) {
        if (!inode.acquire()) {
            return -ENXIO;
        }
        int type = inode.type();
        boolean waits = type == O.S_IFIFO || type == O.S_IFSOCK || type == O.S_IFCHR;
        int fd = inode.hostFd;
        boolean mayBlock = waits;
        if (type == O.S_IFIFO) {
            // A description of our own, so that O_NONBLOCK does not reach the user's shell. The host's /proc names it.
            int again = HostFs.reopen(fd, (flags & O.O_ACCMODE) | O.O_NONBLOCK);
            if (again >= 0) {
                fd = again;
                mayBlock = false;
            }
        }
        out.set(new HostStream(this, inode, fd, mayBlock, flags));
        return 0;
    }

    HostPoller poller() {
        return poller;
    }

    /** The nameless file system that the streams belong to. */
    private static final class StreamFs extends FileSystem {
        final Inode rootInode = new Root(this);

        StreamFs() {
            super("hostfs");
        }

        @Override
        public Inode root() {
            return rootInode;
        }

        @Override
        public void statfs(StatFs out) {
            out.type = 0x50495045; // PIPEFS_MAGIC
        }
    }

    /** A directory that nobody can reach. */
    private static final class Root extends Inode {
        Root(FileSystem fs) {
            super(fs);
        }

        @Override
        public long ino() {
            return 1;
        }

        @Override
        public int mode() {
            return O.S_IFDIR;
        }

        @Override
        public int uid() {
            return 0;
        }

        @Override
        public int gid() {
            return 0;
        }

        @Override
        public int stat(io.sandjar.kernel.vfs.Stat out) {
            return -EACCES;
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            return -ENOENT;
        }
    }
}
