// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Clocks, timers and their flags. */
public final class Time {
    // clocks
    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_MONOTONIC = 1;
    public static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    public static final int CLOCK_THREAD_CPUTIME_ID = 3;
    public static final int CLOCK_MONOTONIC_RAW = 4;
    public static final int CLOCK_REALTIME_COARSE = 5;
    public static final int CLOCK_MONOTONIC_COARSE = 6;
    public static final int CLOCK_BOOTTIME = 7;
    public static final int CLOCK_REALTIME_ALARM = 8;
    public static final int CLOCK_BOOTTIME_ALARM = 9;
    public static final int CLOCK_SGI_CYCLE = 10;
    public static final int CLOCK_TAI = 11;

    // flags of timers and sleeps
    public static final int TIMER_ABSTIME = 1;

    // interval timers
    public static final int ITIMER_REAL = 0;
    public static final int ITIMER_VIRTUAL = 1;
    public static final int ITIMER_PROF = 2;

    // who of getrusage
    public static final int RUSAGE_SELF = 0;
    public static final int RUSAGE_THREAD = 1;
    public static final int RUSAGE_CHILDREN = -1;

    public static final long NANOS_PER_SECOND = 1_000_000_000L;
    public static final long NANOS_PER_MICRO = 1_000L;
    public static final long NANOS_PER_MILLI = 1_000_000L;

    /** Clock ticks per second as times(2) and /proc count them. */
    public static final int USER_HZ = 100;

    private Time() {}
}
