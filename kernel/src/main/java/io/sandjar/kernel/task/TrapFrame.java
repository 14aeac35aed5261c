// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.mm.UserMemory;

/**
 * The registers of a guest thread that stands in its stub's signal handler: a copy of the host's signal frame, written
 * back when it was changed. All of it comes from guest memory and is believed no further than as registers.
 */
public final class TrapFrame {
    // struct ucontext
    static final int UC_FLAGS = 0;
    static final int UC_STACK = 16;
    static final int GREGS = 40;
    static final int R8 = 0;
    static final int R9 = 1;
    static final int R10 = 2;
    static final int RDI = 8;
    static final int RSI = 9;
    static final int RDX = 12;
    static final int RAX = 13;
    static final int RCX = 14;
    static final int RSP = 15;
    static final int RIP = 16;
    static final int EFLAGS = 17;
    static final int SEGMENTS = 18;
    static final int ERR = 19;
    static final int TRAPNO = 20;
    static final int OLDMASK = 21;
    static final int CR2 = 22;
    static final int FPSTATE = GREGS + 23 * 8;
    static final int SIGMASK = 296;
    static final int UC_SIZE = 304;
    static final int INFO_SIZE = 128;

    /** The trap flag. */
    static final long TF = 0x100;

    final byte[] uc = new byte[UC_SIZE];
    final byte[] info = new byte[INFO_SIZE];
    private long ucAddress;
    private boolean changed;

    /** Copies the frame from the guest. 0 or -EFAULT. */
    int load(UserMemory mem, long ucAddress, long infoAddress) {
        this.ucAddress = ucAddress;
        changed = false;
        if (infoAddress != 0) {
            int r = mem.read(infoAddress, info, 0, INFO_SIZE);
            if (r < 0) {
                return r;
            }
        }
        return mem.read(ucAddress, uc, 0, UC_SIZE);
    }

    /** Writes changed registers back. 0 or -EFAULT. */
    int store(UserMemory mem) {
        if (!changed) {
            return 0;
        }
        changed = false;
        return mem.write(ucAddress + GREGS, uc, GREGS, FPSTATE + 8 - GREGS);
    }

    public long reg(int i) {
        return Bytes.i64(uc, GREGS + 8 * i);
    }

    public void setReg(int i, long value) {
        Bytes.put64(uc, GREGS + 8 * i, value);
        changed = true;
    }

    long fpstate() {
        return Bytes.i64(uc, FPSTATE);
    }

    /** 0: the guest goes on with initial floating point state. */
    void setFpstate(long address) {
        Bytes.put64(uc, FPSTATE, address);
        changed = true;
    }

    long ucAddress() {
        return ucAddress;
    }
}
