// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A task's call that waits and for which no thread is kept: it is made anew when what it waits for, its deadline or a
 * signal comes. The descriptions that it had looked up stay held, so that the second run meets the same ones. Each task
 * has one, for all its calls: a wake-up that was meant for an earlier wait only makes the call look once more.
 */
final class ParkedCall extends WaitEntry implements Runnable {
    private static final VarHandle TAKEN;
    private static final WaitPlace NOWHERE = new WaitQueue();

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(ParkedCall.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Task task;
    private final Resumption resumption;
    private final Expiry expiry = new Expiry();
    private WaitPlace place = NOWHERE;
    private boolean timed;

    /** Somebody ended the wait, or there is none. */
    @SuppressWarnings("unused") // by TAKEN
    private volatile boolean taken = true;

    /** @param resumption makes the calls anew */
    ParkedCall(Task task, Resumption resumption) {
        super(0);
        this.task = task;
        this.resumption = resumption;
    }

    /** Begins to wait. What comes from here on is not missed; it is dealt with when this method is through. */
    synchronized void park(WaitPlace where, int events, Condition condition, int clock, long deadline) {
        place = where;
        timed = deadline != Caller.FOREVER;
        setEvents(events);
        taken = false;
        where.add(this);
        if (timed) {
            task.kernel.timers.schedule(expiry, clock, deadline);
        }
        if (condition.holds() || task.attention || task.dead) {
            resume();
        }
    }

    /** Ends the wait: the call is made anew, once. */
    void resume() {
        if (TAKEN.compareAndSet(this, false, true)) {
            Worker.later(this);
        }
    }

    @Override
    public boolean wake(int events) {
        resume();
        return true;
    }

    @Override
    public void run() {
        stopWaiting();
        task.group.cgroup.goesOn();
        resumption.again(task);
    }

    private synchronized void stopWaiting() {
        place.remove(this);
        place = NOWHERE;
        if (timed) {
            task.kernel.timers.cancel(expiry);
        }
    }

    private final class Expiry extends Timers.Timer {
        @Override
        protected void expire() {
            resume();
        }
    }
}
