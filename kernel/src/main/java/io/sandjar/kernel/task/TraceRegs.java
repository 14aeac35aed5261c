// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.kernel.task.TrapFrame.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Ptrace;

/**
 * Registers of a stopped tracee in the layouts of ptrace(2). They are those of its signal frame; what is not in there (the
 * call in progress, the base of FS) is beside it. Called while the tracee is known to stand still.
 */
public final class TraceRegs {
    /** Where struct user_regs_struct has what the frame has; -1 for what it has not. */
    private static final int[] IN_FRAME = {
        7, 6, 5, 4, 10, 11, 3, R10, R9, R8, RAX, RCX, RDX, RSI, RDI, -1, RIP, -1, EFLAGS, RSP, -1, -1, -1, -1, -1, -1,
        -1
    };

    private static final int ORIG_RAX = 15;
    private static final int CS = 17;
    private static final int SS = 20;
    private static final int FS_BASE = 21;
    private static final int FS = 25;
    private static final int GS = 26;
    private static final long FLAGS = 0x250dd5;
    private static final int XSAVE_WORDS = 464;
    private static final int MAX_XSTATE = 16384;

    private TraceRegs() {}

    /** struct user_regs_struct. */
    public static byte[] get(Task t, Tracee e) {
        byte[] b = new byte[Ptrace.REGS_SIZE];
        TrapFrame f = t.trap.frame;
        if (f == null) {
            return b;
        }
        for (int i = 0; i < IN_FRAME.length; i++) {
            if (IN_FRAME[i] >= 0) {
                Bytes.put64(b, 8 * i, f.reg(IN_FRAME[i]));
            }
        }
        boolean restart = t.restartCode != 0;
        Bytes.put64(b, 8 * ORIG_RAX, restart ? t.restartNr : e.callNr);
        if (restart) {
            Bytes.put64(b, 8 * 10, t.restartCode);
        }
        long segments = f.reg(SEGMENTS);
        Bytes.put64(b, 8 * CS, segments & 0xffff);
        Bytes.put64(b, 8 * SS, segments >>> 48);
        Bytes.put64(b, 8 * FS, segments >>> 32 & 0xffff);
        Bytes.put64(b, 8 * GS, segments >>> 16 & 0xffff);
        Bytes.put64(b, 8 * FS_BASE, fsBase(t, e));
        return b;
    }

    private static long fsBase(Task t, Tracee e) {
        if (e.fsBaseSet) {
            return e.fsBase;
        }
        byte[] b = new byte[8];
        return t.mem.read(Stub.mailbox(t.slot) + Stub.BOX_FS_BASE, b) < 0 ? 0 : Bytes.i64(b, 0);
    }

    /** The registers as {@link #get} has them. 0 or -EIO. */
    public static int set(Task t, Tracee e, byte[] b) {
        TrapFrame f = t.trap.frame;
        if (f == null) {
            return -EIO;
        }
        long base = Bytes.i64(b, 8 * FS_BASE);
        if (base >>> 47 != 0) {
            return -EIO;
        }
        if (base != fsBase(t, e)) {
            e.fsBase = base;
            e.fsBaseSet = true;
        }
        long was = t.restartCode;
        long rax = Bytes.i64(b, 8 * 10);
        long orig = (int) Bytes.i64(b, 8 * ORIG_RAX);
        for (int i = 0; i < IN_FRAME.length; i++) {
            int at = IN_FRAME[i];
            if (at == EFLAGS) {
                f.setReg(at, f.reg(at) & ~FLAGS | Bytes.i64(b, 8 * i) & FLAGS);
            } else if (at >= 0) {
                f.setReg(at, Bytes.i64(b, 8 * i));
            }
        }
        boolean restart = orig >= 0 && rax <= -ERESTARTSYS && rax >= -ERESTART_RESTARTBLOCK;
        if (restart && e.phase != Tracee.ENTRY) {
            t.restartCode = rax;
            t.restartNr = (int) orig;
            f.setReg(RAX, -EINTR);
        } else if (was != 0) {
            t.restartCode = 0;
        }
        e.callNr = orig;
        return 0;
    }

    /** The floating point state as FXSAVE has it; null when the frame has none. */
    public static byte @org.jspecify.annotations.Nullable [] getFp(Task t) {
        byte[] x = xstate(t);
        return x == null ? null : java.util.Arrays.copyOf(x, Ptrace.FPREGS_SIZE);
    }

    /** Takes over the first bytes of a floating point state, in FXSAVE's or XSAVE's layout. 0 or -errno. */
    public static int setFp(Task t, byte[] b) {
        TrapFrame f = t.trap.frame;
        long fp = f == null ? 0 : f.fpstate();
        int size = size(t, fp);
        if (size < Ptrace.FPREGS_SIZE) {
            return -EIO;
        }
        int n = Math.min(b.length, size > Ptrace.FPREGS_SIZE ? size - 4 : size); // a magic word ends it
        byte[] old = new byte[n];
        if (t.mem.read(fp, old) < 0) {
            return -EIO;
        }
        byte[] next = java.util.Arrays.copyOf(b, n);
        int reserved = Ptrace.FPREGS_SIZE - XSAVE_WORDS; // the host's own words stay
        System.arraycopy(old, XSAVE_WORDS, next, XSAVE_WORDS, Math.min(reserved, Math.max(0, n - XSAVE_WORDS)));
        Bytes.put32(next, 24, Bytes.i32(next, 24) & Bytes.i32(old, 28)); // MXCSR, by its mask
        Bytes.put32(next, 28, Bytes.i32(old, 28));
        if (n >= 520) {
            Bytes.put64(next, 512, Bytes.i64(next, 512) & features(old));
        }
        if (t.mem.write(fp, next) < 0) {
            return -EIO;
        }
        if (n < 520 && size >= 520) { // x87 and SSE are in use now
            byte[] used = new byte[8];
            if (t.mem.read(fp + 512, used) == 0) {
                Bytes.put64(used, 0, Bytes.i64(used, 0) | 3);
                t.mem.write(fp + 512, used);
            }
        }
        return 0;
    }

    private static long features(byte[] state) {
        return Bytes.i64(state, XSAVE_WORDS + 8);
    }

    private static int size(Task t, long fp) {
        byte[] b = new byte[8];
        if (fp == 0 || t.mem.read(fp + XSAVE_WORDS, b) < 0) {
            return 0;
        }
        if (Bytes.i32(b, 0) != 0x46505853) { // FP_XSTATE_MAGIC1
            return Ptrace.FPREGS_SIZE;
        }
        int size = Bytes.i32(b, 4);
        return size >= Ptrace.FPREGS_SIZE && size <= MAX_XSTATE ? size : 0;
    }

    /** The state in XSAVE's standard layout, parts that are not in use as zeros; null when the frame has none. */
    public static byte @org.jspecify.annotations.Nullable [] xstate(Task t) {
        TrapFrame f = t.trap.frame;
        long fp = f == null ? 0 : f.fpstate();
        int size = size(t, fp);
        if (size == 0) {
            return null;
        }
        byte[] x = new byte[size > Ptrace.FPREGS_SIZE ? size - 4 : size];
        if (t.mem.read(fp, x) < 0) {
            return null;
        }
        long features = x.length >= 576 ? features(x) : 3;
        long used = x.length >= 576 ? Bytes.i64(x, 512) : 3;
        java.util.Arrays.fill(x, XSAVE_WORDS, Ptrace.FPREGS_SIZE, (byte) 0);
        Bytes.put64(x, XSAVE_WORDS, features);
        if ((used & 1) == 0) {
            java.util.Arrays.fill(x, 0, 24, (byte) 0);
            java.util.Arrays.fill(x, 32, 160, (byte) 0);
            x[0] = 0x7f;
            x[1] = 3;
        }
        if ((used & 2) == 0) {
            java.util.Arrays.fill(x, 160, 416, (byte) 0);
        }
        if ((used & 6) == 0) {
            Bytes.put32(x, 24, 0x1f80);
        }
        if ((used & 4) == 0 && x.length >= 832) {
            java.util.Arrays.fill(x, 576, 832, (byte) 0);
        }
        return x;
    }
}
