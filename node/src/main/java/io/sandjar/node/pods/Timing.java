// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;

/** Time and waiting as pod workers know them, so that tests can move both. */
interface Timing {
    Instant now();

    /** Waits until somebody wakes, or until then. */
    void await(Wake wake, Instant until) throws InterruptedException;

    /** Runs something beside; what it finds out it puts into a worker's inbox. An interrupt of the handle's ends it. */
    Job fork(String name, Runnable work);

    /** Something that runs beside. */
    interface Job {
        void cancel();
    }
}
