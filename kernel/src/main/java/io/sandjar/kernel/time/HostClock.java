// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;

/**
 * The clocks of the host, which are those of the guest: it reads them by the host's vDSO. CLOCK_MONOTONIC is also what
 * System.nanoTime() counts.
 */
public final class HostClock {
    private HostClock() {}

    /** Nanoseconds of a clock by its host id, or -errno. */
    public static long now(int clock) {
        return call(Nr.clock_gettime, clock);
    }

    /** Resolution of a clock in nanoseconds, or -errno. */
    public static long resolution(int clock) {
        return call(Nr.clock_getres, clock);
    }

    private static long call(int nr, int clock) {
        if (clock == CLOCK_MONOTONIC && nr == Nr.clock_gettime) {
            return System.nanoTime();
        }
        Scratch s = Scratch.take();
        try {
            long r = Sys.call(nr, clock, s.address, 0);
            return r < 0 ? r : s.buf.getLong(0) * NANOS_PER_SECOND + s.buf.getLong(8);
        } finally {
            s.give();
        }
    }

    /** Whether a clock is one that timers and sleeps go by. */
    public static boolean canWait(int clock) {
        return switch (clock) {
            case CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI -> true;
            case CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM -> true;
            default -> false;
        };
    }

    /** The clock without its power of waking a machine. */
    public static int plain(int clock) {
        return clock == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME : clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME : clock;
    }

    /**
     * The clock that a timer of {@code clock} goes by: a time that begins now on CLOCK_REALTIME takes as long as it takes, even
     * when the clock is set meanwhile. Linux makes no such exception for the other clocks.
     */
    public static int basis(int clock, boolean absolute) {
        return clock == CLOCK_REALTIME && !absolute ? CLOCK_MONOTONIC : plain(clock);
    }

    /**
     * CPU time of a host process, or -errno.
     *
     * @param which 0 user and system time in ticks, 1 user time in ticks, 2 all of it exactly
     */
    public static long processCpu(int hostPid, int which) {
        return now(~hostPid << 3 | which);
    }

    /** CPU time of a thread of another host process: its own clock id works within a process only. */
    public static long threadCpu(int hostPid, int hostTid) {
        String s = HostFiles.procText(hostPid + "/task/" + hostTid + "/schedstat");
        if (s == null) {
            return -EINVAL;
        }
        int end = s.indexOf(' ');
        return end < 0 ? -EINVAL : Long.parseLong(s, 0, end, 10);
    }
}
