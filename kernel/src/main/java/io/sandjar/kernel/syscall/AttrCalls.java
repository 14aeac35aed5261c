// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.AttrOps;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLimits;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** Changes of attributes: mode, owner, times, size. */
public final class AttrCalls {
    private AttrCalls() {}

    // ---- mode ----

    @Syscall(nr = Nr.chmod)
    public static long sys_chmod(Task t, long path, @As(Kind.OCTAL) int mode) {
        return chmod(t, AT_FDCWD, path, mode, 0);
    }

    @Syscall(nr = Nr.fchmodat)
    public static long sys_fchmodat(Task t, int dirfd, long path, @As(Kind.OCTAL) int mode) {
        return chmod(t, dirfd, path, mode, 0);
    }

    @Syscall(nr = Nr.fchmodat2)
    public static long sys_fchmodat2(
            Task t, int dirfd, long path, @As(Kind.OCTAL) int mode, @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        return chmod(t, dirfd, path, mode, flags);
    }

    @Syscall(nr = Nr.fchmod)
    public static long sys_fchmod(Task t, int fd, @As(Kind.OCTAL) int mode) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : AttrOps.chmod(t, p.get(), mode);
    }

    private static long chmod(Task t, int dirfd, long path, int mode, int flags) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.findAt(t, dirfd, path, flags, p);
        return r != 0 ? r : AttrOps.chmod(t, p.get(), mode);
    }

    // ---- owner ----

    @Syscall(nr = Nr.chown)
    public static long sys_chown(Task t, long path, int owner, int group) {
        return chown(t, AT_FDCWD, path, owner, group, 0);
    }

    @Syscall(nr = Nr.lchown)
    public static long sys_lchown(Task t, long path, int owner, int group) {
        return chown(t, AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW);
    }

    @Syscall(nr = Nr.fchownat)
    public static long sys_fchownat(Task t, int dirfd, long path, int owner, int group, @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        return chown(t, dirfd, path, owner, group, flags);
    }

    @Syscall(nr = Nr.fchown)
    public static long sys_fchown(Task t, int fd, int owner, int group) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : chown(t, p.get(), owner, group);
    }

    private static long chown(Task t, Path p, int owner, int group) {
        UserNamespace n = t.creds().userNs();
        int uid = n.kernelUid(owner);
        int gid = n.kernelGid(group);
        return (owner != -1 && uid == -1) || (group != -1 && gid == -1) ? -EINVAL : AttrOps.chown(t, p, uid, gid);
    }

    private static long chown(Task t, int dirfd, long path, int owner, int group, int flags) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.findAt(t, dirfd, path, flags, p);
        return r != 0 ? r : chown(t, p.get(), owner, group);
    }

    // ---- times ----

    @Syscall(nr = Nr.utime)
    public static long sys_utime(Task t, long path, long times) {
        long[] v = null;
        if (times != 0) {
            byte[] b = new byte[16];
            int r = t.mem().read(times, b);
            if (r != 0) {
                return r;
            }
            v = new long[] {Bytes.i64(b, 0), 0, Bytes.i64(b, 8), 0};
        }
        return utimens(t, AT_FDCWD, path, v, 0);
    }

    @Syscall(nr = Nr.utimes)
    public static long sys_utimes(Task t, long path, long times) {
        return utimeval(t, AT_FDCWD, path, times);
    }

    @Syscall(nr = Nr.futimesat)
    public static long sys_futimesat(Task t, int dirfd, long path, long times) {
        return utimeval(t, dirfd, path, times);
    }

    private static long utimeval(Task t, int dirfd, long path, long times) {
        long[] v = null;
        if (times != 0) {
            v = new long[4];
            int r = readTimes(t, times, v);
            if (r != 0) {
                return r;
            }
            for (int i = 1; i < 4; i += 2) {
                if (v[i] < 0 || v[i] > 999_999) {
                    return -EINVAL;
                }
                v[i] *= 1000;
            }
        }
        return utimens(t, dirfd, path, v, 0);
    }

    private static int readTimes(Task t, long address, long[] out) {
        byte[] b = new byte[32];
        int r = t.mem().read(address, b);
        for (int i = 0; i < 4; i++) {
            out[i] = Bytes.i64(b, 8 * i);
        }
        return r;
    }

    @Syscall(nr = Nr.utimensat)
    public static long sys_utimensat(Task t, int dirfd, long path, long times, @As(Kind.AT_FLAGS) int flags) {
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        long[] v = null;
        if (times != 0) {
            v = new long[4];
            int r = readTimes(t, times, v);
            if (r != 0) {
                return r;
            }
        }
        return utimens(t, dirfd, path, v, flags);
    }

    private static long utimens(Task t, int dirfd, long path, long @Nullable [] times, int flags) {
        if (times != null && times[1] == UTIME_OMIT && times[3] == UTIME_OMIT) {
            return 0;
        }
        Ref<Path> p = new Ref<>();
        if (path == 0 && dirfd != AT_FDCWD && (flags & AT_EMPTY_PATH) == 0) {
            FileDescription f = t.fget(dirfd);
            if (f == null || (f.flags() & O_PATH) != 0) {
                return -EBADF;
            }
            return flags != 0 ? -EINVAL : AttrOps.utimens(t, Anonymous.path(f), times);
        }
        int r = PathArg.findAt(t, dirfd, path, flags, p);
        return r != 0 ? r : AttrOps.utimens(t, p.get(), times);
    }

    // ---- size ----

    @Syscall(nr = Nr.truncate)
    public static long sys_truncate(Task t, long path, long length) {
        if (length < 0) {
            return -EINVAL;
        }
        Ref<Path> p = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, path, 0, p);
        return r != 0 ? r : AttrOps.truncate(t, p.get(), length);
    }

    @Syscall(nr = Nr.ftruncate)
    public static long sys_ftruncate(Task t, int fd, long length) {
        if (length < 0) {
            return -EINVAL;
        }
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        if (!f.writable() || !f.inode().isRegular()) {
            return -EINVAL;
        }
        return Io.modified(f, f.ftruncate(t, length));
    }

    @Syscall(
            nr = Nr.fallocate,
            support = Support.FULL,
            note =
                    "files in memory as on tmpfs: without COLLAPSE_RANGE, INSERT_RANGE, ZERO_RANGE and UNSHARE_RANGE; directories of the host as there")
    public static long sys_fallocate(Task t, int fd, @As(Kind.HEX) int mode, long offset, long length) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        if (offset < 0 || length <= 0) {
            return -EINVAL;
        }
        if (!isAllocation(mode)) {
            return -EOPNOTSUPP;
        }
        if (!f.writable()) {
            return -EBADF;
        }
        if (!f.inode().isRegular()) {
            return (f.inode().mode() & S_IFMT) == S_IFIFO ? -ESPIPE : f.inode().isDir() ? -EISDIR : -ENODEV;
        }
        if (offset + length > FileLimits.MAX || offset + length < 0) {
            return -EFBIG;
        }
        return Io.modified(f, f.fallocate(t, mode, offset, length));
    }

    /** Whether bits of fallocate(2) go together: one thing to do at most, and that with or without KEEP_SIZE as it must be. */
    private static boolean isAllocation(int mode) {
        boolean keep = (mode & FALLOC_FL_KEEP_SIZE) != 0;
        return switch (mode & ~FALLOC_FL_KEEP_SIZE) {
            case 0, FALLOC_FL_ZERO_RANGE, FALLOC_FL_UNSHARE_RANGE -> true;
            case FALLOC_FL_PUNCH_HOLE -> keep;
            case FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE -> !keep;
            default -> false;
        };
    }
}
