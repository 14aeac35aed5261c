// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.kernel.time.HostClock;
import org.jspecify.annotations.Nullable;

/** What a guest's clock id stands for: a clock of the host, or the CPU time of a guest process or thread. */
public final class GuestClock {
    /** Which time a CPU clock counts. */
    private static final int PROF = 0;

    private static final int VIRT = 1;
    private static final int SCHED = 2;

    private static final int WHICH = 3;
    private static final int PER_THREAD = 4;

    private final int clock;
    private final int hostPid;
    private final int hostTid;

    /** Whether it counts what a process uses, rather than the time of day. */
    private final boolean cpu;

    private GuestClock(boolean cpu, int clock, int hostPid, int hostTid) {
        this.cpu = cpu;
        this.clock = clock;
        this.hostPid = hostPid;
        this.hostTid = hostTid;
    }

    /** The clock of an id as {@code t} sees it; null when there is none (EINVAL). */
    public static @Nullable GuestClock of(Task t, int id) {
        if (id == CLOCK_PROCESS_CPUTIME_ID || id == CLOCK_THREAD_CPUTIME_ID) {
            boolean thread = id == CLOCK_THREAD_CPUTIME_ID;
            return new GuestClock(true, SCHED, t.group().hostPid(), thread ? t.hostTid() : 0);
        }
        if (id >= 0) {
            return id > CLOCK_TAI || id == CLOCK_SGI_CYCLE ? null : new GuestClock(false, id, 0, 0);
        }
        int which = id & WHICH;
        if (which == WHICH) {
            return null; // a clock that is a device
        }
        int pid = ~(id >> 3);
        t.kernel().taskLock().lock();
        try {
            if ((id & PER_THREAD) != 0) {
                Task o = pid == 0 ? t : t.pids().task(pid);
                return o == null || o.group() != t.group()
                        ? null
                        : new GuestClock(true, which, o.group().hostPid(), o.hostTid());
            }
            ThreadGroup g = pid == 0 ? t.group() : t.pids().group(pid);
            return g == null ? null : new GuestClock(true, which, g.hostPid(), 0);
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** User time (ITIMER_VIRTUAL) or user and system time (ITIMER_PROF) of a process. */
    static GuestClock ofProcess(ThreadGroup g, boolean userOnly) {
        return new GuestClock(true, userOnly ? VIRT : PROF, g.hostPid(), 0);
    }

    /** Nanoseconds, or -errno. */
    public long now() {
        if (!cpu) {
            return HostClock.now(clock);
        }
        if (hostPid == 0) {
            return 0; // it has not begun
        }
        return hostTid != 0 ? HostClock.threadCpu(hostPid, hostTid) : HostClock.processCpu(hostPid, clock);
    }

    public long resolution() {
        return hostPid == 0 ? HostClock.resolution(clock) : 1;
    }

    /** Whether it counts CPU time, which nothing tells the end of. */
    public boolean cpu() {
        return hostPid != 0;
    }

    /** Whether timers and sleeps can go by it. */
    public boolean canWait() {
        return cpu() || HostClock.canWait(clock);
    }

    /** The clock of the host that timers go by; CLOCK_MONOTONIC for CPU time, which is looked at again and again. */
    int basis(boolean absolute) {
        return cpu() ? CLOCK_MONOTONIC : HostClock.basis(clock, absolute);
    }
}
