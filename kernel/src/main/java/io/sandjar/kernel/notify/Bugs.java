// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.kernel.base.ErrorLog;
import java.util.concurrent.atomic.AtomicInteger;

/** Where bugs of our own are told: the call that met one fails with EIO, the guest lives on. */
final class Bugs {
    /** A guest that has found a bug must not fill the user's disk with it. */
    private static final int MOST_REPORTS = 20;

    private static final AtomicInteger REPORTS = new AtomicInteger();

    private Bugs() {}

    static void report(Throwable e) {
        int n = REPORTS.incrementAndGet();
        if (n > MOST_REPORTS) {
            return;
        }
        ErrorLog.say("internal error in a system call; please report it", e);
        if (n == MOST_REPORTS) {
            ErrorLog.say("further internal errors of this sandbox are not reported");
        }
    }
}
