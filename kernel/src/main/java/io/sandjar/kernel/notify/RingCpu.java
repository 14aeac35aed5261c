// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.host.Affinity;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * The CPU that the thread which looks at rings has for itself while it looks. Without that the host puts a guest that it
 * wakes on the very CPU from which it is looked, and then each of the two waits for the end of the other's slice. All of
 * it is that thread's own.
 *
 * <p>Where guests then have fewer CPUs than there are threads with rings, one that is woken only takes the CPU from
 * another; so it is woken when nobody calls any more, or a little later, and finds more to do.
 */
final class RingCpu {
    /** How often new threads are looked for, and such that have been let go. */
    private static final long AGAIN_NANOS = 100_000_000;

    /** Without a call for this long, those that wait to be woken are. */
    private static final long QUIET_NANOS = 4_000;

    /** They are woken after this time in any case. */
    private static final long LONGEST_NANOS = 100_000;

    private final byte[] own = new byte[Affinity.MOST_BYTES];
    private int ownLength;
    private int cpu = -1;
    private long placedNanos;
    private boolean crowded;

    /** When the first of those that wait to be woken was put off; 0: there is none. */
    private long putOffNanos;

    /** Has it, and looks after those that came since. */
    void again(@Nullable Task[] tasks, long nowNanos) {
        if (cpu >= 0 && nowNanos - placedNanos > AGAIN_NANOS) {
            take(tasks, nowNanos);
        }
    }

    boolean taken() {
        return cpu >= 0;
    }

    /** Takes the CPU on which it is, if there are others for the guests. */
    void take(@Nullable Task[] tasks, long nowNanos) {
        placedNanos = nowNanos;
        if (cpu < 0) {
            int current = Affinity.current();
            ownLength = Affinity.get(0, own);
            if (current < 0 || ownLength <= 0 || Affinity.count(own, ownLength) < 2) {
                return;
            }
            byte[] one = new byte[ownLength];
            one[current >> 3] = (byte) (1 << (current & 7));
            if (Affinity.set(0, one, ownLength) != 0) {
                return;
            }
            cpu = current;
        }
        int guests = 0;
        int cpus = 0;
        for (Task t : tasks) {
            if (t != null && !t.dead()) {
                int n = t.placement().narrow(cpu);
                guests += n > 0 ? 1 : 0;
                cpus = Math.max(cpus, n);
            }
        }
        crowded = guests > cpus;
    }

    /** Gives it back: nobody is looking. */
    void leave(@Nullable Task[] tasks) {
        if (cpu < 0) {
            return;
        }
        cpu = -1;
        crowded = false;
        for (Task t : tasks) {
            leave(t);
        }
        Affinity.set(0, own, ownLength);
    }

    /** The same for one thread. */
    static void leave(@Nullable Task t) {
        if (t != null && !t.dead()) {
            t.placement().widen();
        }
    }

    /** How long to look for the next call before {@link #wakeNow}. */
    long patience(long otherwiseNanos) {
        return putOffNanos != 0 ? Math.min(QUIET_NANOS, otherwiseNanos) : otherwiseNanos;
    }

    /** A call is answered: runs what it has made ready, or puts that off. */
    void answered() {
        if (!Worker.hasReady()) {
            return;
        }
        if (crowded) {
            long now = System.nanoTime();
            if (putOffNanos == 0) {
                putOffNanos = now | 1;
            }
            if (now - putOffNanos < LONGEST_NANOS) {
                return;
            }
        }
        wakeNow();
    }

    /** Runs what was put off. Whether there was any. */
    boolean wakeNow() {
        putOffNanos = 0;
        if (!Worker.hasReady()) {
            return false;
        }
        Worker.drain();
        return true;
    }
}
