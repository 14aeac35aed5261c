// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A call that waits for one thing and for which no thread is kept: it is made anew when that thing, its deadline or a
 * signal comes. The descriptions that it had looked up stay held, so that the second run meets the same ones.
 */
final class ParkedCall extends WaitEntry implements Runnable {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(ParkedCall.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Task task;
    private final WaitQueue queue;
    private final Condition condition;
    private final long deadline;
    private final Runnable again;
    private final Expiry expiry = new Expiry();

    @SuppressWarnings("unused") // by TAKEN
    private volatile boolean taken;

    /** @param again makes the call anew */
    ParkedCall(Task task, WaitQueue queue, int events, Condition condition, long deadline, Runnable again) {
        super(events);
        this.task = task;
        this.queue = queue;
        this.condition = condition;
        this.deadline = deadline;
        this.again = again;
    }

    /** Begins to wait. What comes from here on is not missed. */
    void park() {
        queue.add(this);
        if (deadline != Caller.FOREVER) {
            task.kernel.timers.schedule(expiry, deadline);
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
        queue.remove(this);
        if (deadline != Caller.FOREVER) {
            task.kernel.timers.cancel(expiry);
        }
        again.run();
    }

    private final class Expiry extends Timers.Timer {
        @Override
        protected void expire() {
            resume();
        }
    }
}
