// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Time;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.time.Timers;
import org.jspecify.annotations.Nullable;

/**
 * An interval timer or POSIX timer of a process. While its last signal is still pending no second one is sent: what is
 * missed is counted as overrun. CPU time is looked at again and again, as nothing tells when it has passed a mark.
 */
public final class ProcessTimer extends Timers.Timer {
    /** Intervals are not shorter than this in effect. */
    private static final long MIN_GAP_NANOS = 100_000;

    /** CPU time is looked at no more often than this. */
    private static final long CPU_GAP_NANOS = 1_000_000;

    private static final int DELAYTIMER_MAX = Integer.MAX_VALUE;

    private final Kernel kernel;
    private final ThreadGroup group;
    private final @Nullable Task task;
    private final GuestClock clock;
    private final int id;
    private final int signo;
    private final long value;

    /** The clock's id of timer_create(2). */
    private final int clockId;

    // guarded by this
    private boolean armed;

    /** The clock that it goes by since it was set, if that is none of CPU time. */
    private int basis = Time.CLOCK_MONOTONIC;

    /** When it next expires, by that clock. */
    private long next;

    private long interval;
    private long missed;
    private int overrun;

    /**
     * @param task who gets the signal; null for the process
     * @param id the timer's id, -1 for an interval timer
     * @param signo 0 for no signal
     */
    ProcessTimer(
            Kernel kernel,
            ThreadGroup group,
            @Nullable Task task,
            GuestClock clock,
            int clockId,
            int id,
            int signo,
            long value) {
        this.kernel = kernel;
        this.group = group;
        this.task = task;
        this.clock = clock;
        this.id = id;
        this.signo = signo;
        this.value = value;
        this.clockId = clockId;
    }

    /** As /proc/PID/timers shows it. @param seen whose process ids are used */
    void describe(PidSpace seen, StringBuilder b) {
        b.append("ID: ").append(id).append("\nsignal: ").append(signo).append('/');
        String hex = Long.toHexString(value);
        b.append("0000000000000000", hex.length(), 16).append(hex);
        b.append("\nnotify: ").append(signo == 0 ? "none" : "signal").append(task == null ? "/pid." : "/tid.");
        b.append(seen.fromRoot(task == null ? group.pid() : task.rootTid()));
        b.append("\nClockID: ").append(clockId).append('\n');
    }

    /**
     * Sets or (with 0) disarms the timer.
     *
     * @param old gets the interval and the time that was left; null if nobody asks
     */
    public synchronized void set(boolean absolute, long initial, long newInterval, long @Nullable [] old) {
        if (old != null) {
            get(old);
        }
        kernel.timers.cancel(this);
        interval = newInterval;
        missed = 0;
        overrun = 0;
        armed = initial != 0;
        if (!armed) {
            return;
        }
        basis = clock.basis(absolute);
        next = absolute ? initial : time() + initial;
        if (clock.cpu()) {
            kernel.timers.schedule(this, System.nanoTime() + CPU_GAP_NANOS);
        } else {
            kernel.timers.schedule(this, basis, next);
        }
    }

    private long time() {
        return clock.cpu() ? clock.now() : kernel.timers.now(basis);
    }

    /** The interval in {@code out[0]} and what is left in {@code out[1]}, 0 when disarmed. */
    public synchronized void get(long[] out) {
        out[0] = interval;
        out[1] = armed ? Math.max(next - time(), 1) : 0;
    }

    /** Overruns of the last signal. */
    public synchronized int overrun() {
        return overrun;
    }

    /** Its signal is delivered: what was missed while it was pending counts as overrun. */
    synchronized int taken() {
        overrun = (int) Math.min(overrun + missed, DELAYTIMER_MAX);
        missed = 0;
        return overrun;
    }

    /** Unsets the timer for good. */
    synchronized void stop() {
        armed = false;
        kernel.timers.cancel(this);
    }

    @Override
    protected void expire() {
        boolean send;
        int lost = 0;
        synchronized (this) {
            if (!armed) {
                return;
            }
            long now = time();
            if (now < 0 && clock.cpu()) {
                armed = false; // the process has ended
                return;
            }
            if (now - next < 0) {
                look(clock.cpu() ? Math.max((next - now) / 4, CPU_GAP_NANOS) : next - now);
                return;
            }
            long ticks = 1;
            if (interval == 0) {
                armed = false;
            } else {
                ticks += (now - next) / interval;
                next += ticks * interval;
                look(Math.max(next - now, clock.cpu() ? CPU_GAP_NANOS : MIN_GAP_NANOS));
            }
            send = !pending();
            if (send) {
                lost = (int) Math.min(missed + ticks - 1, DELAYTIMER_MAX);
                overrun = lost;
                missed = 0;
            } else {
                missed += ticks;
            }
        }
        if (send && signo != 0) {
            send(lost);
        }
    }

    /** Has {@link #expire} called in {@code nanos} of the clock it goes by; CPU time takes at least as long as that. */
    private void look(long nanos) {
        kernel.timers.schedule(this, basis, kernel.timers.now(basis) + nanos);
    }

    private boolean pending() {
        if (signo == 0) {
            return false;
        }
        kernel.taskLock().lock();
        try {
            return ((task != null ? task.pending : group.shared).set() & Signals.bit(signo)) != 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private void send(int lost) {
        SigInfo info = id < 0 ? SigInfo.kernel(signo) : SigInfo.timer(signo, id, lost, value);
        if (task != null) {
            kernel.signals().sendToTask(task, info);
        } else {
            kernel.signals().sendToGroup(group, info);
        }
    }
}
