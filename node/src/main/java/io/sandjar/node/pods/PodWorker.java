// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.sandjar.node.EventRecorder;
import io.sandjar.node.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** One pod's virtual thread: looks, waits, looks again. */
final class PodWorker {
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final Work work;
    private final PodMachine machine;
    private final Consumer<PodWorker> finished;
    private volatile boolean stopping;
    private final Thread thread;

    PodWorker(Work work, HttpCheck http, Consumer<PodWorker> finished) {
        this.work = work;
        this.machine = new PodMachine(work, http);
        this.finished = finished;
        this.thread = Thread.ofVirtual().name("pod " + work.record.name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Work work() {
        return work;
    }

    private void run() {
        try {
            while (!stopping && !machine.removed()) {
                Instant next = step();
                if (!stopping && !machine.removed()) {
                    work.timing.await(work.wake, next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (machine.removed()) {
            finished.accept(this);
        }
    }

    /** What goes wrong unforeseen is told, and tried again: one pod's trouble is not another's. */
    private Instant step() throws InterruptedException {
        try {
            return machine.step();
        } catch (RuntimeException e) {
            work.event(EventRecorder.WARNING, "FailedSync", "Error syncing pod: " + e);
            Log.warn("pod " + work.fullName() + ": " + e, e);
            return work.now().plus(AFTER_FAILURE);
        }
    }

    /** The pod itself keeps running. */
    void stop() throws InterruptedException {
        stopping = true;
        work.wake.ring();
        if (!thread.join(Duration.ofSeconds(10))) {
            thread.interrupt();
        }
    }
}
