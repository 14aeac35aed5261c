// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileLocks;

/** Writing back, whole-file locks. */
public final class FileSystemCalls {
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
        FileDescription f = t.fget(fd);
        return f == null || (f.flags() & O_PATH) != 0 ? -EBADF : FileLocks.flock(t, f, operation);
    }
}
