// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLocks;
import io.sandjar.kernel.vfs.PathWalk;

/** Writing back, whole-file locks. */
public final class FileSystemCalls {
    private static final int AT_HANDLE_FID = 0x200;
    private static final int AT_HANDLE_MNT_ID_UNIQUE = 1;
    private static final int MAX_HANDLE = 128;

    private FileSystemCalls() {}

    @Syscall(nr = Nr.sync)
    public static long sys_sync(Task t) {
        return 0;
    }

    @Syscall(nr = Nr.syncfs)
    public static long sys_syncfs(Task t, int fd) {
        FileDescription f = t.fget(fd);
        return f == null || (f.flags() & O_PATH) != 0 ? -EBADF : 0;
    }

    @Syscall(nr = Nr.fsync)
    public static long sys_fsync(Task t, int fd) {
        return fsync(t, fd, false);
    }

    @Syscall(nr = Nr.fdatasync)
    public static long sys_fdatasync(Task t, int fd) {
        return fsync(t, fd, true);
    }

    private static long fsync(Task t, int fd, boolean dataOnly) {
        FileDescription f = t.fget(fd);
        return f == null || (f.flags() & O_PATH) != 0 ? -EBADF : f.fsync(t, dataOnly);
    }

    @Syscall(nr = Nr.flock)
    public static long sys_flock(Task t, int fd, int operation) {
        if ((operation & LOCK_MAND) != 0) {
            return 0; // locks of a kind that Linux no longer has: accepted, and of no effect
        }
        int kind = operation & ~LOCK_NB;
        if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN) {
            return -EINVAL;
        }
        FileDescription f = Io.open(t, fd);
        return f == null ? -EBADF : FileLocks.flock(t, f, operation);
    }

    // ---- handles: no file system here has any ----

    @Syscall(
            nr = Nr.name_to_handle_at,
            support = Support.REFUSED,
            note = "EOPNOTSUPP, as on file systems that cannot be exported")
    public static long sys_name_to_handle_at(
            Task t, int dirfd, @As(Kind.PATH) long path, long handle, long mountId, @As(Kind.HEX) int flags) {
        int known = AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID | AT_HANDLE_MNT_ID_UNIQUE;
        if ((flags & ~known) != 0) {
            return -EINVAL;
        }
        int walk = ((flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : PathWalk.NOFOLLOW)
                | ((flags & AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        int r = PathArg.find(t, dirfd, path, walk, new Ref<>());
        return r != 0 ? r : -EOPNOTSUPP;
    }

    @Syscall(
            nr = Nr.open_by_handle_at,
            support = Support.REFUSED,
            note = "ESTALE, since there are no handles; EPERM without CAP_DAC_READ_SEARCH")
    public static long sys_open_by_handle_at(Task t, int mountFd, long handle, @As(Kind.HEX) int flags) {
        if (!t.creds().has(Cap.CAP_DAC_READ_SEARCH)) {
            return -EPERM;
        }
        byte[] head = new byte[8];
        int r = t.mem().read(handle, head);
        if (r != 0) {
            return r;
        }
        int bytes = Bytes.i32(head, 0);
        if (bytes <= 0 || bytes > MAX_HANDLE) {
            return -EINVAL;
        }
        return mountFd != AT_FDCWD && t.fget(mountFd) == null ? -EBADF : -ESTALE;
    }
}
