// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.sandjar.node.volumes.VolumeException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps files of ConfigMaps and Secrets in a pod's volumes up to date, beside the worker. */
final class Refresher {
    private static final Duration EVERY = Duration.ofSeconds(60);

    private final Work work;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private Instant next;

    Refresher(Work work) {
        this.work = work;
        this.next = work.now().plus(EVERY);
    }

    /** Whether files are being written: then they must not be taken away. */
    boolean underWay() {
        return underWay.get();
    }

    void pump() {
        boolean asked = work.stale.get();
        if (!asked && work.now().isBefore(next) || !underWay.compareAndSet(false, true)) {
            work.soon(next);
            return;
        }
        work.stale.set(false);
        next = work.now().plus(EVERY);
        work.fork("volumes", () -> {
            try {
                work.node.volumes().refresh(work.pod());
            } catch (VolumeException e) {
                work.event("Warning", e.reason(), String.valueOf(e.getMessage()));
            } finally {
                underWay.set(false);
                work.wake.ring();
            }
        });
    }
}
