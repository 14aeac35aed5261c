// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;

/**
 * The debug registers of a tracee. The processor's own are the host's; these are looked at after each instruction, which
 * the tracee makes one by one as long as one of them is in use. So a watched variable is found when its value changes, and
 * reads are not seen.
 */
final class Watchpoints {
    private static final int NUMBER = 4;
    private static final int STATUS = 6;
    private static final int CONTROL = 7;
    private static final int EXECUTE = 0;
    private static final int WRITE = 1;
    private static final long SINGLE_STEP = 1L << 14;

    private Watchpoints() {}

    /** Sets a register. 0 or -errno. */
    static long set(Tracee e, int register, long value) {
        if (register == 4 || register == 5) {
            return -EIO;
        }
        if (register < NUMBER && value >>> 47 != 0) {
            return -EINVAL;
        }
        if (register == CONTROL) {
            for (int i = 0; i < NUMBER; i++) {
                int kind = kind(value, i);
                if (enabled(value, i) && kind != EXECUTE && kind != WRITE) {
                    return -EINVAL; // reads cannot be seen
                }
            }
        }
        e.debug[register] = value;
        return 0;
    }

    private static boolean enabled(long control, int i) {
        return (control >>> 2 * i & 3) != 0;
    }

    private static int kind(long control, int i) {
        return (int) (control >>> 16 + 4 * i & 3);
    }

    private static int length(long control, int i) {
        int code = (int) (control >>> 18 + 4 * i & 3);
        return code == 2 ? 8 : code + 1;
    }

    /** Whether the tracee has to go step by step. */
    static boolean inUse(Tracee e) {
        return (e.debug[CONTROL] & 0xff) != 0;
    }

    /** Notes what is watched, before the tracee goes on. */
    static void look(Task t, Tracee e) {
        for (int i = 0; i < NUMBER; i++) {
            if (enabled(e.debug[CONTROL], i) && kind(e.debug[CONTROL], i) == WRITE) {
                e.watched[i] = value(t, e, i);
            }
        }
    }

    private static long value(Task t, Tracee e, int i) {
        byte[] b = new byte[8];
        return t.mem.read(e.debug[i], b, 0, length(e.debug[CONTROL], i)) < 0 ? 0 : Bytes.i64(b, 0);
    }

    /** Whether the instruction that was made, or the next one, is one that the tracer waits for. */
    static boolean hit(Task t, Tracee e, long rip) {
        boolean hit = false;
        for (int i = 0; i < NUMBER; i++) {
            if (enabled(e.debug[CONTROL], i)) {
                boolean now = kind(e.debug[CONTROL], i) == EXECUTE ? rip == e.debug[i] : value(t, e, i) != e.watched[i];
                if (now) {
                    e.debug[STATUS] |= 1L << i;
                    hit = true;
                }
            }
        }
        if (e.steps()) {
            e.debug[STATUS] |= SINGLE_STEP;
        }
        return hit;
    }
}
