// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.PollfdLayout;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Time;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/** poll and select. */
public final class PollCalls {
    private static final int SELECT_IN = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR;
    private static final int SELECT_OUT = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR;
    private static final int SELECT_EX = POLLPRI;

    private PollCalls() {}

    @Syscall(nr = Nr.poll)
    public static long sys_poll(Task t, long fds, int nfds, int timeout) {
        return poll(t, fds, nfds, Waits.deadline(t, timeout < 0 ? -1 : timeout * Time.NANOS_PER_MILLI));
    }

    @Syscall(nr = Nr.ppoll)
    public static long sys_ppoll(
            Task t,
            long fds,
            int nfds,
            @As(Kind.TIMESPEC) long timeout,
            @As(Kind.SIGSET) long sigmask,
            long sigsetsize) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        int m = Waits.temporaryMask(t, sigmask, sigsetsize);
        if (m < 0) {
            return m;
        }
        long deadline = Waits.deadline(t, nanos);
        long r = poll(t, fds, nfds, deadline);
        if (r != Caller.BLOCK) {
            Waits.writeRemaining(t, timeout, deadline, 1);
        }
        if (r == -ERESTART_RESTARTBLOCK) {
            t.restartDeadline = 0; // the guest's timeout has been updated instead
            return -ERESTARTNOHAND;
        }
        return r;
    }

    private static long poll(Task t, long fds, int nfds, long deadline) {
        PollSet set = PollSet.of(t);
        if (!t.parking.again()) {
            int r = begin(t, set, fds, nfds);
            if (r < 0) {
                set.clear(t);
                return r;
            }
        }
        Waits.keep(t, deadline);
        int n = set.await(t, deadline);
        if (n == Caller.BLOCK) {
            return n;
        }
        long r = n == -ERESTARTSYS ? Waits.interrupted(t, deadline) : n < 0 ? n : report(t, set, fds, n);
        set.clear(t);
        return r;
    }

    private static int begin(Task t, PollSet set, long fds, int nfds) {
        set.forget();
        if (nfds < 0 || nfds > t.rlimit(Rlimit.RLIMIT_NOFILE)) {
            return -EINVAL;
        }
        int len = nfds * PollfdLayout.SIZEOF;
        if (set.raw.length < len) {
            set.raw = new byte[Math.max(len, 8 * PollfdLayout.SIZEOF)];
        }
        byte[] raw = set.raw;
        int r = t.mem().read(fds, raw, 0, len);
        if (r < 0) {
            return r;
        }
        for (int i = 0; i < nfds; i++) {
            int at = i * PollfdLayout.SIZEOF;
            set.add(t, Bytes.i32(raw, at), Bytes.u16(raw, at + PollfdLayout.events) | POLLERR | POLLHUP);
        }
        return 0;
    }

    private static long report(Task t, PollSet set, long fds, int n) {
        byte[] raw = set.raw;
        for (int i = 0; i < set.size(); i++) {
            int at = i * PollfdLayout.SIZEOF + PollfdLayout.revents;
            int found = set.found(i);
            // the guest may be changing events meanwhile: write nothing else; the first also where it is the same,
            // because
            // memory that cannot be written is an error
            if (found != Bytes.u16(raw, at) || i == 0) {
                Bytes.put16(raw, at, found);
                int r = t.mem().write(fds + at, raw, at, 2);
                if (r < 0) {
                    return r;
                }
            }
        }
        return n;
    }

    @Syscall(nr = Nr.select)
    public static long sys_select(Task t, int n, long readfds, long writefds, long exceptfds, long timeout) {
        long nanos = timeout == 0 ? -1 : Waits.timeval(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        long deadline = Waits.deadline(t, nanos);
        long r = select(t, n, readfds, writefds, exceptfds, deadline);
        if (r != Caller.BLOCK) {
            Waits.writeRemaining(t, timeout, deadline, 1000);
        }
        return r;
    }

    @Syscall(nr = Nr.pselect6)
    public static long sys_pselect6(
            Task t, int n, long readfds, long writefds, long exceptfds, @As(Kind.TIMESPEC) long timeout, long sig) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        if (sig != 0) {
            byte[] b = new byte[16];
            int r = t.mem().read(sig, b);
            if (r == 0) {
                r = Waits.temporaryMask(t, Bytes.i64(b, 0), Bytes.i64(b, 8));
            }
            if (r < 0) {
                return r;
            }
        }
        long deadline = Waits.deadline(t, nanos);
        long r = select(t, n, readfds, writefds, exceptfds, deadline);
        if (r != Caller.BLOCK) {
            Waits.writeRemaining(t, timeout, deadline, 1);
        }
        return r;
    }

    private static long select(Task t, int n, long in, long out, long ex, long deadline) {
        PollSet set = PollSet.of(t);
        if (!t.parking.again()) {
            int r = begin(t, set, n, in, out, ex);
            if (r < 0) {
                set.clear(t);
                return r;
            }
        }
        Waits.keep(t, deadline);
        int r = set.await(t, deadline);
        if (r == Caller.BLOCK) {
            return r;
        }
        if (r == -ERESTARTSYS) {
            r = -ERESTARTNOHAND; // the guest's timeout is updated
        } else if (r >= 0) {
            r = keep(set, set.ins, SELECT_IN) + keep(set, set.outs, SELECT_OUT) + keep(set, set.exs, SELECT_EX);
            if (put(t, in, set.ins) < 0 || put(t, out, set.outs) < 0 || put(t, ex, set.exs) < 0) {
                r = -EFAULT;
            }
        }
        set.clear(t);
        return r;
    }

    private static int begin(Task t, PollSet set, int n, long in, long out, long ex) {
        set.forget();
        if (n < 0) {
            return -EINVAL;
        }
        // numbers beyond those that can be open are not looked at
        int limit = (int) Math.min(n, Math.max(t.fds().highest() + 64L & -64L, 1024));
        int bytes = (limit + 63) / 64 * 8;
        if (set.ins.length != bytes) {
            set.ins = new byte[bytes];
            set.outs = new byte[bytes];
            set.exs = new byte[bytes];
        }
        if (!bits(t, in, set.ins) || !bits(t, out, set.outs) || !bits(t, ex, set.exs)) {
            return -EFAULT;
        }
        for (int fd = 0; fd < limit; fd++) {
            int want = (has(set.ins, fd) ? SELECT_IN : 0)
                    | (has(set.outs, fd) ? SELECT_OUT : 0)
                    | (has(set.exs, fd) ? SELECT_EX : 0);
            if (want != 0 && !set.add(t, fd, want)) {
                return -EBADF;
            }
        }
        return 0;
    }

    private static boolean bits(Task t, long address, byte[] b) {
        if (address == 0) {
            java.util.Arrays.fill(b, (byte) 0);
            return true;
        }
        return t.mem().read(address, b) == 0;
    }

    private static int put(Task t, long address, byte[] b) {
        return address == 0 ? 0 : t.mem().write(address, b);
    }

    private static boolean has(byte[] bits, int fd) {
        return (bits[fd >> 3] >> (fd & 7) & 1) != 0;
    }

    /** Leaves in {@code bits} those that were asked for and hold; how many. */
    private static int keep(PollSet set, byte[] bits, int mask) {
        int n = 0;
        for (int i = 0; i < set.size(); i++) {
            int fd = set.fd(i);
            if (!has(bits, fd)) {
                continue;
            }
            if ((set.found(i) & mask) != 0) {
                n++;
            } else {
                bits[fd >> 3] &= (byte) ~(1 << (fd & 7));
            }
        }
        return n;
    }
}
