// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who of the receivers waits for notifications: all, or while calls come one after the other one alone, the leader. The host
 * wakes everybody who waits for each notification, and those who are woken in vain take the CPU from the guest that was
 * answered. A deputy looks after the leader once in a while; when that one hangs in a call, is late, has nothing to do, or finds
 * the next call there already each time, all wait again, for longer each time.
 */
final class Lead {
    /** So many calls of one receiver within the time make it the leader. */
    private static final int BURST = 8;

    private static final long BURST_NANOS = 1_000_000;

    /** How often the deputy looks. */
    private static final long LOOK_NANOS = 1_000_000;

    /** Who gets a call this soon has not slept for it, unless it is of the thread that was answered last: that one may have run at once. */
    private static final long AT_ONCE_NANOS = 1_200;

    /** After a leader that was not enough: this long there is none. */
    private static final long SHORTEST_REST_NANOS = 5_000_000;

    private static final long LONGEST_REST_NANOS = 640_000_000;

    /** A leader that does for this long does well. */
    private static final int GOOD_LOOKS = 50;

    private final boolean on;
    private volatile @Nullable Place leader;

    /** There is no leader before; by the deputy under the lock, read by anyone. */
    private volatile long notBeforeNanos = System.nanoTime();

    // guarded by this
    private final ArrayDeque<Thread> followers = new ArrayDeque<>();
    private boolean deputy;
    private long restNanos = SHORTEST_REST_NANOS;

    /** @param on whether there ever is a leader */
    Lead(boolean on) {
        this.on = on;
    }

    /** What one receiver knows of itself. */
    final class Place {
        // its own
        private int burst;
        private long burstNanos = System.nanoTime();
        private long waitsSinceNanos;
        private int lastTid;

        // written by itself, read by the deputy
        private volatile int calls;
        private volatile int atOnce;
        private volatile boolean busy;

        /** To be called before it waits for a call; returns when it may. */
        void ready() {
            Place l = leader;
            if (l == null) {
                if (on && ++burst >= BURST) {
                    burst = 0;
                    long now = System.nanoTime();
                    if (now - burstNanos < BURST_NANOS && now - notBeforeNanos >= 0) {
                        tryToLead(this);
                    }
                    burstNanos = now;
                }
            } else if (l == this) {
                busy = false;
                waitsSinceNanos = System.nanoTime();
            } else {
                follow();
            }
        }

        /** It has a call of this thread. */
        void got(int tid) {
            if (leader == this) {
                if (tid != lastTid && System.nanoTime() - waitsSinceNanos < AT_ONCE_NANOS) {
                    atOnce++;
                }
                lastTid = tid;
                busy = true;
                calls++;
            }
        }
    }

    private synchronized void tryToLead(Place p) {
        if (leader == null) {
            p.waitsSinceNanos = System.nanoTime();
            p.busy = false;
            leader = p;
        }
    }

    /** All wait for calls, as nobody leads. */
    synchronized void all() {
        if (leader == null) {
            return; // who made it so has told them
        }
        leader = null;
        tellAll();
    }

    private synchronized void tellAll() {
        for (Thread t : followers) {
            LockSupport.unpark(t);
        }
    }

    /** Waits until nobody leads; one of those who do is the deputy. */
    private void follow() {
        Thread me = Thread.currentThread();
        boolean looks = false;
        synchronized (this) {
            followers.add(me);
        }
        try {
            for (Place l = leader; l != null; l = leader) {
                looks = looks || becomesDeputy();
                if (looks) {
                    look(l);
                } else {
                    LockSupport.park(this);
                }
            }
        } finally {
            synchronized (this) {
                followers.remove(me);
                if (looks) {
                    deputy = false;
                    tellAll(); // perhaps somebody leads already: then one of them is the next deputy
                }
            }
        }
    }

    private synchronized boolean becomesDeputy() {
        boolean first = !deputy;
        deputy = true;
        return first;
    }

    /** As the deputy, while this one leads. */
    private void look(Place l) {
        for (int looks = 1; leader == l; looks++) {
            int calls = l.calls;
            int atOnce = l.atOnce;
            LockSupport.parkNanos(this, LOOK_NANOS);
            int n = l.calls - calls;
            if (n == 0 || 2 * (l.atOnce - atOnce) > n) {
                end(l, n != 0 || l.busy);
            } else if (looks == GOOD_LOOKS) {
                doesWell();
            }
        }
    }

    private synchronized void doesWell() {
        restNanos = SHORTEST_REST_NANOS;
    }

    /** @param notEnough whether one was not enough; else there was nothing to do */
    private synchronized void end(Place l, boolean notEnough) {
        if (leader != l) {
            return;
        }
        if (notEnough) {
            notBeforeNanos = System.nanoTime() + restNanos;
            restNanos = Math.min(2 * restNanos, LONGEST_REST_NANOS);
        }
        all();
    }

    /** Whether calls come to one receiver alone. For tests. */
    boolean isThere() {
        return leader != null;
    }
}
