// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.timerfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
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
public final class TimerFile extends FileDescription {
    private final Inode inode;
    private final Timers timers;
    private final int clock;
    private final WaitQueue queue = new WaitQueue();
    private final Timers.Timer alarm = new Alarm(this);

    /** When it next expires, CLOCK_MONOTONIC; 0 while it is disarmed. */
    private long next;

    private long interval;

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
     * @param old gets the interval and the time that was left, see {@link #get}
     */
    public synchronized void set(boolean absolute, long value, long newInterval, long[] old) {
        get(old);
        timers.cancel(alarm);
        interval = newInterval;
        next = 0;
        if (value != 0) {
            long at = absolute ? HostClock.monotonicAt(clock, value) : System.nanoTime() + value;
            next = at == 0 ? 1 : at;
            timers.schedule(alarm, next);
        }
    }

    /** The interval in {@code out[0]} and what is left until the next expiration in {@code out[1]}. */
    public synchronized void get(long[] out) {
        out[0] = interval;
        long left = 0;
        if (next != 0) {
            left = next - System.nanoTime();
            if (left <= 0) {
                left = interval == 0 ? 0 : interval - (-left % interval);
            }
        }
        out[1] = left;
    }

    private synchronized boolean expired() {
        return next != 0 && next - System.nanoTime() <= 0;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        if (dst.remaining() < 8) {
            return -EINVAL;
        }
        byte[] out = new byte[8];
        synchronized (this) {
            if (!expired()) {
                return -EAGAIN;
            }
            long ticks = 1;
            if (interval == 0) {
                next = 0;
            } else {
                ticks += (System.nanoTime() - next) / interval;
                next += ticks * interval;
                timers.schedule(alarm, next);
            }
            Bytes.put64(out, 0, ticks);
        }
        int r = dst.put(out, 0, 8);
        return r < 0 ? r : 8;
    }

    @Override
    public int poll() {
        return expired() ? POLLIN | POLLRDNORM : 0;
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
