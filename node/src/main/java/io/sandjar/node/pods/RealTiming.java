// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;

/** The machine's clock, and a virtual thread for each thing that runs beside. */
final class RealTiming implements Timing {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void await(Wake wake, Instant until) throws InterruptedException {
        wake.await(until);
    }

    @Override
    public Job fork(String name, Runnable work) {
        Thread thread = Thread.ofVirtual().name(name).start(work);
        return thread::interrupt;
    }
}
