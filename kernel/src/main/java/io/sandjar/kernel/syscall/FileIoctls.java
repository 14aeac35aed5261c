// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Ioctl;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;
import org.jspecify.annotations.Nullable;

/** Questions of ioctl(2) that are the same for files of all file systems. None here shares blocks or tells where they lie. */
final class FileIoctls {
    private static final int BLOCK = 4096;

    private FileIoctls() {}

    static boolean isOne(int cmd) {
        return switch (cmd) {
            case Ioctl.FIOQSIZE,
                    Ioctl.FIONREAD,
                    Ioctl.FIBMAP,
                    Ioctl.FIGETBSZ,
                    Ioctl.FICLONE,
                    Ioctl.FICLONERANGE,
                    Ioctl.FS_IOC_FIEMAP -> true;
            default -> false;
        };
    }

    static long call(Task t, FileDescription f, int cmd, long arg) {
        Inode i = f.inode();
        return switch (cmd) {
            case Ioctl.FIOQSIZE -> i.isRegular() || i.isDir() ? allocated(t, i, arg) : -ENOTTY;
            case Ioctl.FIONREAD -> i.isRegular() ? unread(t, f, arg) : f.ioctl(t, cmd, arg);
            case Ioctl.FIBMAP ->
                // no file has blocks on a device
                !i.isRegular() ? f.ioctl(t, cmd, arg) : t.creds().has(Cap.CAP_SYS_RAWIO) ? -EINVAL : -EPERM;
            case Ioctl.FIGETBSZ -> t.mem().writeInt(arg, BLOCK);
            case Ioctl.FICLONE -> share(t.fget((int) arg), f);
            case Ioctl.FICLONERANGE -> shareRange(t, f, arg);
            default -> -EOPNOTSUPP;
        };
    }

    private static long allocated(Task t, Inode i, long arg) {
        Stat st = new Stat();
        int r = i.stat(st);
        return r < 0 ? r : t.mem().writeLong(arg, st.blocks << 9);
    }

    private static long unread(Task t, FileDescription f, long arg) {
        Stat st = new Stat();
        long r = f.inode().stat(st);
        long pos = r < 0 ? r : f.lseek(t, 0, SEEK_CUR);
        return pos < 0 ? pos : t.mem().writeInt(arg, (int) (st.size - pos));
    }

    private static long shareRange(Task t, FileDescription f, long arg) {
        long[] fd = new long[1]; // the first field of struct file_clone_range
        int r = t.mem().readLong(arg, fd);
        return r != 0 ? r : share(t.fget((int) fd[0]), f);
    }

    /** What Linux checks before it asks a file system that cannot share blocks. */
    private static long share(@Nullable FileDescription from, FileDescription to) {
        if (from == null || (from.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        Inode a = from.inode();
        Inode b = to.inode();
        if (a.fs != b.fs && a.fs.dev() != b.fs.dev()) {
            return -EXDEV;
        }
        if (a.isDir() || b.isDir()) {
            return -EISDIR;
        }
        if (!a.isRegular() || !b.isRegular()) {
            return -EINVAL;
        }
        boolean open = from.readable() && to.writable() && (to.flags() & O_APPEND) == 0;
        return open ? -EOPNOTSUPP : -EBADF;
    }
}
