// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.sandjar.node.runtime.RuntimeFailure;
import java.time.Duration;
import java.time.Instant;

/**
 * The end of containers that still run: the hook before it, the stop signal, and SIGKILL after the grace period. It goes on from
 * what the record says at each look, so it survives the agent.
 */
final class Killer {
    /** At least so long from the signal to SIGKILL, even when a hook took all of the grace period. */
    private static final Duration LEAST = Duration.ofSeconds(2);

    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final Work work;
    private final Actions actions;

    Killer(Work work, Actions actions) {
        this.work = work;
        this.actions = actions;
    }

    /** Asks for the end of a container; a second request can only make it sooner. */
    void request(ContainerRecord r, String message, Instant deadline) {
        if (!r.live()) {
            return;
        }
        ContainerRecord.KillRecord k = r.kill;
        if (k == null) {
            k = new ContainerRecord.KillRecord();
            k.message = message;
            k.deadline = deadline;
            r.kill = k;
        } else if (deadline.isBefore(k.deadline)) {
            k.deadline = deadline;
        }
        r.ready = false;
    }

    /** Goes on with all that was asked for. */
    void pump() throws InterruptedException {
        for (Container c : work.allContainers()) {
            ContainerRecord r = work.recordOf(c);
            ContainerRecord.KillRecord k = r.kill;
            if (k != null && r.live()) {
                pump(c, r, k);
            }
        }
    }

    private void pump(Container c, ContainerRecord r, ContainerRecord.KillRecord k) throws InterruptedException {
        Instant now = work.now();
        if (!k.announced) {
            k.announced = true;
            work.normal(c, "Killing", k.message);
        }
        LifecycleHandler hook =
                c.getLifecycle() == null ? null : c.getLifecycle().getPreStop();
        if (!k.hookBegun) {
            k.hookBegun = true;
            if (hook == null || !now.isBefore(k.deadline)) {
                k.hookDone = true;
            } else {
                work.save(); // not a second time after a crash
                beginHook(c, r, k, hook);
            }
        } else if (!k.hookDone && !actions.running(r.id)) {
            k.hookDone = true; // of an agent that died
        }
        if (k.signalled == null && (k.hookDone || !now.isBefore(k.deadline))) {
            k.signalled = now;
            signal(c, r, stopSignal(c, r));
        }
        if (k.signalled == null) {
            work.soon(k.deadline);
            return;
        }
        Instant end = k.deadline.isBefore(k.signalled.plus(LEAST)) && k.hookBegun && hook != null
                ? k.signalled.plus(LEAST)
                : k.deadline;
        if (now.isBefore(end)) {
            work.soon(end);
            return;
        }
        if (k.killed == null || !now.isBefore(k.killed.plus(AGAIN))) {
            k.killed = now;
            signal(c, r, Signals.KILL);
        }
        work.soon(k.killed.plus(AGAIN));
    }

    private static int stopSignal(Container c, ContainerRecord r) {
        String own = c.getLifecycle() == null ? null : c.getLifecycle().getStopSignal();
        return own != null && !own.isEmpty()
                ? Signals.number(own)
                : r.stopSignal.isEmpty() ? Signals.TERM : Signals.number(r.stopSignal);
    }

    private void beginHook(Container c, ContainerRecord r, ContainerRecord.KillRecord k, LifecycleHandler hook) {
        Duration limit = Duration.between(work.now(), k.deadline);
        actions.hook(c, r, hook, limit, failure -> {
            k.hookDone = true;
            if (!failure.isEmpty()) {
                work.warn(c, "FailedPreStopHook", "PreStopHook failed: " + failure);
            }
        });
    }

    private void signal(Container c, ContainerRecord r, int signal) throws InterruptedException {
        try {
            work.driver().kill(r.id, signal, signal == Signals.KILL);
        } catch (RuntimeFailure e) {
            work.warn(c, "FailedKillContainer", "Failed to stop container " + c.getName() + ": " + e.getMessage());
        }
    }
}
