// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static io.sandjar.kernel.syscall.Io.MAX_RW_COUNT;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.fs.dev.Devices;
import io.sandjar.kernel.fs.pipe.Pipe;
import io.sandjar.kernel.fs.pipe.PipeFile;
import io.sandjar.kernel.fs.pipe.PipeIo;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.UserIo;

/** Transfers from one descriptor to another: sendfile, copy_file_range and the splice family. */
public final class TransferCalls {
    private static final int CHUNK = 65536;
    private static final int SPLICE_FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;

    private TransferCalls() {}

    @Syscall(nr = Nr.sendfile)
    public static long sys_sendfile(Task t, int out_fd, int in_fd, long offset, long count) {
        long[] at = {-1};
        if (offset != 0) {
            int r = t.mem().readLong(offset, at);
            if (r < 0) {
                return r;
            }
            if (at[0] < 0) {
                return -EINVAL;
            }
        }
        FileDescription in = t.fget(in_fd);
        FileDescription out = t.fget(out_fd);
        if (in == null || !in.readable() || out == null || !out.writable()) {
            return -EBADF;
        }
        int type = in.inode().mode() & S_IFMT;
        if (offset != 0 && !in.seekable() && type != S_IFCHR) {
            return -ESPIPE;
        }
        if (type == S_IFIFO || !canBeSpliced(in) || (out.flags() & O_APPEND) != 0 || count < 0) {
            return -EINVAL;
        }
        if (type == S_IFCHR && in.lseek(t, 0, SEEK_CUR) != 0) {
            return -EINVAL; // but for /dev/zero and its like, which read the same everywhere
        }
        if (type == S_IFSOCK) {
            return out instanceof PipeFile q ? toPipe(t, in, 0, q, Math.min(count, MAX_RW_COUNT), false) : -EINVAL;
        }
        long r = copy(t, in, at[0], out, -1, Math.min(count, MAX_RW_COUNT), out.nonblocking());
        if (r > 0 && offset != 0) {
            int e = t.mem().writeLong(offset, at[0] + r);
            return e < 0 ? e : r;
        }
        return r;
    }

    /**
     * Copies from a file with positions to any file. What has been written so far is in {@code t.progress}.
     *
     * @param inOff where to read, or -1 for the description's position, which then moves
     * @param outOff likewise for writing
     */
    private static long copy(
            Task t, FileDescription in, long inOff, FileDescription out, long outOff, long count, boolean nonblocking) {
        long done = t.progress;
        byte[] buf = new byte[(int) Math.min(count, CHUNK)];
        long inPos = inOff >= 0 ? inOff : in.lseek(t, 0, SEEK_CUR) - done;
        if (inPos < 0 && inOff < 0 && done == 0) {
            return inPos;
        }
        long result = 0;
        while (done < count) {
            int want = (int) Math.min(buf.length, count - done);
            long got = in.pread(t, new KernelIo(buf, 0, want), inPos + done);
            if (got <= 0) {
                result = got;
                break;
            }
            KernelIo data = new KernelIo(buf, 0, (int) got);
            long put = outOff >= 0 ? out.pwrite(t, data, outOff + done) : out.write(t, data);
            if (put == -EAGAIN && !nonblocking) {
                int w = Io.waitFor(t, out, true);
                if (w == 0) {
                    continue;
                }
                if (w == Caller.BLOCK) {
                    t.progress = done;
                    return w;
                }
                put = w;
            }
            if (put < 0) {
                if (put == -EPIPE) {
                    t.raise(Sig.SIGPIPE);
                }
                result = put;
                break;
            }
            done += put;
            if (inOff < 0) {
                in.lseek(t, inPos + done, SEEK_SET);
            }
            if (t.signalPending() && done < count) {
                break;
            }
        }
        return done > 0 ? done : result;
    }

    @Syscall(nr = Nr.copy_file_range)
    public static long sys_copy_file_range(
            Task t, int fd_in, long off_in, int fd_out, long off_out, long len, int flags) {
        FileDescription in = t.fget(fd_in);
        FileDescription out = t.fget(fd_out);
        if (in == null || out == null) {
            return -EBADF;
        }
        long[] word = new long[1];
        int bad = unreadable(t, off_in, off_out);
        if (bad != 0 || flags != 0) {
            return bad != 0 ? bad : -EINVAL;
        }
        if (((in.flags() | out.flags()) & O_PATH) != 0) {
            return -EBADF;
        }
        if (in.inode().isDir() || out.inode().isDir()) {
            return -EISDIR;
        }
        if (!in.inode().isRegular() || !out.inode().isRegular()) {
            return -EINVAL;
        }
        if (!in.readable() || !out.writable() || (out.flags() & O_APPEND) != 0) {
            return -EBADF;
        }
        long inPos = position(t, in, off_in, word);
        long outPos = position(t, out, off_out, word);
        if (inPos < 0 || outPos < 0) {
            return inPos < 0 ? inPos : outPos;
        }
        long count = len < 0 ? MAX_RW_COUNT : Math.min(len, MAX_RW_COUNT);
        if (inPos + count < 0 || outPos + count < 0) {
            return -EFBIG;
        }
        if (in.inode().fs != out.inode().fs
                && in.inode().fs.dev() != out.inode().fs.dev()) {
            return -EXDEV;
        }
        if (in.inode() == out.inode() && inPos < outPos + count && outPos < inPos + count) {
            return -EINVAL;
        }
        long r = copy(t, in, inPos, out, outPos, count, true);
        if (r > 0) {
            int e = advance(t, in, off_in, inPos + r);
            int e2 = advance(t, out, off_out, outPos + r);
            return e < 0 ? e : e2 < 0 ? e2 : r;
        }
        return r;
    }

    /** -EFAULT when an offset that is given cannot be read: that counts before what the files are. */
    private static int unreadable(Task t, long offIn, long offOut) {
        long[] word = new long[1];
        int r = offIn == 0 ? 0 : t.mem().readLong(offIn, word);
        return r != 0 || offOut == 0 ? r : t.mem().readLong(offOut, word);
    }

    /** The position that a call is to work at: from guest memory, or the description's own when there is no address. */
    private static long position(Task t, FileDescription f, long address, long[] word) {
        if (address == 0) {
            return f.lseek(t, 0, SEEK_CUR);
        }
        int r = t.mem().readLong(address, word);
        return r < 0 ? r : word[0] < 0 ? -EINVAL : word[0];
    }

    private static int advance(Task t, FileDescription f, long address, long pos) {
        if (address == 0) {
            return (int) Math.min(f.lseek(t, pos, SEEK_SET), 0);
        }
        return t.mem().writeLong(address, pos);
    }

    @Syscall(nr = Nr.splice)
    public static long sys_splice(Task t, int fd_in, long off_in, int fd_out, long off_out, long len, int flags) {
        if (len == 0) {
            return 0;
        }
        if ((flags & ~SPLICE_FLAGS) != 0) {
            return -EINVAL;
        }
        FileDescription in = t.fget(fd_in);
        FileDescription out = t.fget(fd_out);
        if (in == null || out == null || ((in.flags() | out.flags()) & O_PATH) != 0) {
            return -EBADF;
        }
        if (in instanceof PipeFile && off_in != 0 || out instanceof PipeFile && off_out != 0) {
            return -ESPIPE;
        }
        int bad = unreadable(t, off_in, off_out);
        if (bad != 0) {
            return bad;
        }
        if (!in.readable() || !out.writable()) {
            return -EBADF;
        }
        if (len < 0) {
            return -EINVAL;
        }
        boolean nonblock = (flags & SPLICE_F_NONBLOCK) != 0;
        long count = Math.min(len, MAX_RW_COUNT);
        if (in instanceof PipeFile p && out instanceof PipeFile q) {
            return pipeToPipe(t, p, q, count, nonblock, true);
        }
        if (in instanceof PipeFile p) {
            return fromPipe(t, p, out, off_out, count, nonblock);
        }
        if (out instanceof PipeFile q && canBeSpliced(in)) {
            return toPipe(t, in, off_in, q, count, nonblock);
        }
        return -EINVAL;
    }

    /** Whether a pipe can be filled from it: files, streams and most devices, and none of the kernel's own descriptors. */
    private static boolean canBeSpliced(FileDescription in) {
        return switch (in.inode().mode() & S_IFMT) {
            case S_IFREG, S_IFSOCK, S_IFIFO -> true;
            case S_IFCHR -> in.inode().rdev() != Devices.NULL;
            default -> false;
        };
    }

    private static long fromPipe(
            Task t, PipeFile in, FileDescription out, long offAddress, long count, boolean nonblock) {
        long[] off = new long[1];
        if (offAddress != 0) {
            int r = out.seekable() ? t.mem().readLong(offAddress, off) : -ESPIPE;
            if (r < 0 || off[0] < 0) {
                return r < 0 ? r : -EINVAL;
            }
        }
        if ((out.flags() & O_APPEND) != 0) {
            return -EINVAL;
        }
        while (true) {
            int have = in.pipe().available();
            if (have == 0) {
                if (in.pipe().writers() == 0) {
                    return 0;
                }
                int w = nonblock || in.nonblocking() ? -EAGAIN : Io.waitFor(t, in, false);
                if (w != 0) {
                    return w;
                }
                continue;
            }
            PipeIo src = new PipeIo(in.pipe(), Math.min(have, count));
            long before = src.remaining();
            long r = offAddress != 0 ? out.pwrite(t, src, off[0]) : out.write(t, src);
            if (r > before - src.remaining()) { // /dev/null takes bytes without a look at them
                in.pipe().skip((int) (r - (before - src.remaining())));
            }
            if (r == -EAGAIN && !nonblock && !out.nonblocking()) {
                int w = Io.waitFor(t, out, true);
                if (w != 0) {
                    return w;
                }
                continue;
            }
            if (r == -EPIPE) {
                t.raise(Sig.SIGPIPE);
            }
            if (r > 0 && offAddress != 0) {
                int e = t.mem().writeLong(offAddress, off[0] + r);
                return e < 0 ? e : r;
            }
            return r;
        }
    }

    private static long toPipe(
            Task t, FileDescription in, long offAddress, PipeFile out, long count, boolean nonblock) {
        long[] off = new long[1];
        if (offAddress != 0) {
            int r = in.seekable() ? t.mem().readLong(offAddress, off) : -ESPIPE;
            if (r < 0 || off[0] < 0) {
                return r < 0 ? r : -EINVAL;
            }
        }
        while (true) {
            int w = waitForRoom(t, out, nonblock);
            if (w != 0) {
                return w;
            }
            int free = Math.min(out.pipe().free(), CHUNK);
            PipeIo dst = new PipeIo(out.pipe(), Math.min(free, count));
            long r = offAddress != 0 ? in.pread(t, dst, off[0]) : in.read(t, dst);
            if (r == -EAGAIN && !nonblock && !in.nonblocking()) {
                w = Io.waitFor(t, in, false);
                if (w != 0) {
                    return w;
                }
                continue;
            }
            if (r > 0 && offAddress != 0) {
                int e = t.mem().writeLong(offAddress, off[0] + r);
                return e < 0 ? e : r;
            }
            return r;
        }
    }

    /** 0 when the pipe has room and a reader. */
    private static int waitForRoom(Task t, PipeFile out, boolean nonblock) {
        while (true) {
            if (out.pipe().readers() == 0) {
                t.raise(Sig.SIGPIPE);
                return -EPIPE;
            }
            if (out.pipe().free() > 0) {
                return 0;
            }
            int w = nonblock || out.nonblocking() ? -EAGAIN : Io.waitFor(t, out, true);
            if (w != 0) {
                return w;
            }
        }
    }

    @Syscall(nr = Nr.tee)
    public static long sys_tee(Task t, int fd_in, int fd_out, long len, int flags) {
        if ((flags & ~SPLICE_FLAGS) != 0) {
            return -EINVAL;
        }
        if (len == 0) {
            return 0;
        }
        FileDescription in = t.fget(fd_in);
        FileDescription out = t.fget(fd_out);
        if (in == null || !in.readable() || out == null || !out.writable()) {
            return -EBADF;
        }
        if (!(in instanceof PipeFile p) || !(out instanceof PipeFile q)) {
            return -EINVAL;
        }
        return pipeToPipe(t, p, q, Math.min(len, MAX_RW_COUNT), (flags & SPLICE_F_NONBLOCK) != 0, false);
    }

    private static long pipeToPipe(Task t, PipeFile in, PipeFile out, long count, boolean nonblock, boolean consume) {
        Pipe from = in.pipe();
        if (from == out.pipe()) {
            return -EINVAL;
        }
        while (true) {
            if (from.available() == 0) {
                if (from.writers() == 0) {
                    return 0;
                }
                int w = nonblock || in.nonblocking() ? -EAGAIN : Io.waitFor(t, in, false);
                if (w != 0) {
                    return w;
                }
                continue;
            }
            int w = waitForRoom(t, out, nonblock);
            if (w != 0) {
                return w;
            }
            byte[] data = from.peek((int) Math.min(count, out.pipe().free()));
            if (data == null || data.length == 0) {
                continue;
            }
            long r = out.pipe().write(new KernelIo(data, 0, data.length));
            if (r == -EAGAIN) {
                continue;
            }
            if (r > 0 && consume) {
                from.skip((int) r);
            }
            return r;
        }
    }

    @Syscall(nr = Nr.vmsplice, note = "copies; pages are never shared")
    public static long sys_vmsplice(Task t, int fd, long iov, long nr_segs, int flags) {
        if ((flags & ~SPLICE_FLAGS) != 0) {
            return -EINVAL;
        }
        FileDescription f = t.fget(fd);
        if (f == null || (!f.readable() && !f.writable())) {
            return -EBADF;
        }
        UserIo io = t.reusableIo();
        int r = io.reset(t.mem(), iov, (int) nr_segs, MAX_RW_COUNT);
        if (r < 0 || io.remaining() == 0) {
            return r;
        }
        if (!(f instanceof PipeFile)) {
            return -EBADF;
        }
        boolean nonblock = (flags & SPLICE_F_NONBLOCK) != 0; // O_NONBLOCK of the pipe does not count, as on Linux
        return f.writable() ? Io.write(t, f, io, nonblock) : Io.read(t, f, io, nonblock);
    }
}
