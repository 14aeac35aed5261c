// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Time;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.time.HostClock;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import java.util.concurrent.locks.LockSupport;

/**
 * A moment of any clock until which a call waits: CLOCK_REALTIME may be set meanwhile, and the moment comes sooner or later
 * then. Waits by CLOCK_MONOTONIC alone do without ({@link Caller#await}).
 */
public final class Deadline {
    /** None: the wait has no limit. */
    public static final Deadline NEVER = new Deadline(Time.CLOCK_MONOTONIC, Caller.FOREVER);

    private final int clock;
    private final long nanos;

    private Deadline(int clock, long nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /** The moment at which {@code clock} shows {@code nanos}. */
    public static Deadline of(int clock, long nanos) {
        return new Deadline(HostClock.basis(clock, true), nanos);
    }

    /** As {@link Task#await}. */
    public int await(Task t, WaitPlace place, int events, Condition condition) {
        if (clock == Time.CLOCK_MONOTONIC) {
            return t.await(place, events, condition, nanos);
        }
        Timers timers = t.kernel.timers;
        Reached either = new Reached(timers, condition);
        int r;
        if (t.mayBlock) {
            timers.schedule(either.alarm, clock, nanos);
            r = t.await(place, events, either, Caller.FOREVER);
            timers.cancel(either.alarm);
        } else {
            r = t.await(place, events, either, Caller.FOREVER);
        }
        return r == 0 && !either.held ? -ETIMEDOUT : r;
    }

    /** Waits for nothing but the moment, without a thread if it can: 0, -ERESTARTSYS or BLOCK. */
    public int sleep(Task t) {
        Reached time = new Reached(t.kernel.timers, Never.NEVER);
        if (t.mayBlock) {
            int r = await(t, t.sleepers, 0, time);
            return r == -ETIMEDOUT ? 0 : r;
        }
        int r = t.awaitReady(t.sleepers, 0, time, Caller.FOREVER);
        if (r == Caller.BLOCK) {
            t.parking.parkUntil(clock, nanos);
        }
        return r;
    }

    private static final class Never implements Condition {
        static final Never NEVER = new Never();

        @Override
        public boolean holds() {
            return false;
        }
    }

    /** What is waited for, or the end of the time. */
    private final class Reached implements Condition {
        private final Timers timers;
        private final Condition condition;
        final Alarm alarm = new Alarm();
        boolean held;

        Reached(Timers timers, Condition condition) {
            this.timers = timers;
            this.condition = condition;
        }

        @Override
        public boolean holds() {
            held = condition.holds();
            return held || timers.now(clock) - nanos >= 0;
        }
    }

    /** Has the waiting thread look at the clock. */
    private static final class Alarm extends Timers.Timer {
        private final Thread waiter = Thread.currentThread();

        @Override
        protected void expire() {
            LockSupport.unpark(waiter);
        }
    }
}
