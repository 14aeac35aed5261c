// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.host.Ring;
import io.sandjar.host.RingTable;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Rings;
import io.sandjar.kernel.task.Task;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that looks at the rings and runs the calls posted there. It looks only while calls keep coming; a moment
 * without any and it says so in the rings and sleeps. Calls then come by notification, and when they come often it is
 * woken again, unless {@link RingPolicy} found that better. There is no such thread until the first guest thread gets a ring.
 */
final class RingServer implements Rings.Server, Runnable {
    private static final int MOST_RINGS = 64;

    /** How long it looks without finding anything. */
    private static final long PATIENCE_NANOS = 50_000;

    /** Two notifications that would have been its own within this time wake it. */
    private static final long OFTEN_NANOS = 200_000;

    /** How long it keeps its CPU while it sleeps. */
    private static final long LINGER_NANOS = 2_000_000;

    /** So many calls are counted before the policy hears of them. */
    private static final int MANY_CALLS = 64;

    private final Receiver receiver;
    private final boolean eager;
    private final RingTable table = new RingTable(MOST_RINGS);
    private final @Nullable Task[] tasks = new Task[MOST_RINGS];
    private final @Nullable Ring[] rings = new Ring[MOST_RINGS];
    private final RingPolicy policy = new RingPolicy();
    private final RingCpu place = new RingCpu();

    // guarded by this
    private final ArrayDeque<Task> newTasks = new ArrayDeque<>();
    private final ArrayDeque<Ring> newRings = new ArrayDeque<>();
    private int used;
    private @Nullable Thread thread;

    /** Calls by ring of which the policy has not heard. */
    private int served;

    /** The same of those that came by notification. */
    private final AtomicInteger notified = new AtomicInteger();

    private volatile boolean changed;
    private volatile boolean asleep;
    private volatile boolean woken;

    /** While it sleeps: when the last call came, roughly. */
    private volatile long lastCallNanos;

    RingServer(Kernel kernel, Dispatcher dispatcher, Relief relief) {
        receiver = new Receiver(kernel, dispatcher, relief);
        eager = kernel.rings().eager();
    }

    @Override
    public synchronized boolean add(Task t, Ring r) {
        if (used >= MOST_RINGS) {
            wake(); // perhaps some are over
            return false;
        }
        used++;
        newTasks.add(t);
        newRings.add(r);
        changed = true;
        if (thread == null) {
            Thread made = new Worker("rings", this);
            thread = made;
            made.start();
        } else {
            wake();
        }
        return true;
    }

    @Override
    public void called() {
        int n = notified.incrementAndGet();
        boolean sleeps = asleep;
        if (!sleeps && n < MANY_CALLS) {
            return;
        }
        long now = System.nanoTime();
        if (n >= MANY_CALLS) {
            policy.called(notified.getAndSet(0), 0, now);
        }
        if (sleeps) {
            long before = lastCallNanos;
            lastCallNanos = now;
            if (now - before > OFTEN_NANOS) {
                policy.paused(before, now);
            } else if (policy.byRing()) {
                wake();
            }
        }
    }

    private void wake() {
        woken = true;
        Thread t = thread;
        if (t != null && asleep) {
            LockSupport.unpark(t);
        }
    }

    @Override
    public void run() {
        Scratch s = Scratch.take();
        while (true) {
            try {
                if (changed) {
                    takeNew();
                }
                int i = eager
                        ? table.next(place.patience(100 * PATIENCE_NANOS))
                        : policy.byRing() ? table.next(place.patience(PATIENCE_NANOS)) : -1;
                if (i >= 0) {
                    one(i, s);
                } else if (!place.wakeNow()) {
                    table.awake(false); // and then it looks once more: what is posted later sees it
                    for (i = table.next(0); i >= 0; i = table.next(0)) {
                        one(i, s);
                    }
                    sleep();
                }
            } catch (RuntimeException | Error e) {
                Bugs.report(e);
            }
        }
    }

    private void one(int i, Scratch s) {
        Task t = tasks[i];
        Ring r = rings[i];
        if (t == null || r == null) {
            return;
        }
        if (t.ringUse.begin(r)) {
            receiver.posted(t, s);
            if (++served >= MANY_CALLS) {
                tell();
            }
        } else {
            r.answer(Ring.REFUSED, 0);
        }
        place.answered();
    }

    /** Tells the policy of the calls that were made. */
    private void tell() {
        int n = served + notified.getAndSet(0);
        served = 0;
        long now = System.nanoTime();
        policy.called(n, table.takeLookedNanos(), now);
        place.again(tasks, now);
    }

    private void sleep() {
        place.wakeNow();
        sweep();
        tell();
        lastCallNanos = System.nanoTime() - PATIENCE_NANOS;
        asleep = true;
        if (place.taken() && !woken && !changed) {
            LockSupport.parkNanos(this, LINGER_NANOS);
        }
        while (!woken && !changed) {
            place.leave(tasks);
            LockSupport.park(this);
        }
        asleep = false;
        woken = false;
        if (eager || policy.byRing()) {
            place.take(tasks, System.nanoTime());
        }
    }

    private synchronized void takeNew() {
        changed = false;
        sweep();
        for (int i = 0; i < MOST_RINGS && !newTasks.isEmpty(); i++) {
            if (tasks[i] == null) {
                tasks[i] = newTasks.remove();
                rings[i] = newRings.remove();
                table.set(i, rings[i]);
            }
        }
    }

    /** Lets go of rings whose threads have ended or begun another program. */
    private synchronized void sweep() {
        for (int i = 0; i < MOST_RINGS; i++) {
            Task t = tasks[i];
            Ring r = rings[i];
            if (t != null && r != null && (t.dead() || t.ringUse.ring() != r) && !t.ringUse.byRing()) {
                RingCpu.leave(t);
                tasks[i] = null;
                rings[i] = null;
                table.set(i, null);
                r.close();
                used--;
            }
        }
    }
}
