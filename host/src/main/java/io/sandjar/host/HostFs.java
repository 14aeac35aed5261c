// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import io.sandjar.abi.StatxLayout;
import java.nio.ByteBuffer;

/**
 * Host calls on files that are named by a directory descriptor and one component. No call here follows a link or
 * leaves the directory. Results are values or -errno.
 */
public final class HostFs {
    /** RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS: on every open. */
    private static final long RESOLVE = 0x8 | 0x4 | 0x2;

    private static final long NO_XDEV = 1;
    private static final int O_PATH = 010000000;
    private static final int NOFOLLOW = 0400000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int EXDEV = 18;
    private static final int EACCES = 13;
    private static final int EAGAIN = 11;

    private HostFs() {}

    /** statx of {@code name} in {@code dirfd}, or of {@code dirfd} itself for an empty name. */
    public static int statx(int dirfd, String name, HostStat out) {
        Scratch s = Scratch.take();
        try {
            long p = s.putString(512, name);
            int flags = name.isEmpty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW | 0x800;
            long r = Native.sys(Nr.statx, dirfd, p, flags, 0xfff, s.address, 0);
            if (r == 0) {
                fill(s.buf, out);
            }
            return (int) r;
        } finally {
            s.give();
        }
    }

    private static void fill(ByteBuffer b, HostStat o) {
        o.mode = b.getShort(StatxLayout.stx_mode) & 0xffff;
        o.nlink = b.getInt(StatxLayout.stx_nlink);
        o.uid = b.getInt(StatxLayout.stx_uid);
        o.gid = b.getInt(StatxLayout.stx_gid);
        o.ino = b.getLong(StatxLayout.stx_ino);
        o.size = b.getLong(StatxLayout.stx_size);
        o.blocks = b.getLong(StatxLayout.stx_blocks);
        o.blksize = b.getInt(StatxLayout.stx_blksize);
        o.devMajor = b.getInt(StatxLayout.stx_dev_major);
        o.devMinor = b.getInt(StatxLayout.stx_dev_minor);
        o.rdevMajor = b.getInt(StatxLayout.stx_rdev_major);
        o.rdevMinor = b.getInt(StatxLayout.stx_rdev_minor);
        o.atimeSec = b.getLong(StatxLayout.stx_atime);
        o.atimeNsec = b.getInt(StatxLayout.stx_atime + 8);
        o.mtimeSec = b.getLong(StatxLayout.stx_mtime);
        o.mtimeNsec = b.getInt(StatxLayout.stx_mtime + 8);
        o.ctimeSec = b.getLong(StatxLayout.stx_ctime);
        o.ctimeNsec = b.getInt(StatxLayout.stx_ctime + 8);
        o.btimeSec = b.getLong(StatxLayout.stx_btime);
        o.btimeNsec = b.getInt(StatxLayout.stx_btime + 8);
        o.askedNanos = System.nanoTime();
    }

    /**
     * Opens one component. What lies on a kernel's own file system (proc, sysfs, ...) is refused with -EACCES: the
     * first try does not cross a mount, so the question is asked only at one.
     */
    public static int open(int dirfd, String name, int flags, int mode) {
        int fd = again(dirfd, name, flags, mode, RESOLVE | NO_XDEV);
        if (fd != -EXDEV) {
            return fd;
        }
        int probe = again(dirfd, name, O_PATH | NOFOLLOW, 0, RESOLVE);
        if (probe < 0) {
            return probe;
        }
        boolean refused = refused(fsType(probe));
        if (refused || (flags & O_PATH) != 0) {
            if (!refused) {
                return probe;
            }
            Sys.close(probe);
            return -EACCES;
        }
        Sys.close(probe);
        return again(dirfd, name, flags, mode, RESOLVE);
    }

    private static int again(int dirfd, String name, int flags, int mode, long resolve) {
        int fd = Sys.openat2(dirfd, name, flags | NOFOLLOW, mode, resolve);
        for (int i = 0; fd == -EAGAIN && i < 16; i++) { // a rename raced with RESOLVE_BENEATH
            fd = Sys.openat2(dirfd, name, flags | NOFOLLOW, mode, resolve);
        }
        return fd;
    }

    /** f_type of the file system of a descriptor; -errno. */
    public static long fsType(int fd) {
        Scratch s = Scratch.take();
        try {
            long r = Native.sys(Nr.fstatfs, fd, s.address, 0, 0, 0, 0);
            return r < 0 ? r : s.buf.getLong(0);
        } finally {
            s.give();
        }
    }

    /** type, bsize, blocks, bfree, bavail, files, ffree, namelen. */
    public static int statfs(int fd, long[] out) {
        Scratch s = Scratch.take();
        try {
            long r = Native.sys(Nr.fstatfs, fd, s.address, 0, 0, 0, 0);
            for (int i = 0; i < 7 && r == 0; i++) {
                out[i] = s.buf.getLong(i * 8);
            }
            out[7] = s.buf.getLong(64);
            return (int) r;
        } finally {
            s.give();
        }
    }

    /** Whether files of this f_type are a kernel's own state and not for guests. */
    private static boolean refused(long type) {
        return switch ((int) type) {
            case 0x9fa0, // proc
                    0x62656572, // sysfs
                    0x1cd1, // devpts
                    0x27e0eb, // cgroup
                    0x63677270, // cgroup2
                    0x64626720, // debugfs
                    0x74726163, // tracefs
                    0x73636673, // securityfs
                    0xcafe4a11, // bpf
                    0x19800202, // mqueue
                    0x62656570, // configfs
                    0xde5e81e4, // efivarfs
                    0x42494e4d, // binfmt_misc
                    0x6165676c, // pstore
                    0x6e736673, // nsfs
                    0xf97cff8c, // selinuxfs
                    0x65735543, // fusectl
                    0x67596969 // rpc_pipefs
            -> true;
            default -> type < 0 && type > -4096;
        };
    }

    /** Entries of a directory as linux_dirent64 records: bytes, 0 at the end. */
    public static int getdents(int fd, byte[] buf) {
        Scratch s = Scratch.take();
        try {
            long n = Native.sys(Nr.getdents64, fd, s.address, Math.min(buf.length, Scratch.SIZE), 0, 0, 0);
            if (n > 0) {
                s.buf.get(0, buf, 0, (int) n);
            }
            return (int) n;
        } finally {
            s.give();
        }
    }

    /** Any *at call whose arguments are a descriptor, a name and up to three numbers. */
    public static int nameCall(int nr, int dirfd, String name, long a, long b, long c) {
        return (int) Sys.callWithPath(nr, 1, name, dirfd, a, b, c, 0);
    }

    public static int symlink(String target, int dirfd, String name) {
        Scratch s = Scratch.take();
        try {
            long t = s.putString(0, target);
            long n = s.putString(8192, name);
            return (int) Native.sys(Nr.symlinkat, t, dirfd, n, 0, 0, 0);
        } finally {
            s.give();
        }
    }

    /** renameat2 or linkat: two names in two directories. */
    public static int twoNames(int nr, int oldDir, String oldName, int newDir, String newName, int flags) {
        Scratch s = Scratch.take();
        try {
            long o = s.putString(0, oldName);
            long n = s.putString(8192, newName);
            return (int) Native.sys(nr, oldDir, o, newDir, n, flags, 0);
        } finally {
            s.give();
        }
    }

    /** utimensat of a link itself, or of {@code dirfd} for an empty name; nanoseconds may be UTIME_OMIT. */
    public static int utimens(int dirfd, String name, long aSec, long aNsec, long mSec, long mNsec) {
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, aSec);
            s.buf.putLong(8, aNsec);
            s.buf.putLong(16, mSec);
            s.buf.putLong(24, mNsec);
            long p = s.putString(64, name);
            int flags = name.isEmpty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
            return (int) Native.sys(Nr.utimensat, dirfd, p, s.address, flags, 0, 0);
        } finally {
            s.give();
        }
    }

    /** As {@link #utimens(int, String, long, long, long, long)} of an open file. */
    public static int utimens(int fd, long aSec, long aNsec, long mSec, long mNsec) {
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, aSec);
            s.buf.putLong(8, aNsec);
            s.buf.putLong(16, mSec);
            s.buf.putLong(24, mNsec);
            return (int) Native.sys(Nr.utimensat, fd, 0, s.address, 0, 0, 0);
        } finally {
            s.give();
        }
    }

    /** Copies between host files at given offsets, neither descriptor's position being used; bytes or -errno. */
    public static long copy(int from, long fromOff, int to, long toOff, long len) {
        Scratch s = Scratch.take();
        try {
            long done = 0;
            while (done < len) {
                long n = Math.min(len - done, Scratch.SIZE);
                long r = Native.sys(Nr.pread64, from, s.address, n, fromOff + done, 0, 0);
                if (r > 0) {
                    r = Native.sys(Nr.pwrite64, to, s.address, r, toOff + done, 0, 0);
                }
                if (r <= 0) {
                    return done > 0 || r == 0 ? done : r;
                }
                done += r;
            }
            return done;
        } finally {
            s.give();
        }
    }

    /** A second descriptor of an open file with another access mode. */
    public static int reopen(int fd, int flags) {
        return HostFiles.reopen(fd, flags);
    }

    /** fgetxattr and flistxattr with a buffer that is large enough: the value, or null with {@code err[0]} set. */
    public static byte @org.jspecify.annotations.Nullable [] xattr(int nr, int fd, String name, int[] err) {
        Scratch s = Scratch.take();
        try {
            long p = s.putString(0, name);
            int room = Scratch.SIZE - 1024;
            long n = nr == Nr.flistxattr
                    ? Native.sys(nr, fd, s.address + 1024, room, 0, 0, 0)
                    : Native.sys(nr, fd, p, s.address + 1024, room, 0, 0);
            if (n < 0) {
                err[0] = (int) n;
                return null;
            }
            byte[] v = new byte[(int) n];
            s.buf.get(1024, v);
            return v;
        } finally {
            s.give();
        }
    }

    public static int fsetxattr(int fd, String name, byte[] value, int flags) {
        if (value.length > Scratch.SIZE - 1024) {
            return -7; // E2BIG
        }
        Scratch s = Scratch.take();
        try {
            long p = s.putString(0, name);
            s.buf.put(1024, value);
            return (int) Native.sys(Nr.fsetxattr, fd, p, s.address + 1024, value.length, flags, 0);
        } finally {
            s.give();
        }
    }
}
