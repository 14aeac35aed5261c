// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static io.sandjar.kernel.syscall.Io.MAX_RW_COUNT;
import static io.sandjar.kernel.syscall.Io.outside;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Stat;
import io.sandjar.kernel.vfs.UserIo;
import org.jspecify.annotations.Nullable;

/** Reading, writing and seeking through descriptors. */
public final class IoCalls {
    /** O_APPEND of the description does not count. */
    private static final int RWF_NOAPPEND = 0x20;

    private static final int RWF_FLAGS = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND;

    private IoCalls() {}

    /** Whether {@code count} bytes at a position can be transferred: 0, -EBADF, -ESPIPE or -EINVAL. */
    private static int mayAt(@Nullable FileDescription f, long off, long count, boolean writing) {
        if (f == null || !(writing ? f.writable() : f.readable())) {
            return f != null && (f.flags() & O_PATH) == 0 && f.streams() ? -ESPIPE : -EBADF;
        }
        return off + count < 0 ? -EINVAL : 0;
    }

    @Syscall(nr = Nr.read)
    public static long sys_read(Task t, int fd, long buf, long count) {
        FileDescription f = t.fget(fd);
        if (f == null || !f.readable()) {
            return -EBADF;
        }
        if (outside(buf, count)) {
            return -EFAULT;
        }
        return Io.read(t, f, t.userIo(buf, Math.min(count, MAX_RW_COUNT)), f.nonblocking());
    }

    @Syscall(nr = Nr.write)
    public static long sys_write(Task t, int fd, long buf, long count) {
        FileDescription f = t.fget(fd);
        if (f == null || !f.writable()) {
            return -EBADF;
        }
        if (outside(buf, count)) {
            return -EFAULT;
        }
        return Io.write(t, f, t.userIo(buf, Math.min(count, MAX_RW_COUNT)), f.nonblocking());
    }

    @Syscall(nr = Nr.readv)
    public static long sys_readv(Task t, int fd, long iov, int iovcnt) {
        FileDescription f = t.fget(fd);
        if (f == null || !f.readable()) {
            return -EBADF;
        }
        UserIo io = t.reusableIo();
        int r = io.reset(t.mem(), iov, iovcnt, MAX_RW_COUNT);
        return r < 0 || io.remaining() == 0 ? r : Io.read(t, f, io, f.nonblocking());
    }

    @Syscall(nr = Nr.writev)
    public static long sys_writev(Task t, int fd, long iov, int iovcnt) {
        FileDescription f = t.fget(fd);
        if (f == null || !f.writable()) {
            return -EBADF;
        }
        UserIo io = t.reusableIo();
        int r = io.reset(t.mem(), iov, iovcnt, MAX_RW_COUNT);
        return r < 0 || io.remaining() == 0 ? r : Io.write(t, f, io, f.nonblocking());
    }

    @Syscall(nr = Nr.pread64)
    public static long sys_pread64(Task t, int fd, long buf, long count, long off) {
        if (off < 0) {
            return -EINVAL;
        }
        FileDescription f = t.fget(fd);
        int r = mayAt(f, off, Math.min(Math.max(count, 0), MAX_RW_COUNT), false);
        if (f == null || r < 0) {
            return r;
        }
        if (outside(buf, count)) {
            return -EFAULT;
        }
        return Io.accessed(t, f, f.pread(t, t.userIo(buf, Math.min(count, MAX_RW_COUNT)), off));
    }

    @Syscall(nr = Nr.pwrite64)
    public static long sys_pwrite64(Task t, int fd, long buf, long count, long off) {
        if (off < 0) {
            return -EINVAL;
        }
        FileDescription f = t.fget(fd);
        int r = mayAt(f, off, Math.min(Math.max(count, 0), MAX_RW_COUNT), true);
        if (f == null || r < 0) {
            return r;
        }
        if (outside(buf, count)) {
            return -EFAULT;
        }
        return Io.modified(t, f, f.pwrite(t, t.userIo(buf, Math.min(count, MAX_RW_COUNT)), off));
    }

    @Syscall(nr = Nr.preadv)
    public static long sys_preadv(Task t, int fd, long iov, int iovcnt, long offLow) {
        return offLow < 0 ? -EINVAL : preadv(t, fd, iov, iovcnt, offLow, 0);
    }

    @Syscall(nr = Nr.pwritev)
    public static long sys_pwritev(Task t, int fd, long iov, int iovcnt, long offLow) {
        return offLow < 0 ? -EINVAL : pwritev(t, fd, iov, iovcnt, offLow, 0);
    }

    @Syscall(nr = Nr.preadv2)
    public static long sys_preadv2(Task t, int fd, long iov, int iovcnt, long offLow, long offHigh, int flags) {
        if ((flags & ~RWF_FLAGS) != 0) {
            return -EOPNOTSUPP;
        }
        return offLow < -1 ? -EINVAL : preadv(t, fd, iov, iovcnt, offLow, flags);
    }

    @Syscall(nr = Nr.pwritev2)
    public static long sys_pwritev2(Task t, int fd, long iov, int iovcnt, long offLow, long offHigh, int flags) {
        if ((flags & ~RWF_FLAGS) != 0) {
            return -EOPNOTSUPP;
        }
        if ((flags & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND)) {
            return -EINVAL;
        }
        return offLow < -1 ? -EINVAL : pwritev(t, fd, iov, iovcnt, offLow, flags);
    }

    /** Reads the pieces of a transfer at a position (-1: the description's own) and checks it: 0 or -errno. */
    private static int beginAt(
            Task t, @Nullable FileDescription f, UserIo io, long iov, int iovcnt, long off, boolean writing) {
        int r = off != -1
                ? mayAt(f, off, 0, writing)
                : f == null || !(writing ? f.writable() : f.readable()) ? -EBADF : 0;
        r = r < 0 ? r : io.reset(t.mem(), iov, iovcnt, MAX_RW_COUNT);
        return r < 0 ? r : off + io.remaining() < -1 ? -EINVAL : 0;
    }

    /** @param off file offset, or -1 for the description's position */
    private static long preadv(Task t, int fd, long iov, int iovcnt, long off, int flags) {
        FileDescription f = t.fget(fd);
        UserIo io = t.reusableIo();
        int r = beginAt(t, f, io, iov, iovcnt, off, false);
        if (f == null || r < 0 || io.remaining() == 0) {
            return r;
        }
        if (off == -1) {
            return Io.read(t, f, io, f.nonblocking() || (flags & RWF_NOWAIT) != 0);
        }
        return Io.accessed(t, f, f.pread(t, io, off));
    }

    private static long pwritev(Task t, int fd, long iov, int iovcnt, long off, int flags) {
        FileDescription f = t.fget(fd);
        UserIo io = t.reusableIo();
        int r = beginAt(t, f, io, iov, iovcnt, off, true);
        if (f == null || r < 0 || io.remaining() == 0) {
            return r;
        }
        long n;
        if ((flags & RWF_APPEND) != 0 && f.seekable()) {
            Stat st = new Stat();
            n = f.inode().stat(st);
            n = n < 0 ? n : f.pwrite(t, io, st.size);
            if (n > 0 && off == -1) {
                f.lseek(t, st.size + n, SEEK_SET);
            }
        } else if ((flags & RWF_NOAPPEND) != 0 && f.seekable()) {
            long at = off == -1 ? f.lseek(t, 0, SEEK_CUR) : off;
            n = at < 0 ? at : f.pwriteNoAppend(t, io, at);
            if (n > 0 && off == -1) {
                f.lseek(t, at + n, SEEK_SET);
            }
        } else if (off == -1) {
            n = Io.write(t, f, io, f.nonblocking() || (flags & RWF_NOWAIT) != 0);
        } else {
            n = f.pwrite(t, io, off);
            t.ioCount.wrote(n);
        }
        if (n > 0 && (flags & (RWF_DSYNC | RWF_SYNC)) != 0) {
            long s = f.fsync(t, (flags & RWF_SYNC) == 0);
            return s < 0 && s != -EINVAL ? s : n;
        }
        return n;
    }

    @Syscall(nr = Nr.lseek)
    public static long sys_lseek(Task t, int fd, long off, int whence) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        if (whence < SEEK_SET || whence > SEEK_HOLE) {
            return -EINVAL;
        }
        return f.lseek(t, off, whence);
    }

    @Syscall(nr = Nr.readahead)
    public static long sys_readahead(Task t, int fd, long off, long count) {
        FileDescription f = t.fget(fd);
        if (f == null || !f.readable()) {
            return -EBADF;
        }
        return f.inode().isRegular() && count >= 0 ? 0 : -EINVAL;
    }

    @Syscall(nr = Nr.fadvise64)
    public static long sys_fadvise64(Task t, int fd, long off, long len, int advice) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        if (S_ISFIFO(f.inode().mode())) {
            return -ESPIPE;
        }
        return len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ? -EINVAL : 0;
    }

    @Syscall(nr = Nr.sync_file_range)
    public static long sys_sync_file_range(Task t, int fd, long off, long len, int flags) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        if ((flags & ~7) != 0 || off < 0 || len < 0 || off + len < 0) {
            return -EINVAL;
        }
        int type = f.inode().mode() & S_IFMT;
        if (type != S_IFREG && type != S_IFBLK && type != S_IFDIR && type != S_IFLNK) {
            return -ESPIPE;
        }
        return 0;
    }
}
