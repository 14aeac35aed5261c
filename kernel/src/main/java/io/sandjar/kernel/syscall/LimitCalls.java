// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.TmsLayout;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Accounting;
import io.sandjar.kernel.task.Limits;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;

/** Resource limits and what was used of them. */
public final class LimitCalls {
    private static final int RUSAGE_SELF = 0;
    private static final int RUSAGE_CHILDREN = -1;
    private static final int RUSAGE_THREAD = 1;
    private static final long TICK = 10_000_000;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private LimitCalls() {}

    @Syscall(nr = Nr.getrlimit)
    public static long sys_getrlimit(Task t, @As(Kind.DEC) int resource, long rlim) {
        if (rlim != 0) {
            return sys_prlimit64(t, 0, resource, 0, rlim);
        }
        return resource < 0 || resource >= Rlimit.NLIMITS ? -EINVAL : -EFAULT;
    }

    @Syscall(nr = Nr.setrlimit)
    public static long sys_setrlimit(Task t, @As(Kind.DEC) int resource, long rlim) {
        return rlim == 0 ? -EFAULT : sys_prlimit64(t, 0, resource, rlim, 0);
    }

    @Syscall(
            nr = Nr.prlimit64,
            support = Support.PARTIAL,
            note =
                    "all are kept; enforced: STACK, DATA and AS by the host, CPU, FSIZE, NOFILE, NPROC, SIGPENDING, MSGQUEUE, "
                            + "NICE; MEMLOCK by the single call; there are no cores, locks and real-time policies to limit")
    public static long sys_prlimit64(Task t, int pid, @As(Kind.DEC) int resource, long newLimit, long oldLimit) {
        if (resource < 0 || resource >= Rlimit.NLIMITS) {
            return -EINVAL;
        }
        byte[] raw = new byte[16];
        if (newLimit != 0 && t.mem().read(newLimit, raw) < 0) {
            return -EFAULT;
        }
        Task of = Access.thread(t, pid);
        if (of == null) {
            return -ESRCH;
        }
        if (!Limits.may(t, of)) {
            return -EPERM;
        }
        long[] old = new long[2];
        Limits.get(t.kernel(), of.group(), resource, old);
        if (newLimit != 0) {
            int r = Limits.set(t, of.group(), resource, Bytes.i64(raw, 0), Bytes.i64(raw, 8));
            if (r < 0) {
                return r;
            }
        }
        if (oldLimit == 0) {
            return 0;
        }
        Bytes.put64(raw, 0, old[0]);
        Bytes.put64(raw, 8, old[1]);
        return t.mem().write(oldLimit, raw);
    }

    @Syscall(nr = Nr.getrusage, support = Support.PARTIAL, note = "no block I/O")
    public static long sys_getrusage(Task t, int who, long usage) {
        Accounting a = new Accounting();
        int r = who == RUSAGE_CHILDREN ? awaitUse(t) : 0;
        if (r != 0) {
            return r;
        }
        switch (who) {
            case RUSAGE_SELF -> a.ofProcess(t.group(), true);
            case RUSAGE_THREAD -> a.ofThread(t, true);
            case RUSAGE_CHILDREN -> a.ofChildren(t.kernel(), t.group());
            default -> {
                return -EINVAL;
            }
        }
        return t.mem().write(usage, a.encode());
    }

    /** Waits until the host has told what the last children have used: a moment, and no longer. */
    private static int awaitUse(Task t) {
        ThreadGroup g = t.group();
        long deadline = t.progress != 0 ? t.progress : System.nanoTime() + PATIENCE_NANOS;
        t.progress = deadline;
        int r = t.await(
                g.childWait, Poll.POLLIN, () -> t.kernel().exits().unreaped().knowsUseOfChildren(g), deadline);
        return r == Task.BLOCK ? r : 0;
    }

    @Syscall(nr = Nr.times)
    public static long sys_times(Task t, long buf) {
        if (buf != 0) {
            Accounting self = new Accounting();
            Accounting children = new Accounting();
            self.ofProcess(t.group(), false);
            children.ofChildren(t.kernel(), t.group());
            byte[] b = new byte[TmsLayout.SIZEOF];
            Bytes.put64(b, TmsLayout.tms_utime, self.userNanos / TICK);
            Bytes.put64(b, TmsLayout.tms_stime, self.systemNanos / TICK);
            Bytes.put64(b, TmsLayout.tms_cutime, children.userNanos / TICK);
            Bytes.put64(b, TmsLayout.tms_cstime, children.systemNanos / TICK);
            if (t.mem().write(buf, b) < 0) {
                return -EFAULT;
            }
        }
        return t.kernel().bootNanos() / TICK;
    }
}
