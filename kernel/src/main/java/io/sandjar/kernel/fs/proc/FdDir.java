// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** /proc/PID/fd and fdinfo: the descriptors of a process. */
final class FdDir extends PseudoDir {
    private static final int FD_INO = 0x4000;

    private final TaskDir dir;
    private final boolean info;

    FdDir(TaskDir dir, boolean info) {
        super(dir.proc, dir.ino(info ? 6 : 5), info ? 0555 : 0500);
        this.dir = dir;
        this.info = info;
    }

    @Override
    public int uid() {
        return dir.uid();
    }

    @Override
    public int gid() {
        return dir.gid();
    }

    private @Nullable FdTable table() {
        ProcView v = dir.view();
        return v == null ? null : v.fds;
    }

    @Override
    protected long size() {
        FdTable t = table();
        return t == null ? 0 : t.count();
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        FdTable t = table();
        int fd = ProcFs.number(name);
        FileDescription d = t == null || fd < 0 ? null : t.acquire(fd);
        if (d == null) {
            return -ENOENT;
        }
        int flags = d.flags();
        boolean path = (flags & 010000000) != 0;
        d.release();
        if (info) {
            out.set(new Info(fd));
        } else {
            int perm = path ? 0 : ((flags & 3) != 1 ? 0500 : 0) | ((flags & 3) != 0 ? 0300 : 0);
            out.set(new Link(fd, perm));
        }
        return 0;
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        FdTable t = table();
        if (t != null) {
            for (int fd = t.next(0); fd >= 0; fd = t.next(fd + 1)) {
                out.add(new Entry(Integer.toString(fd), ino(fd), info ? 8 : 10));
            }
        }
    }

    private long ino(int fd) {
        return dir.ino((info ? 2 * FD_INO : FD_INO) + (fd & (FD_INO - 1)));
    }

    private @Nullable FileDescription acquire(int fd) {
        FdTable t = table();
        return t == null ? null : t.acquire(fd);
    }

    /** Nobody changes it. */
    @Override
    public int refusal(Creds c, int mask) {
        return (mask & Permissions.MAY_WRITE) != 0 ? -EPERM : -EACCES;
    }

    private final class Link extends PseudoInode {
        private final int fd;

        Link(int fd, int perm) {
            super(dir.proc, FdDir.this.ino(fd), 0120000 | perm);
            this.fd = fd;
        }

        @Override
        public int uid() {
            return dir.uid();
        }

        @Override
        public int gid() {
            return dir.gid();
        }

        @Override
        protected long size() {
            return 64;
        }

        @Override
        public int readlink(Caller c, Ref<String> out) {
            FileDescription d = acquire(fd);
            if (d == null) {
                return -ENOENT;
            }
            try {
                Path p = d.path();
                out.set(p == null ? d.describe() : MountNamespace.procText(p, c.fs().root()));
                return 0;
            } finally {
                d.release();
            }
        }

        @Override
        public int jump(Caller c, Ref<Path> out) {
            FileDescription d = acquire(fd);
            if (d == null) {
                return -ENOENT;
            }
            try {
                out.set(Anonymous.path(d));
                return 0;
            } finally {
                d.release();
            }
        }
    }

    private final class Info extends TextInode {
        private final int fd;

        Info(int fd) {
            super(dir.proc, FdDir.this.ino(fd), 0444);
            this.fd = fd;
        }

        @Override
        protected int text(Caller c, StringBuilder b) {
            FileDescription d = acquire(fd);
            if (d == null) {
                return -ENOENT;
            }
            try {
                FdTable t = table();
                int cloexec = t != null && t.closeOnExec(fd) == 1 ? 02000000 : 0;
                long pos = d.lseek(c, 0, 1);
                Path p = d.path();
                b.append("pos:\t").append(Math.max(pos, 0));
                b.append("\nflags:\t0").append(Integer.toOctalString(d.flags() | cloexec));
                b.append("\nmnt_id:\t").append(p == null ? 15 : p.mount().id());
                b.append("\nino:\t").append(d.inode().ino()).append('\n');
                d.moreInfo(c, b);
                return 0;
            } finally {
                d.release();
            }
        }
    }
}
