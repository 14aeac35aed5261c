// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.*;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DeviceProgramTest {
    private static byte[] code(long... insns) {
        byte[] b = new byte[insns.length * 8];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (insns[i / 8] >>> 8 * (i % 8));
        }
        return b;
    }

    /** An instruction as it lies in memory. */
    private static long insn(int op, int dst, int src, int off, int imm) {
        return op | (long) (dst | src << 4) << 8 | (off & 0xffffL) << 16 | (long) imm << 32;
    }

    private static final long EXIT = insn(0x95, 0, 0, 0, 0);

    @Test
    void readsItsContext() {
        // r0 = access >> 16 & WRITE
        byte[] c = code(insn(0x61, 0, 1, 0, 0), insn(0x74, 0, 0, 0, 16), insn(0x54, 0, 0, 0, 4), EXIT);
        DeviceProgram p = DeviceProgram.load(c, 7, new int[1]);
        assertNotNull(p);
        assertEquals(7, p.id());
        assertTrue(p.allows(DeviceProgram.CHARACTER, DeviceProgram.WRITE | DeviceProgram.READ, 1, 3));
        assertFalse(p.allows(DeviceProgram.CHARACTER, DeviceProgram.READ, 1, 3));
    }

    @Test
    void refusesWhatAVerifierRefuses() {
        int[] e = new int[1];
        assertNull(DeviceProgram.load(code(insn(0xb7, 0, 0, 0, 1)), 1, e));
        assertEquals(-EINVAL, e[0], "runs out of its end");
        assertNull(DeviceProgram.load(code(insn(0x05, 0, 0, -1, 0), EXIT), 1, e));
        assertEquals(-EINVAL, e[0], "backwards");
        assertNull(DeviceProgram.load(code(insn(0x61, 0, 1, 12, 0), EXIT), 1, e));
        assertEquals(-EACCES, e[0], "behind the context");
        assertNull(DeviceProgram.load(code(insn(0x63, 10, 1, -4, 0), EXIT), 1, e));
        assertEquals(-EACCES, e[0], "a store");
        assertNull(DeviceProgram.load(code(insn(0x85, 0, 0, 0, 1), EXIT), 1, e));
        assertEquals(-EINVAL, e[0], "a call");
    }

    /** Whatever is accepted ends, without an exception. */
    @Test
    void anythingAcceptedRuns() {
        Random random = new Random(7);
        int accepted = 0;
        int[] ops = {
            0x61, 0x69, 0x71, 0xb7, 0xbf, 0x07, 0x0f, 0x37, 0x3f, 0x97, 0x9f, 0x87, 0xc7, 0x54, 0x74, 0xb4, 0x34, 0x15,
            0x1d, 0x55, 0x2d, 0x05, 0x16, 0x18, 0x95
        };
        for (int round = 0; round < 20_000; round++) {
            int n = random.nextInt(1, 8);
            long[] insns = new long[n];
            for (int i = 0; i < n; i++) {
                int op = random.nextInt(20) == 0 ? random.nextInt(256) : ops[random.nextInt(ops.length)];
                int src = random.nextBoolean() ? 1 : random.nextInt(12);
                insns[i] = insn(op, random.nextInt(11), src, random.nextInt(-1, 5), random.nextInt());
            }
            insns[n - 1] = EXIT;
            DeviceProgram p = DeviceProgram.load(code(insns), 1, new int[1]);
            if (p != null) {
                accepted++;
                p.allows(2, 6, random.nextInt(4096), random.nextInt());
            }
        }
        assertTrue(accepted > 100, "accepted: " + accepted);
    }
}
