// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.StatLayout;
import io.sandjar.abi.StatfsLayout;
import io.sandjar.abi.StatxLayout;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Looking at files: attributes, access, link texts, file systems. */
public final class StatCalls {
    private StatCalls() {}

    @Syscall(nr = Nr.stat)
    public static long sys_stat(Task t, long path, long statbuf) {
        return stat(t, AT_FDCWD, path, 0, statbuf);
    }

    @Syscall(nr = Nr.lstat)
    public static long sys_lstat(Task t, long path, long statbuf) {
        return stat(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, statbuf);
    }

    @Syscall(nr = Nr.newfstatat)
    public static long sys_newfstatat(Task t, int dirfd, long path, long statbuf, @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) != 0) {
            return -EINVAL;
        }
        return stat(t, dirfd, path, flags, statbuf);
    }

    @Syscall(nr = Nr.fstat)
    public static long sys_fstat(Task t, int fd, long statbuf) {
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        Stat s = new Stat();
        int r = f.stat(s);
        return r != 0 ? r : write(t, s, statbuf);
    }

    private static long stat(Task t, int dirfd, long path, int flags, long statbuf) {
        Stat s = new Stat();
        int r = find(t, dirfd, path, flags, s, null);
        return r != 0 ? r : write(t, s, statbuf);
    }

    /** The attributes of what a path argument names; of a descriptor for an empty path. */
    private static int find(Task t, int dirfd, long address, int flags, Stat s, @Nullable Ref<Path> where) {
        Ref<String> path = new Ref<>();
        boolean emptyAllowed = (flags & AT_EMPTY_PATH) != 0;
        if (emptyAllowed && address == 0) {
            path.set("");
        } else {
            int r = PathArg.read(t, address, path);
            if (r != 0) {
                return r;
            }
        }
        if (emptyAllowed && dirfd != AT_FDCWD && path.get().isEmpty()) {
            FileDescription f = t.fget(dirfd);
            if (f == null) {
                return -EBADF;
            }
            if (where != null) {
                where.set(f.path());
            }
            return f.stat(s);
        }
        int walk = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0;
        Ref<Path> found = where == null ? new Ref<>() : where;
        int r = PathWalk.find(t, dirfd, path.get(), emptyAllowed ? walk | PathWalk.EMPTY : walk, found);
        return r != 0 ? r : found.get().inode().stat(s);
    }

    private static long write(Task t, Stat s, long address) {
        byte[] b = t.mem().scratch(StatLayout.SIZEOF);
        Arrays.fill(b, 0, StatLayout.SIZEOF, (byte) 0);
        Bytes.put64(b, StatLayout.st_dev, s.dev);
        Bytes.put64(b, StatLayout.st_ino, s.ino);
        Bytes.put64(b, StatLayout.st_nlink, s.nlink);
        Bytes.put32(b, StatLayout.st_mode, s.mode);
        Bytes.put32(b, StatLayout.st_uid, t.creds().userNs().shownUid(s.uid));
        Bytes.put32(b, StatLayout.st_gid, t.creds().userNs().shownGid(s.gid));
        Bytes.put64(b, StatLayout.st_rdev, s.rdev);
        Bytes.put64(b, StatLayout.st_size, s.size);
        Bytes.put64(b, StatLayout.st_blksize, s.blksize);
        Bytes.put64(b, StatLayout.st_blocks, s.blocks);
        Bytes.put64(b, StatLayout.st_atime, s.atimeSec);
        Bytes.put64(b, StatLayout.st_atime_nsec, s.atimeNsec);
        Bytes.put64(b, StatLayout.st_mtime, s.mtimeSec);
        Bytes.put64(b, StatLayout.st_mtime_nsec, s.mtimeNsec);
        Bytes.put64(b, StatLayout.st_ctime, s.ctimeSec);
        Bytes.put64(b, StatLayout.st_ctime_nsec, s.ctimeNsec);
        return t.mem().write(address, b, 0, StatLayout.SIZEOF);
    }

    @Syscall(nr = Nr.statx)
    public static long sys_statx(
            Task t, int dirfd, long path, @As(Kind.AT_FLAGS) int flags, @As(Kind.HEX) int mask, long statxbuf) {
        int known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE;
        if (mask < 0 || (flags & ~known) != 0 || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) {
            return -EINVAL;
        }
        Stat s = new Stat();
        Ref<Path> where = new Ref<>();
        int r = find(t, dirfd, path, flags, s, where);
        if (r != 0) {
            return r;
        }
        byte[] b = t.mem().scratch(StatxLayout.SIZEOF);
        Arrays.fill(b, 0, StatxLayout.SIZEOF, (byte) 0);
        Path p = where.orNull();
        boolean born = s.btimeSec != 0 || s.btimeNsec != 0;
        int given = STATX_BASIC_STATS | (born ? STATX_BTIME : 0);
        if (p != null) {
            boolean unique = (mask & STATX_MNT_ID_UNIQUE) != 0;
            given |= unique ? STATX_MNT_ID_UNIQUE : STATX_MNT_ID;
            Bytes.put64(
                    b,
                    StatxLayout.stx_mnt_id,
                    unique ? p.mount().uniqueId() : p.mount().id());
        }
        Bytes.put32(b, StatxLayout.stx_mask, given);
        Bytes.put32(b, StatxLayout.stx_blksize, s.blksize);
        Bytes.put64(b, StatxLayout.stx_attributes_mask, STATX_ATTR_MOUNT_ROOT);
        if (p != null && p.dentry() == p.mount().root()) {
            Bytes.put64(b, StatxLayout.stx_attributes, STATX_ATTR_MOUNT_ROOT);
        }
        Bytes.put32(b, StatxLayout.stx_nlink, s.nlink);
        Bytes.put32(b, StatxLayout.stx_uid, t.creds().userNs().shownUid(s.uid));
        Bytes.put32(b, StatxLayout.stx_gid, t.creds().userNs().shownGid(s.gid));
        Bytes.put16(b, StatxLayout.stx_mode, s.mode);
        Bytes.put64(b, StatxLayout.stx_ino, s.ino);
        Bytes.put64(b, StatxLayout.stx_size, s.size);
        Bytes.put64(b, StatxLayout.stx_blocks, s.blocks);
        time(b, StatxLayout.stx_atime, s.atimeSec, s.atimeNsec);
        time(b, StatxLayout.stx_btime, s.btimeSec, s.btimeNsec);
        time(b, StatxLayout.stx_ctime, s.ctimeSec, s.ctimeNsec);
        time(b, StatxLayout.stx_mtime, s.mtimeSec, s.mtimeNsec);
        Bytes.put32(b, StatxLayout.stx_rdev_major, Stat.major(s.rdev));
        Bytes.put32(b, StatxLayout.stx_rdev_minor, Stat.minor(s.rdev));
        Bytes.put32(b, StatxLayout.stx_dev_major, Stat.major(s.dev));
        Bytes.put32(b, StatxLayout.stx_dev_minor, Stat.minor(s.dev));
        return t.mem().write(statxbuf, b, 0, StatxLayout.SIZEOF);
    }

    private static void time(byte[] b, int at, long sec, int nsec) {
        Bytes.put64(b, at, sec);
        Bytes.put32(b, at + 8, nsec);
    }

    // ---- access ----

    @Syscall(nr = Nr.access)
    public static long sys_access(Task t, long path, int mode) {
        return access(t, AT_FDCWD, path, mode, 0);
    }

    @Syscall(nr = Nr.faccessat)
    public static long sys_faccessat(Task t, int dirfd, long path, int mode) {
        return access(t, dirfd, path, mode, 0);
    }

    @Syscall(nr = Nr.faccessat2)
    public static long sys_faccessat2(Task t, int dirfd, long path, int mode, @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        return access(t, dirfd, path, mode, flags);
    }

    private static long access(Task t, int dirfd, long address, int mode, int flags) {
        if ((mode & ~7) != 0) {
            return -EINVAL;
        }
        Creds creds = (flags & AT_EACCESS) != 0 ? t.creds() : Permissions.real(t.creds());
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        if (r != 0) {
            return r;
        }
        int walk = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0;
        if ((flags & AT_EMPTY_PATH) != 0) {
            walk |= PathWalk.EMPTY;
        }
        Ref<Path> found = new Ref<>();
        r = new PathWalk(t).as(creds).walk(dirfd, path.get(), walk, found);
        if (r != 0) {
            return r;
        }
        Path p = found.get();
        Inode i = p.inode();
        if ((mode & X_OK) != 0 && i.isRegular() && (p.mount().flags() & Mount.NOEXEC) != 0) {
            return -EACCES;
        }
        r = Permissions.may(creds, i, mode);
        if (r == 0 && (mode & W_OK) != 0 && p.mount().readOnly() && (i.isRegular() || i.isDir() || i.isSymlink())) {
            r = -EROFS;
        }
        return r;
    }

    // ---- links ----

    @Syscall(nr = Nr.readlink)
    public static long sys_readlink(Task t, long path, long buf, int bufsiz) {
        return readlink(t, AT_FDCWD, path, buf, bufsiz);
    }

    @Syscall(nr = Nr.readlinkat)
    public static long sys_readlinkat(Task t, int dirfd, long path, long buf, int bufsiz) {
        return readlink(t, dirfd, path, buf, bufsiz);
    }

    private static long readlink(Task t, int dirfd, long address, long buf, int size) {
        if (size <= 0) {
            return -EINVAL;
        }
        Ref<String> path = new Ref<>();
        int r = PathArg.read(t, address, path);
        if (r != 0) {
            return r;
        }
        boolean empty = path.get().isEmpty();
        Ref<Path> found = new Ref<>();
        r = PathWalk.find(t, dirfd, path.get(), PathWalk.NOFOLLOW | PathWalk.EMPTY, found);
        if (empty && dirfd == AT_FDCWD) {
            return -ENOENT;
        }
        if (r != 0) {
            return r;
        }
        Inode i = found.get().inode();
        if (!i.isSymlink()) {
            return empty ? -ENOENT : -EINVAL;
        }
        Ref<String> text = new Ref<>();
        r = i.readlink(t, text);
        if (r != 0) {
            return r;
        }
        byte[] b = text.get().getBytes(StandardCharsets.ISO_8859_1);
        int n = Math.min(b.length, size);
        r = t.mem().write(buf, b, 0, n);
        return r != 0 ? r : n;
    }

    // ---- file systems ----

    @Syscall(nr = Nr.statfs)
    public static long sys_statfs(Task t, long path, long buf) {
        Ref<Path> found = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, path, 0, found);
        return r != 0 ? r : statfs(t, found.get().mount(), found.get().inode().fs, buf);
    }

    @Syscall(nr = Nr.fstatfs)
    public static long sys_fstatfs(Task t, int fd, long buf) {
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        Path p = f.path();
        return statfs(t, p == null ? null : p.mount(), f.inode().fs, buf);
    }

    /** ST_* bits: those of the mount, but for the ones of times of access, which are a bit further down. */
    private static int flags(Mount m) {
        int f = m.flags();
        int out = f & 15 | (m.readOnly() ? Mount.RDONLY : 0) | f & (Mount.NOATIME | Mount.NODIRATIME);
        if ((f & (Mount.NOATIME | Mount.STRICTATIME)) == 0) {
            out |= 4096;
        }
        return (f & Mount.NOSYMFOLLOW) != 0 ? out | 8192 : out;
    }

    private static long statfs(Task t, @Nullable Mount m, FileSystem fs, long address) {
        FileSystem.StatFs s = new FileSystem.StatFs();
        fs.statfs(s);
        byte[] b = new byte[StatfsLayout.SIZEOF];
        Bytes.put64(b, StatfsLayout.f_type, s.type);
        Bytes.put64(b, StatfsLayout.f_bsize, s.bsize);
        Bytes.put64(b, StatfsLayout.f_blocks, s.blocks);
        Bytes.put64(b, StatfsLayout.f_bfree, s.bfree);
        Bytes.put64(b, StatfsLayout.f_bavail, s.bavail);
        Bytes.put64(b, StatfsLayout.f_files, s.files);
        Bytes.put64(b, StatfsLayout.f_ffree, s.ffree);
        Bytes.put64(b, StatfsLayout.f_fsid, fs.dev());
        Bytes.put64(b, StatfsLayout.f_namelen, s.namelen);
        Bytes.put64(b, StatfsLayout.f_frsize, s.bsize);
        // ST_VALID and the mount's flags, whose bits are those of ST_RDONLY, NOSUID, NODEV, NOEXEC
        Bytes.put64(b, StatfsLayout.f_flags, 0x20 | (m == null ? 0 : flags(m)));
        return t.mem().write(address, b);
    }
}
