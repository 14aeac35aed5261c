// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.Scratch;

/**
 * Any bytes as the frame from which rt_sigreturn(2) restores: flags that are the host's stay, and addresses of frames
 * and floating point state lie where the first bytes want them.
 */
public final class FrameFuzz {
    private static final Task TASK = LoneTask.make(new Kernel());
    private static final long KERNELS_FLAGS = ~0x50dd5L;

    private FrameFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 8) {
            return;
        }
        Scratch s = Scratch.take();
        try {
            for (int i = 0; i < Scratch.SIZE / 2; i += 8) {
                s.buf.putLong(i, 0);
            }
            s.buf.put(0, data, 0, Math.min(data.length, 8192));
            TrapFrame f = new TrapFrame();
            long at = s.address + (data[0] & 0xff) * 8;
            f.setReg(TrapFrame.EFLAGS, 0x202);
            f.setReg(TrapFrame.RSP, at);
            if ((data[1] & 1) != 0) {
                f.setFpstate(s.address + 16384);
            }
            if ((data[1] & 2) != 0) { // a frame whose state lies in memory that is there
                s.buf.putLong((data[0] & 0xff) * 8 + TrapFrame.FPSTATE, s.address + (data[2] & 0xff) * 16);
            }
            int r = SignalFrames.pop(TASK, f);
            if (r > 0 || r < -4095) {
                throw new AssertionError("result " + r);
            }
            if ((f.reg(TrapFrame.EFLAGS) & KERNELS_FLAGS) != (0x202 & KERNELS_FLAGS)) {
                throw new AssertionError("flags " + Long.toHexString(f.reg(TrapFrame.EFLAGS)));
            }
        } finally {
            s.give();
        }
    }
}
