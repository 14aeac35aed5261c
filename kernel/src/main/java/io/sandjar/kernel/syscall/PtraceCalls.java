// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Ptrace;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.TraceMemory;
import io.sandjar.kernel.task.TraceRegs;
import io.sandjar.kernel.task.TraceState;
import io.sandjar.kernel.task.Tracee;
import io.sandjar.kernel.task.Tracing;

/** ptrace(2): one guest thread orders another. */
final class PtraceCalls {
    private static final int PEEK_SHARED = 1;
    private static final int SIGNALS_AT_ONCE = 64;

    private PtraceCalls() {}

    @Syscall(
            nr = Nr.ptrace,
            support = Support.PARTIAL,
            note = "no SINGLEBLOCK; debug registers watch for changes, step by step")
    static long sys_ptrace(Task t, @As(Kind.DEC) long request, int pid, long addr, long data) {
        Tracing tracing = t.kernel().tracing();
        int r = (int) request;
        if (r == Ptrace.TRACEME) {
            return tracing.traceMe(t);
        }
        Task o = pid <= 0 ? null : Access.thread(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        if (r == Ptrace.ATTACH || r == Ptrace.SEIZE) {
            boolean seize = r == Ptrace.SEIZE;
            if (seize && (addr != 0 || (data & ~Ptrace.O_MASK) != 0)) {
                return -EIO;
            }
            return tracing.attach(t, o, seize, seize ? (int) data : 0);
        }
        Tracee e = TraceState.of(t, o, r == Ptrace.KILL || r == Ptrace.INTERRUPT);
        return e == null ? -ESRCH : order(t, tracing, o, e, r, addr, data);
    }

    private static long order(Task t, Tracing tracing, Task o, Tracee e, int request, long addr, long data) {
        switch (request) {
            case Ptrace.CONT, Ptrace.SYSCALL, Ptrace.SINGLESTEP, Ptrace.SYSEMU, Ptrace.SYSEMU_SINGLESTEP -> {
                if (data < 0 || data > 64) {
                    return -EIO;
                }
                tracing.stops.resume(e, request, (int) data);
                return 0;
            }
            case Ptrace.DETACH -> {
                if (data < 0 || data > 64) {
                    return -EIO;
                }
                tracing.detach(e, (int) data);
                return 0;
            }
            case Ptrace.KILL -> {
                return TraceState.kill(tracing, e);
            }
            case Ptrace.INTERRUPT -> {
                if (!TraceState.seized(e)) {
                    return -EIO;
                }
                tracing.stops.interrupt(e);
                return 0;
            }
            case Ptrace.LISTEN -> {
                return TraceState.seized(e) && tracing.stops.listen(e) ? 0 : -EIO;
            }
            case Ptrace.SETOPTIONS -> {
                return TraceState.setOptions(e, data);
            }
            case Ptrace.GETEVENTMSG -> {
                return t.mem().writeLong(data, TraceState.message(e));
            }
            case Ptrace.PEEKTEXT, Ptrace.PEEKDATA -> {
                byte[] word = new byte[8];
                return TraceMemory.read(o, addr, word) < 0 ? -EIO : t.mem().write(data, word);
            }
            case Ptrace.POKETEXT, Ptrace.POKEDATA -> {
                byte[] word = new byte[8];
                Bytes.put64(word, 0, data);
                return TraceMemory.write(o, addr, word) < 0 ? -EIO : 0;
            }
            default -> {
                return registers(t, o, e, request, addr, data);
            }
        }
    }

    private static long registers(Task t, Task o, Tracee e, int request, long addr, long data) {
        switch (request) {
            case Ptrace.GETREGS -> {
                return t.mem().write(data, TraceRegs.get(o, e));
            }
            case Ptrace.SETREGS -> {
                byte[] b = new byte[Ptrace.REGS_SIZE];
                int r = t.mem().read(data, b);
                return r < 0 ? r : TraceRegs.set(o, e, b);
            }
            case Ptrace.GETFPREGS -> {
                byte[] b = TraceRegs.getFp(o);
                return b == null ? -EIO : t.mem().write(data, b);
            }
            case Ptrace.SETFPREGS -> {
                byte[] b = new byte[Ptrace.FPREGS_SIZE];
                int r = t.mem().read(data, b);
                return r < 0 ? r : TraceRegs.setFp(o, b);
            }
            case Ptrace.GETREGSET, Ptrace.SETREGSET -> {
                return registerSet(t, o, e, request == Ptrace.SETREGSET, (int) addr, data);
            }
            case Ptrace.PEEKUSER -> {
                if (addr < 0 || (addr & 7) != 0 || addr >= Ptrace.USER_SIZE) {
                    return -EIO;
                }
                return t.mem().writeLong(data, TraceState.peekUser(o, e, (int) addr));
            }
            case Ptrace.POKEUSER -> {
                if (addr < 0 || (addr & 7) != 0 || addr >= Ptrace.USER_SIZE) {
                    return -EIO;
                }
                return TraceState.pokeUser(o, e, (int) addr, data);
            }
            case Ptrace.ARCH_PRCTL -> {
                return archPrctl(t, o, e, addr, (int) data);
            }
            default -> {
                return signals(t, o, e, request, addr, data);
            }
        }
    }

    private static long registerSet(Task t, Task o, Tracee e, boolean set, int type, long iov) {
        byte[] v = new byte[16];
        if (t.mem().read(iov, v) < 0) {
            return -EFAULT;
        }
        byte[] now = switch (type) {
            case Ptrace.NT_PRSTATUS -> TraceRegs.get(o, e);
            case Ptrace.NT_PRFPREG -> TraceRegs.getFp(o);
            case Ptrace.NT_X86_XSTATE -> TraceRegs.xstate(o);
            default -> null;
        };
        if (now == null) {
            return type == Ptrace.NT_PRFPREG || type == Ptrace.NT_X86_XSTATE ? -EIO : -EINVAL;
        }
        long base = Bytes.i64(v, 0);
        long len = Bytes.i64(v, 8);
        if ((len & 7) != 0) {
            return -EINVAL;
        }
        int n = (int) (len < 0 ? now.length : Math.min(len, now.length));
        long r;
        if (!set) {
            r = t.mem().write(base, now, 0, n);
        } else {
            r = t.mem().read(base, now, 0, n);
            if (r == 0) {
                r = type == Ptrace.NT_PRSTATUS
                        ? TraceRegs.set(o, e, now)
                        : type == Ptrace.NT_X86_XSTATE && n < now.length ? -EFAULT : TraceRegs.setFp(o, now);
            }
        }
        return r < 0 ? r : t.mem().writeLong(iov + 8, n);
    }

    private static long archPrctl(Task t, Task o, Tracee e, long addr, int option) {
        byte[] regs = TraceRegs.get(o, e);
        int at = 8 * 21; // fs_base
        switch (option) {
            case 0x1003 -> { // ARCH_GET_FS
                return t.mem().write(addr, regs, at, 8);
            }
            case 0x1004 -> { // ARCH_GET_GS
                return t.mem().write(addr, regs, at + 8, 8);
            }
            case 0x1002 -> { // ARCH_SET_FS
                Bytes.put64(regs, at, addr);
                return TraceRegs.set(o, e, regs) < 0 ? -EPERM : 0;
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static long signals(Task t, Task o, Tracee e, int request, long addr, long data) {
        switch (request) {
            case Ptrace.GETSIGINFO -> {
                SigInfo i = TraceState.info(e);
                return i == null ? -EINVAL : t.mem().write(data, i.encode());
            }
            case Ptrace.SETSIGINFO -> {
                byte[] raw = new byte[SigInfo.SIZE];
                int r = t.mem().read(data, raw);
                return r < 0 ? r : TraceState.setInfo(e, SigInfo.fromGuest(Bytes.i32(raw, 0), raw));
            }
            case Ptrace.PEEKSIGINFO -> {
                return peekSignals(t, o, addr, data);
            }
            case Ptrace.GETSIGMASK -> {
                return addr != 8 ? -EINVAL : t.mem().writeLong(data, o.mask.now());
            }
            case Ptrace.SETSIGMASK -> {
                if (addr != 8) {
                    return -EINVAL;
                }
                long[] mask = new long[1];
                int r = t.mem().readLong(data, mask);
                if (r == 0) {
                    t.kernel().signals().setMask(o, mask[0]);
                }
                return r;
            }
            case Ptrace.GET_SYSCALL_INFO -> {
                byte[] b = TraceState.callInfo(o, e);
                int n = (int) Math.min(addr < 0 ? b.length : addr, b.length);
                int r = t.mem().write(data, b, 0, n);
                return r < 0 ? r : b.length;
            }
            case Ptrace.SECCOMP_GET_FILTER -> {
                return TraceSeccomp.program(t, o, addr, data);
            }
            case Ptrace.SECCOMP_GET_METADATA -> {
                return TraceSeccomp.metadata(t, o, addr, data);
            }
            case Ptrace.GET_RSEQ_CONFIGURATION -> {
                return addr != 24 ? -EINVAL : t.mem().write(data, new byte[24]);
            }
            default -> {
                return -EIO;
            }
        }
    }

    private static long peekSignals(Task t, Task o, long args, long out) {
        byte[] a = new byte[16];
        if (t.mem().read(args, a) < 0) {
            return -EFAULT;
        }
        long from = Bytes.i64(a, 0);
        int flags = Bytes.i32(a, 8);
        int n = Bytes.i32(a, 12);
        if ((flags & ~PEEK_SHARED) != 0 || n < 0) {
            return -EINVAL;
        }
        SigInfo[] found = TraceState.pending(o, (flags & PEEK_SHARED) != 0, from, Math.min(n, SIGNALS_AT_ONCE));
        for (int i = 0; i < found.length; i++) {
            if (t.mem().write(out + (long) i * SigInfo.SIZE, found[i].encode()) < 0) {
                return i > 0 ? i : -EFAULT;
            }
        }
        return found.length;
    }
}
