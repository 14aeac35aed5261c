// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import java.nio.charset.StandardCharsets;

/** Directories: making, removing, reading; working directory and root. */
public final class DirCalls {
    private DirCalls() {}

    @Syscall(nr = Nr.mkdir)
    public static long sys_mkdir(Task t, long path, @As(Kind.OCTAL) int mode) {
        return mkdir(t, AT_FDCWD, path, mode);
    }

    @Syscall(nr = Nr.mkdirat)
    public static long sys_mkdirat(Task t, int dirfd, long path, @As(Kind.OCTAL) int mode) {
        return mkdir(t, dirfd, path, mode);
    }

    private static long mkdir(Task t, int dirfd, long address, int mode) {
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        return r != 0 ? r : FileOps.mkdir(t, dirfd, path.get(), mode);
    }

    @Syscall(nr = Nr.rmdir)
    public static long sys_rmdir(Task t, long path) {
        Ref<String> p = new Ref<>();
        int r = PathArg.read(t, path, p);
        return r != 0 ? r : FileOps.rmdir(t, AT_FDCWD, p.get());
    }

    // ---- reading ----

    @Syscall(nr = Nr.getdents64)
    public static long sys_getdents64(Task t, int fd, long dirent, int count) {
        return getdents(t, fd, dirent, count, false);
    }

    @Syscall(nr = Nr.getdents)
    public static long sys_getdents(Task t, int fd, long dirent, int count) {
        return getdents(t, fd, dirent, count, true);
    }

    private static long getdents(Task t, int fd, long address, int count, boolean old) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        DirentBuffer b = new DirentBuffer(count, old);
        long before = f.lseek(t, 0, SEEK_CUR);
        long r = f.getdents(t, b);
        if (r < 0) {
            return r;
        }
        if (b.length() == 0) {
            return b.overflow() ? -EINVAL : 0;
        }
        FsNotify.event(f.path(), Poll.IN_ACCESS);
        int w = t.mem().write(address, b.bytes(), 0, b.length());
        if (w != 0) {
            f.lseek(t, before, SEEK_SET); // the names come again
            return w;
        }
        return b.length();
    }

    // ---- working directory and root ----

    @Syscall(nr = Nr.getcwd)
    public static long sys_getcwd(Task t, long buf, long size) {
        FsContext fs = t.fs();
        Path cwd = fs.cwd();
        if (cwd.dentry().gone()) {
            return -ENOENT;
        }
        byte[] text = MountNamespace.text(cwd, fs.root()).getBytes(StandardCharsets.ISO_8859_1);
        byte[] b = java.util.Arrays.copyOf(text, text.length + 1);
        if (b.length > 4096) {
            return -ENAMETOOLONG;
        }
        if (Long.compareUnsigned(b.length, size) > 0) {
            return -ERANGE;
        }
        int r = t.mem().write(buf, b);
        return r != 0 ? r : b.length;
    }

    @Syscall(nr = Nr.chdir)
    public static long sys_chdir(Task t, long path) {
        Ref<Path> found = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, path, PathWalk.DIRECTORY, found);
        return r != 0 ? r : enter(t, found.get());
    }

    @Syscall(nr = Nr.fchdir)
    public static long sys_fchdir(Task t, int fd) {
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        Path p = f.path();
        return p == null || !p.inode().isDir() ? -ENOTDIR : enter(t, p);
    }

    private static long enter(Task t, Path p) {
        int r = Permissions.may(t.creds(), p.inode(), Permissions.MAY_EXEC);
        if (r == 0) {
            t.fs().setCwd(p);
        }
        return r;
    }

    @Syscall(nr = Nr.chroot)
    public static long sys_chroot(Task t, long path) {
        Ref<Path> found = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, path, PathWalk.DIRECTORY, found);
        if (r == 0) {
            r = Permissions.may(t.creds(), found.get().inode(), Permissions.MAY_EXEC);
        }
        if (r == 0 && !t.creds().hasHere(Cap.CAP_SYS_CHROOT)) {
            r = -EPERM;
        }
        if (r == 0) {
            t.fs().setRoot(found.get());
        }
        return r;
    }

    @Syscall(nr = Nr.umask)
    public static long sys_umask(Task t, @As(Kind.OCTAL) int mask) {
        FsContext fs = t.fs();
        int old = fs.umask();
        fs.setUmask(mask);
        return old;
    }
}
