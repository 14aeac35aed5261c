// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.CgroupMoves;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;

/** Names: links, removal, renaming, special files. */
public final class LinkCalls {
    private LinkCalls() {}

    @Syscall(nr = Nr.link)
    public static long sys_link(Task t, long oldpath, @As(Kind.PATH) long newpath) {
        return link(t, AT_FDCWD, oldpath, AT_FDCWD, newpath, 0);
    }

    @Syscall(nr = Nr.linkat)
    public static long sys_linkat(
            Task t,
            int olddirfd,
            @As(Kind.PATH) long oldpath,
            int newdirfd,
            @As(Kind.PATH) long newpath,
            @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        return link(t, olddirfd, oldpath, newdirfd, newpath, flags);
    }

    private static long link(Task t, int olddirfd, long oldpath, int newdirfd, long newpath, int flags) {
        int at = (flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW;
        Ref<Path> old = new Ref<>();
        boolean empty = (flags & AT_EMPTY_PATH) != 0 && t.creds().has(Cap.CAP_DAC_READ_SEARCH);
        int r = PathArg.findAt(t, olddirfd, oldpath, at | (empty ? AT_EMPTY_PATH : 0), old);
        Ref<String> path = new Ref<>();
        if (r == 0) {
            r = PathArg.read(t, newpath, path);
        }
        return r != 0 ? r : FileOps.link(t, old.get(), newdirfd, path.get());
    }

    @Syscall(nr = Nr.symlink)
    public static long sys_symlink(Task t, @As(Kind.STR) long target, @As(Kind.PATH) long linkpath) {
        return symlink(t, target, AT_FDCWD, linkpath);
    }

    @Syscall(nr = Nr.symlinkat)
    public static long sys_symlinkat(Task t, @As(Kind.STR) long target, int newdirfd, @As(Kind.PATH) long linkpath) {
        return symlink(t, target, newdirfd, linkpath);
    }

    private static long symlink(Task t, long target, int dirfd, long linkpath) {
        Ref<String> text = new Ref<>();
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, target, text);
        if (r == 0) {
            r = PathArg.read(t, linkpath, path);
        }
        return r != 0 ? r : FileOps.symlink(t, text.get(), dirfd, path.get());
    }

    @Syscall(nr = Nr.unlink)
    public static long sys_unlink(Task t, long path) {
        return unlink(t, AT_FDCWD, path, 0);
    }

    @Syscall(nr = Nr.unlinkat)
    public static long sys_unlinkat(Task t, int dirfd, long path, @As(Kind.AT_FLAGS) int flags) {
        return (flags & ~AT_REMOVEDIR) != 0 ? -EINVAL : unlink(t, dirfd, path, flags);
    }

    private static long unlink(Task t, int dirfd, long address, int flags) {
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        if (r != 0) {
            return r;
        }
        return (flags & AT_REMOVEDIR) != 0 ? FileOps.rmdir(t, dirfd, path.get()) : FileOps.unlink(t, dirfd, path.get());
    }

    @Syscall(nr = Nr.rename)
    public static long sys_rename(Task t, @As(Kind.PATH) long oldpath, @As(Kind.PATH) long newpath) {
        return rename(t, AT_FDCWD, oldpath, AT_FDCWD, newpath, 0);
    }

    @Syscall(nr = Nr.renameat)
    public static long sys_renameat(
            Task t, int olddirfd, @As(Kind.PATH) long oldpath, int newdirfd, @As(Kind.PATH) long newpath) {
        return rename(t, olddirfd, oldpath, newdirfd, newpath, 0);
    }

    @Syscall(nr = Nr.renameat2)
    public static long sys_renameat2(
            Task t,
            int olddirfd,
            @As(Kind.PATH) long oldpath,
            int newdirfd,
            @As(Kind.PATH) long newpath,
            @As(Kind.HEX) int flags) {
        return rename(t, olddirfd, oldpath, newdirfd, newpath, flags);
    }

    private static long rename(Task t, int olddirfd, long oldpath, int newdirfd, long newpath, int flags) {
        Ref<String> from = new Ref<>();
        Ref<String> to = new Ref<>();
        int r = PathArg.read(t, oldpath, from);
        if (r == 0) {
            r = PathArg.read(t, newpath, to);
        }
        return r != 0 ? r : FileOps.rename(t, olddirfd, from.get(), newdirfd, to.get(), flags);
    }

    @Syscall(nr = Nr.mknod)
    public static long sys_mknod(Task t, long path, @As(Kind.OCTAL) int mode, int dev) {
        return mknod(t, AT_FDCWD, path, mode, dev);
    }

    @Syscall(nr = Nr.mknodat)
    public static long sys_mknodat(Task t, int dirfd, long path, @As(Kind.OCTAL) int mode, int dev) {
        return mknod(t, dirfd, path, mode, dev);
    }

    private static long mknod(Task t, int dirfd, long address, int mode, int dev) {
        int type = mode & S_IFMT;
        boolean mayMake = true;
        switch (type) {
            case 0, S_IFREG, S_IFIFO, S_IFSOCK -> {}
            case S_IFCHR, S_IFBLK -> {
                boolean whiteout = type == S_IFCHR && dev == 0;
                mayMake = whiteout
                        || t.creds().has(Cap.CAP_MKNOD) && CgroupMoves.mayMake(t, type == S_IFBLK, dev & 0xffffffffL);
            }
            case S_IFDIR -> {
                return -EPERM;
            }
            default -> {
                return -EINVAL;
            }
        }
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        if (r != 0) {
            return r;
        }
        boolean device = type == S_IFCHR || type == S_IFBLK;
        int full = type == 0 ? mode | S_IFREG : mode;
        if (!mayMake) {
            r = FileOps.newName(new PathWalk(t), dirfd, path.get(), false, t.creds());
            return r != 0 ? r : -EPERM; // what is wrong with the name comes first
        }
        return FileOps.mknod(t, dirfd, path.get(), full, device ? dev & 0xffffffffL : 0, null);
    }
}
