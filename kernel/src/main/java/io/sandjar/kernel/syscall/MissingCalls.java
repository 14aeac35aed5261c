// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;

/** The base of the generated table: answers ENOSYS for what is not there, and counts it for {@code --stats}. */
public abstract class MissingCalls implements Dispatcher {
    /** One counter per number, the last one for numbers that Linux does not have. */
    private final int[] counts = new int[Nr.MAX + 2];

    /** Called by the table for a number without a handler. */
    protected final long missing(int nr) {
        synchronized (counts) {
            counts[nr >= 0 && nr <= Nr.MAX ? nr : Nr.MAX + 1]++;
        }
        return -Errno.ENOSYS;
    }

    /** How often each number was called in vain; index Nr.MAX + 1 stands for all unknown numbers. */
    public final int[] missingCounts() {
        synchronized (counts) {
            return counts.clone();
        }
    }
}
