// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.kernel.task.TrapFrame.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;

/**
 * Signal frames on the guest's stack, in the layout of the x86-64 ABI: return address, ucontext, siginfo, and the
 * floating point state above them. The state itself is moved as the host laid it out.
 */
final class SignalFrames {
    private static final int RED_ZONE = 128;
    private static final int FRAME_SIZE = 8 + UC_SIZE + INFO_SIZE;
    private static final int MAX_FP = 16384;
    private static final int EFLAGS_TF = 0x100;
    private static final int EFLAGS_DF = 0x400;
    private static final int EFLAGS_RF = 0x10000;
    private static final long EFLAGS_USER = 0x50dd5;

    private SignalFrames() {}

    /** Size of the floating point area at {@code fpstate} of the thread's host frame; 0 for none. */
    private static int fpSize(Task t, long fpstate) {
        if (fpstate == 0) {
            return 0;
        }
        byte[] b = new byte[8];
        if (t.mem.read(fpstate + 464, b) < 0) {
            return -EFAULT;
        }
        if (Bytes.i32(b, 0) != 0x46505853) { // FP_XSTATE_MAGIC1
            return 512;
        }
        int size = Bytes.i32(b, 4);
        return size >= 512 && size <= MAX_FP ? size : -EFAULT;
    }

    /**
     * Makes the guest enter a handler.
     *
     * @param mask what sigreturn is to restore as blocked signals
     * @return 0, or -EFAULT when the stack cannot be written
     */
    static int push(Task t, TrapFrame f, SigInfo info, SigAction act, long mask) {
        long sp = f.reg(RSP);
        AltStack alt = t.altStack;
        boolean wantsAlt = (act.flags() & Sig.SA_ONSTACK) != 0 && alt.enabled();
        if (wantsAlt && !alt.contains(sp)) {
            sp = alt.top();
        } else {
            sp -= RED_ZONE;
        }
        long hostFp = f.fpstate();
        int fpSize = fpSize(t, hostFp);
        if (fpSize < 0) {
            return fpSize;
        }
        long top = sp;
        sp = (sp - fpSize) & ~63L;
        long fp = fpSize == 0 ? 0 : sp;
        sp = ((sp - FRAME_SIZE) & ~15L) - 8;
        if (wantsAlt && (alt.contains(top) || top == alt.top()) && sp < alt.base()) {
            return -EFAULT;
        }
        int frameEnd = (int) (fp == 0 ? FRAME_SIZE : fp - sp + fpSize);
        byte[] b = new byte[frameEnd];
        Bytes.put64(b, 0, act.restorer());
        System.arraycopy(f.uc, 0, b, 8, UC_SIZE);
        Bytes.put64(b, 8 + 8, 0); // uc_link
        alt.encode(b, 8 + UC_STACK, f.reg(RSP));
        Bytes.put64(b, 8 + FPSTATE, fp);
        Bytes.put64(b, 8 + SIGMASK, mask);
        byte[] encoded = info.encode();
        System.arraycopy(encoded, 0, b, 8 + UC_SIZE, INFO_SIZE);
        if (fp != 0) {
            int r = t.mem.read(hostFp, b, (int) (fp - sp), fpSize);
            if (r < 0) {
                return r;
            }
        }
        int r = t.mem.write(sp, b);
        if (r < 0) {
            return r;
        }
        f.setReg(RDI, info.signo());
        f.setReg(RSI, sp + 8 + UC_SIZE);
        f.setReg(RDX, sp + 8);
        f.setReg(RAX, 0);
        f.setReg(RSP, sp);
        f.setReg(RIP, act.handler());
        f.setReg(EFLAGS, f.reg(EFLAGS) & ~(EFLAGS_TF | EFLAGS_DF | EFLAGS_RF));
        f.setFpstate(0); // handlers start with initial floating point state
        alt.handlerEntered();
        return 0;
    }

    /** rt_sigreturn(2): takes registers, blocked signals and alternate stack from the frame below the stack pointer. */
    static int pop(Task t, TrapFrame f) {
        byte[] b = new byte[UC_SIZE];
        long sp = f.reg(RSP);
        int r = t.mem.read(sp, b);
        if (r < 0) {
            return r;
        }
        long hostFp = f.fpstate();
        long guestFp = Bytes.i64(b, FPSTATE);
        if (guestFp == 0) {
            f.setFpstate(0);
        } else if (hostFp != 0) {
            r = restoreFp(t, hostFp, guestFp);
            if (r < 0) {
                return r;
            }
        }
        for (int i = 0; i <= RIP; i++) {
            f.setReg(i, Bytes.i64(b, GREGS + 8 * i));
        }
        long flags = Bytes.i64(b, GREGS + 8 * EFLAGS);
        f.setReg(EFLAGS, f.reg(EFLAGS) & ~EFLAGS_USER | flags & EFLAGS_USER);
        long mask = Bytes.i64(b, SIGMASK);
        t.altStack.restore(b, UC_STACK, f.reg(RSP));
        t.kernel.signals().setMask(t, mask);
        return 0;
    }

    /** The state goes where the host's own frame has it; the host checks it again when it loads it. */
    private static int restoreFp(Task t, long hostFp, long guestFp) {
        int hostSize = fpSize(t, hostFp);
        int guestSize = fpSize(t, guestFp);
        if (hostSize < 0 || guestSize < 0) {
            return -EFAULT;
        }
        int n = Math.min(hostSize, guestSize);
        byte[] fp = new byte[n];
        int r = t.mem.read(guestFp, fp);
        if (r < 0) {
            return r;
        }
        if (n > 464 && guestSize >= hostSize && hostSize > 512) {
            // the size fields must stay the host's own
            byte[] words = new byte[48];
            r = t.mem.read(hostFp + 464, words);
            if (r < 0) {
                return r;
            }
            System.arraycopy(words, 0, fp, 464, 48);
        }
        return t.mem.write(hostFp, fp);
    }
}
