// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.timerfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Time;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.time.HostClock;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;

/**
 * A timer that is read for the number of its expirations. They are counted from the clock when somebody asks; the alarm
 * only wakes the waiters and is not set again before the file was read, so an unread timer costs nothing.
 */
public final class TimerFile extends FileDescription implements Timers.SetListener {
    private final Inode inode;
    private final Timers timers;
    private final int clock;
    private final WaitQueue queue = new WaitQueue();
    private final Timers.Timer alarm = new Alarm(this);

    /** The clock that it goes by since it was set. */
    private int basis = Time.CLOCK_MONOTONIC;

    /** When it next expires, by that clock; 0 while it is disarmed. */
    private long next;

    private long interval;

    /** Whether it is to end when the clock is set. */
    private boolean cancelOnSet;

    /** The clock was set and nobody has been told yet. */
    private boolean cancelled;

    public TimerFile(Inode inode, Timers timers, int clock, int flags) {
        super(null, flags);
        this.inode = inode;
        this.timers = timers;
        this.clock = clock;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    /** Accepted, and of no effect: it stays at 0. */
    @Override
    public long lseek(Caller c, long off, int whence) {
        return 0;
    }

    @Override
    public String describe() {
        return "anon_inode:[timerfd]";
    }

    public int clock() {
        return clock;
    }

    /**
     * Sets or (with 0) disarms the timer.
     *
     * @param flags TFD_TIMER_*
     * @param old gets the interval and the time that was left, see {@link #get}
     * @return 0, or -ECANCELED when the clock was set before this and nobody was told: the timer is set all the same
     */
    public synchronized int set(int flags, long value, long newInterval, long[] old) {
        boolean absolute = (flags & TFD_TIMER_ABSTIME) != 0;
        watchClock(absolute && (flags & TFD_TIMER_CANCEL_ON_SET) != 0);
        get(old);
        timers.cancel(alarm);
        interval = newInterval;
        next = 0;
        if (value == 0) {
            return 0;
        }
        basis = HostClock.basis(clock, absolute);
        long at = absolute ? value : timers.now(basis) + value;
        next = at == 0 ? 1 : at;
        timers.schedule(alarm, basis, next);
        return tellCancelled() ? -ECANCELED : 0;
    }

    private void watchClock(boolean on) {
        boolean may = on && HostClock.plain(clock) == Time.CLOCK_REALTIME;
        if (may && !cancelOnSet) {
            timers.listen(this);
        } else if (!may && cancelOnSet) {
            timers.unlisten(this);
            cancelled = false;
        }
        cancelOnSet = may;
    }

    private boolean tellCancelled() {
        boolean was = cancelled;
        cancelled = false;
        return was;
    }

    @Override
    public void clockWasSet() {
        synchronized (this) {
            if (!cancelOnSet) {
                return;
            }
            cancelled = true;
        }
        queue.wake(POLLIN | POLLRDNORM);
    }

    /** The interval in {@code out[0]} and what is left until the next expiration in {@code out[1]}. */
    public synchronized void get(long[] out) {
        out[0] = interval;
        long left = 0;
        if (next != 0) {
            left = next - timers.now(basis);
            if (left <= 0) {
                left = interval == 0 ? 0 : interval - (-left % interval);
            }
        }
        out[1] = left;
    }

    private synchronized boolean ready() {
        return cancelled || expired();
    }

    private boolean expired() {
        return next != 0 && next - timers.now(basis) <= 0;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        if (dst.remaining() < 8) {
            return -EINVAL;
        }
        byte[] out = new byte[8];
        synchronized (this) {
            if (tellCancelled()) {
                next = expired() ? 0 : next; // what it was to tell is of no more use, and it is not set again
                return -ECANCELED;
            }
            if (!expired()) {
                return -EAGAIN;
            }
            long ticks = 1;
            if (interval == 0) {
                next = 0;
            } else {
                ticks += (timers.now(basis) - next) / interval;
                next += ticks * interval;
                timers.schedule(alarm, basis, next);
            }
            Bytes.put64(out, 0, ticks);
        }
        int r = dst.put(out, 0, 8);
        return r < 0 ? r : 8;
    }

    @Override
    public int poll() {
        return ready() ? POLLIN | POLLRDNORM : 0;
    }

    @Override
    public WaitQueue waitQueue() {
        return queue;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    protected void onRelease() {
        timers.cancel(alarm);
        timers.unlisten(this);
    }

    private static final class Alarm extends Timers.Timer {
        private final TimerFile file;

        Alarm(TimerFile file) {
            this.file = file;
        }

        @Override
        protected void expire() {
            file.queue.wake(POLLIN | POLLRDNORM);
        }
    }
}
