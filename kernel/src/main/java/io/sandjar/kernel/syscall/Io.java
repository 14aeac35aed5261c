// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.UserIo;
import org.jspecify.annotations.Nullable;

/** The blocking half of reads and writes: descriptions never wait, these loops do it for them. */
final class Io {
    /** The most that one call transfers, as in Linux: INT_MAX rounded down to a page. */
    static final long MAX_RW_COUNT = 0x7ffff000L;

    /** A description that is ready this often and yet refuses makes the call look only now and then. */
    private static final int MANY_TRIES = 100;

    private static final long PAUSE_NANOS = 5_000_000;

    private Io() {}

    /** The description of a descriptor that is open for more than its path; null otherwise (EBADF). */
    static @Nullable FileDescription open(Task t, int fd) {
        FileDescription f = t.fget(fd);
        return f == null || (f.flags() & O.O_PATH) != 0 ? null : f;
    }

    /** Whether memory of a program cannot be there, whatever is mapped (EFAULT before anything else is looked at). */
    static boolean outside(long address, long length) {
        return length < 0 || address < 0 || address > Mm.USER_END - length;
    }

    static long read(Task t, FileDescription f, IoBuffer dst) {
        return read(t, f, dst, f.nonblocking());
    }

    static long read(Task t, FileDescription f, IoBuffer dst, boolean nonblocking) {
        for (int tries = 0; ; tries++) {
            long r = f.read(t, dst);
            if (r != -EAGAIN || nonblocking) {
                return accessed(t, f, r);
            }
            int w = tries < MANY_TRIES ? waitFor(t, f, false) : pause(t, f);
            if (w != 0) {
                return w;
            }
        }
    }

    /**
     * Writes everything if the description is of that kind and may block; the count so far survives a {@link
     * Caller#BLOCK} in {@code t.progress}.
     */
    static long write(Task t, FileDescription f, UserIo src, boolean nonblocking) {
        long done = t.progress;
        if (done > 0) {
            src.skip(done);
        }
        for (int tries = 0; ; tries++) {
            src.mark();
            long r = f.write(t, src);
            if (r >= 0) {
                tries = 0;
                done += r;
                if (src.remaining() == 0 || nonblocking || !f.writesAll()) {
                    return modified(t, f, done);
                }
            } else if (r != -EAGAIN) {
                if (r == -EPIPE && f.writesAll()) { // datagram sockets fail without the signal
                    t.raise(Sig.SIGPIPE);
                }
                return done > 0 ? done : r;
            } else if (nonblocking) {
                return done > 0 ? done : r;
            }
            if (r < 0) {
                src.rewind();
            }
            int w = tries < MANY_TRIES ? waitFor(t, f, true) : pause(t, f);
            if (w == Caller.BLOCK) {
                t.progress = done;
                return w;
            }
            if (w != 0) {
                return done > 0 ? done : w;
            }
        }
    }

    /** Tells those who watch the file of a transfer; passes {@code r} on. */
    static long accessed(FileDescription f, long r) {
        if (r > 0) {
            FsNotify.event(f.path(), IN_ACCESS);
        }
        return r;
    }

    /** As {@link #accessed}, counted for the thread. */
    static long accessed(Task t, FileDescription f, long r) {
        t.ioCount.read(r);
        return accessed(f, r);
    }

    /** As {@link #modified}, counted for the thread. */
    static long modified(Task t, FileDescription f, long r) {
        t.ioCount.wrote(r);
        return modified(f, r);
    }

    /** As {@link #accessed}, for what changed the file. */
    static long modified(FileDescription f, long r) {
        if (r >= 0) {
            FsNotify.event(f.path(), IN_MODIFY);
        }
        return r;
    }

    /** Waits for readiness with the description's own timeout; 0, -EAGAIN, -EINTR, -ERESTARTSYS or BLOCK. */
    static int waitFor(Task t, FileDescription f, boolean writing) {
        long timeout = f.timeoutNanos(writing);
        int events = writing ? POLLOUT : POLLIN | POLLRDHUP;
        if (timeout == Caller.FOREVER) {
            return t.waitFor(f.pollableFor(t), events, Caller.FOREVER);
        }
        int w = t.waitFor(f.pollableFor(t), events, System.nanoTime() + timeout);
        return w == -ETIMEDOUT ? -EAGAIN : w == -ERESTARTSYS ? -EINTR : w;
    }

    /** Waits a little: the remedy where readiness does not tell whether a transfer of just this size can go on. */
    private static int pause(Task t, FileDescription f) {
        int w = t.await(f.waitQueue(), 0, () -> false, System.nanoTime() + PAUSE_NANOS);
        return w == -ETIMEDOUT ? 0 : w;
    }
}
