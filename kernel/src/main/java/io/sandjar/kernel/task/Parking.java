// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Time;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.Unparker;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Caller;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How a thread's call waits: on a host thread of the kernel's that parks, or without one ({@link ParkedCall}). */
public final class Parking {
    private final Task task;

    /** The kernel's thread that waits for it; null for none. */
    volatile @Nullable Thread thread;

    private volatile @Nullable ParkedCall parkedCall;
    private @Nullable WaitPlace waitPlace;
    private @Nullable Condition waitCondition;
    private int waitEvents;
    private long waitDeadline;
    private int waitClock;
    private boolean again;
    private int awaitResult;

    Parking(Task task) {
        this.task = task;
    }

    /** Ends a wait, whoever it is that waits. */
    void unpark() {
        Thread p = thread;
        if (p != null) {
            LockSupport.unpark(p);
        }
        ParkedCall c = parkedCall;
        if (c != null) {
            c.resume();
        }
    }

    /** As {@link Caller#await}. */
    int await(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        if (condition.holds()) {
            return 0;
        }
        if (task.attention) {
            return -ERESTARTSYS;
        }
        if (deadlineNanos != Caller.FOREVER && deadlineNanos - System.nanoTime() <= 0) {
            return -ETIMEDOUT;
        }
        if (!task.mayBlock) {
            waitPlace = null;
            return Caller.BLOCK;
        }
        Unparker entry = new Unparker(Thread.currentThread(), events);
        thread = Thread.currentThread();
        place.add(entry);
        try {
            while (true) {
                if (condition.holds()) {
                    return 0;
                }
                if (task.attention) {
                    return -ERESTARTSYS;
                }
                if (deadlineNanos == Caller.FOREVER) {
                    LockSupport.park(task);
                } else {
                    long left = deadlineNanos - System.nanoTime();
                    if (left <= 0) {
                        return -ETIMEDOUT;
                    }
                    LockSupport.parkNanos(task, left);
                }
            }
        } finally {
            place.remove(entry);
            thread = null;
            task.group.cgroup.goesOn();
        }
    }

    /** As {@link Caller#awaitReady}. */
    int awaitReady(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        int r = await(place, events, condition, deadlineNanos);
        if (r == Caller.BLOCK) {
            waitPlace = place;
            waitEvents = events;
            waitCondition = condition;
            waitDeadline = deadlineNanos;
            waitClock = Time.CLOCK_MONOTONIC;
        }
        return r;
    }

    /** Gives the wait that {@link #awaitReady} has just prepared a deadline by another clock. */
    void parkUntil(int clock, long nanos) {
        waitClock = clock;
        waitDeadline = nanos;
    }

    /**
     * Lets the call that has just answered BLOCK wait without a thread, if it can.
     *
     * @param resumption makes it anew, always the same for a task; may run on any thread before this method returns
     * @return false when it needs one
     */
    public boolean park(Resumption resumption) {
        WaitPlace place = waitPlace;
        Condition c = waitCondition;
        if (place == null || c == null) {
            return false;
        }
        waitPlace = null;
        waitCondition = null;
        ParkedCall p = parkedCall;
        if (p == null) {
            p = new ParkedCall(task, resumption);
            parkedCall = p;
        }
        p.park(place, waitEvents, c, waitClock, waitDeadline);
        return true;
    }

    /** Whether the call that is about to run had parked: it finds what it had looked up. */
    public boolean again() {
        return again;
    }

    public void setAgain(boolean on) {
        again = on;
    }

    /** Why {@link #awaitSignal} came back without one: -ETIMEDOUT, -ERESTARTSYS or BLOCK. */
    public int awaitResult() {
        return awaitResult;
    }

    /** Waits for one of {@code wanted} signals (which are usually blocked) and takes it; null: see awaitResult. */
    public @Nullable SigInfo awaitSignal(long wanted, long deadline) {
        SigInfo now = task.kernel.signals().dequeue(task, wanted);
        if (now != null) {
            return now;
        }
        task.mask.waitingFor = wanted;
        try {
            SigInfo[] got = new SigInfo[1];
            awaitResult = await(
                    task.group.signalWait,
                    1,
                    () -> {
                        if (got[0] == null) {
                            got[0] = task.kernel.signals().dequeue(task, wanted);
                        }
                        return got[0] != null;
                    },
                    deadline);
            return awaitResult == 0 ? got[0] : null;
        } finally {
            task.mask.waitingFor = 0;
        }
    }
}
