// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

/** The debug registers of a tracee: there are none, so that a debugger watches by stepping. */
final class Watchpoints {
    private static final int CONTROL = 7;

    private Watchpoints() {}

    /** Sets a register. 0 or -errno. */
    static long set(Task o, Tracee e, int register, long value) {
        if (register == 4 || register == 5) {
            return -EIO;
        }
        if (register == CONTROL && (value & 0xff) != 0) {
            return -ENOSPC; // as when the processor's are all in use
        }
        e.debug[register] = value;
        return 0;
    }
}
