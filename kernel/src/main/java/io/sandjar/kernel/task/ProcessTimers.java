// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.abi.Time;
import io.sandjar.kernel.base.HeapRoom;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** The timers of a process: three of setitimer(2), any number of timer_create(2). Made when the first is asked for. */
public final class ProcessTimers {
    /** What one of timer_create(2) takes. */
    private static final int TIMER_BYTES = 200;

    private final Kernel kernel;
    private final ThreadGroup group;
    private final @Nullable ProcessTimer[] intervals = new ProcessTimer[3];
    private final HashMap<Integer, ProcessTimer> posix = new HashMap<>();
    private int nextId;
    private boolean ended;

    ProcessTimers(Kernel kernel, ThreadGroup group) {
        this.kernel = kernel;
        this.group = group;
    }

    /** One of ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. */
    public synchronized ProcessTimer interval(Task t, int which) {
        ProcessTimer timer = intervals[which];
        if (timer == null) {
            GuestClock clock = switch (which) {
                case Time.ITIMER_REAL -> GuestClock.of(t, Time.CLOCK_MONOTONIC);
                case Time.ITIMER_VIRTUAL -> GuestClock.ofProcess(group, true);
                default -> GuestClock.ofProcess(group, false);
            };
            if (clock == null) {
                throw new IllegalStateException("no clock");
            }
            int signo = which == Time.ITIMER_REAL
                    ? Sig.SIGALRM
                    : which == Time.ITIMER_VIRTUAL ? Sig.SIGVTALRM : Sig.SIGPROF;
            timer = new ProcessTimer(kernel, group, null, clock, Time.CLOCK_MONOTONIC, -1, signo, 0);
            intervals[which] = timer;
        }
        return timer;
    }

    /**
     * timer_create(2): the id of a new timer, or -1 when there is no memory for it.
     *
     * @param value sigev_value; null for the timer's id
     */
    public synchronized int create(
            @Nullable Task task, GuestClock clock, int clockId, int signo, @Nullable Long value) {
        if (ended || !HeapRoom.OBJECTS.take(TIMER_BYTES)) {
            return -1;
        }
        int id = nextId++;
        long sent = value == null ? id : value;
        posix.put(id, new ProcessTimer(kernel, group, task, clock, clockId, id, signo, sent));
        return id;
    }

    /** Those of timer_create(2) as /proc/PID/timers shows them. */
    synchronized void describe(PidSpace seen, StringBuilder b) {
        for (ProcessTimer timer : posix.values()) {
            timer.describe(seen, b);
        }
    }

    public synchronized int count() {
        return posix.size();
    }

    public synchronized @Nullable ProcessTimer get(int id) {
        return posix.get(id);
    }

    /** timer_delete(2). @return false when there is none */
    public synchronized boolean delete(int id) {
        ProcessTimer timer = posix.remove(id);
        if (timer != null) {
            timer.stop();
            HeapRoom.OBJECTS.give(TIMER_BYTES);
        }
        return timer != null;
    }

    /** What execve(2) deletes. */
    synchronized void deletePosix() {
        for (ProcessTimer timer : posix.values()) {
            timer.stop();
        }
        HeapRoom.OBJECTS.give((long) posix.size() * TIMER_BYTES);
        posix.clear();
    }

    /** The process has ended. */
    synchronized void end() {
        ended = true;
        deletePosix();
        for (ProcessTimer timer : intervals) {
            if (timer != null) {
                timer.stop();
            }
        }
    }
}
