// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Ptrace;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigInfo;
import org.jspecify.annotations.Nullable;

/** What a tracer may ask and set of a tracee, beside its registers and memory. */
public final class TraceState {
    private static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private TraceState() {}

    /** What {@code t} traces {@code o} by, when it stands still or {@code running} ones will do; else null. */
    public static @Nullable Tracee of(Task t, Task o, boolean running) {
        o.kernel.taskLock().lock();
        try {
            Tracee e = o.tracee;
            return e != null && e.tracer == t && (running || (e.stopped && !e.listening)) ? e : null;
        } finally {
            o.kernel.taskLock().unlock();
        }
    }

    public static boolean seized(Tracee e) {
        return e.seized;
    }

    /** PTRACE_KILL: has no effect on a tracee that runs. */
    public static long kill(Tracing tracing, Tracee e) {
        if (e.stopped) {
            tracing.stops.resume(e, Ptrace.CONT, Sig.SIGKILL);
            e.task.kernel.signals().sendFromOutside(e.task.group, SigInfo.kernel(Sig.SIGKILL));
        }
        return 0;
    }

    public static long setOptions(Tracee e, long options) {
        if ((options & ~Ptrace.O_MASK) != 0) {
            return -EINVAL;
        }
        if ((options & Ptrace.O_SUSPEND_SECCOMP) != 0) {
            return -EPERM;
        }
        e.options = (int) options;
        return 0;
    }

    public static long message(Tracee e) {
        return e.messageIsId ? e.tracer.shownPid((int) e.message) : e.message;
    }

    public static @Nullable SigInfo info(Tracee e) {
        return e.info;
    }

    public static long setInfo(Tracee e, SigInfo i) {
        if (e.info == null) {
            return -EINVAL;
        }
        e.info = i;
        return 0;
    }

    /** A word of struct user. */
    public static long peekUser(Task o, Tracee e, int at) {
        if (at < Ptrace.REGS_SIZE) {
            return Bytes.i64(TraceRegs.get(o, e), at);
        }
        if (at >= Ptrace.USER_FPREGS && at < Ptrace.USER_FPREGS + Ptrace.FPREGS_SIZE) {
            return 0; // as Linux: they have requests of their own
        }
        return at >= Ptrace.USER_DEBUGREG && at < Ptrace.USER_DEBUGREG + 64
                ? e.debug[(at - Ptrace.USER_DEBUGREG) / 8]
                : 0;
    }

    /** Sets a word of struct user. 0 or -EIO. */
    public static long pokeUser(Task o, Tracee e, int at, long value) {
        if (at < Ptrace.REGS_SIZE) {
            byte[] b = TraceRegs.get(o, e);
            Bytes.put64(b, at, value);
            return TraceRegs.set(o, e, b);
        }
        return at >= Ptrace.USER_DEBUGREG && at < Ptrace.USER_DEBUGREG + 64
                ? Watchpoints.set(e, (at - Ptrace.USER_DEBUGREG) / 8, value)
                : -EIO;
    }

    /** struct ptrace_syscall_info, as long as the kind of stop makes it. */
    public static byte[] callInfo(Task o, Tracee e) {
        byte[] regs = TraceRegs.get(o, e);
        int size = switch (e.phase) {
            case Tracee.ENTRY -> 80;
            case Tracee.EXIT -> 33;
            case Tracee.SECCOMP -> 84;
            default -> 24;
        };
        byte[] b = new byte[size];
        b[0] = (byte) e.phase;
        Bytes.put32(b, 4, AUDIT_ARCH_X86_64);
        Bytes.put64(b, 8, Bytes.i64(regs, 8 * 16));
        Bytes.put64(b, 16, Bytes.i64(regs, 8 * 19));
        if (e.phase == Tracee.EXIT) {
            long rax = Bytes.i64(regs, 8 * 10);
            Bytes.put64(b, 24, rax);
            b[32] = (byte) (rax < 0 && rax >= -4095 ? 1 : 0);
        } else if (e.phase != Tracee.NONE) {
            Bytes.put64(b, 24, Bytes.i64(regs, 8 * 15));
            int[] args = {14, 13, 12, 7, 9, 8}; // rdi rsi rdx r10 r8 r9
            for (int i = 0; i < args.length; i++) {
                Bytes.put64(b, 32 + 8 * i, Bytes.i64(regs, 8 * args[i]));
            }
            if (e.phase == Tracee.SECCOMP) {
                Bytes.put32(b, 80, e.seccompData);
            }
        }
        return b;
    }

    /** Pending signals from a position on. */
    public static SigInfo[] pending(Task o, boolean shared, long from, int most) {
        o.kernel.taskLock().lock();
        try {
            return (shared ? o.group.shared : o.pending).list(from, most);
        } finally {
            o.kernel.taskLock().unlock();
        }
    }
}
