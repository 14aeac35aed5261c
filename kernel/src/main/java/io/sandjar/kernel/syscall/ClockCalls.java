// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.GuestClock;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.time.HostClock;

/** Clocks. The guest reads most of them by the vDSO; CPU clocks and programs without one come here. */
public final class ClockCalls {
    private ClockCalls() {}

    /** The time of a clock by its guest id, in nanoseconds, or -EINVAL. */
    static long read(Task t, int clockid) {
        GuestClock c = GuestClock.of(t, clockid);
        return c == null ? -EINVAL : c.now();
    }

    @Syscall(nr = Nr.clock_gettime)
    public static long sys_clock_gettime(Task t, @As(Kind.CLOCK) int clockid, long tp) {
        long now = read(t, clockid);
        return now < 0 ? now : Waits.writeTime(t, tp, now, 1);
    }

    @Syscall(nr = Nr.clock_getres)
    public static long sys_clock_getres(Task t, @As(Kind.CLOCK) int clockid, long res) {
        GuestClock c = GuestClock.of(t, clockid);
        long r = c == null ? -EINVAL : c.resolution();
        return r < 0 ? r : res == 0 ? 0 : Waits.writeTime(t, res, r, 1);
    }

    @Syscall(nr = Nr.clock_settime, support = Support.REFUSED, note = "EPERM: the clocks are the host's")
    public static long sys_clock_settime(Task t, @As(Kind.CLOCK) int clockid, @As(Kind.TIMESPEC) long tp) {
        GuestClock c = GuestClock.of(t, clockid);
        if (clockid != CLOCK_REALTIME && (clockid >= 0 || c == null)) {
            return -EINVAL;
        }
        long r = Waits.timespec(t, tp);
        return r < 0 ? r : -EPERM;
    }

    @Syscall(nr = Nr.gettimeofday)
    public static long sys_gettimeofday(Task t, long tv, long tz) {
        int r = tv == 0 ? 0 : Waits.writeTime(t, tv, HostClock.now(CLOCK_REALTIME), 1000);
        return r < 0 || tz == 0 ? r : t.mem().writeLong(tz, 0);
    }

    @Syscall(nr = Nr.settimeofday, support = Support.REFUSED, note = "EPERM: the clocks are the host's")
    public static long sys_settimeofday(Task t, long tv, long tz) {
        return -EPERM;
    }

    @Syscall(nr = Nr.time)
    public static long sys_time(Task t, long tloc) {
        long now = HostClock.now(CLOCK_REALTIME) / NANOS_PER_SECOND;
        int r = tloc == 0 ? 0 : t.mem().writeLong(tloc, now);
        return r < 0 ? r : now;
    }

    /** Offsets of struct timex. */
    private static final int TIMEX_SIZE = 208;

    private static final int TIMEX_STATUS = 40;
    private static final int TIMEX_PRECISION = 56;
    private static final int TIMEX_TOLERANCE = 64;
    private static final int TIMEX_TIME = 72;
    private static final int TIMEX_TICK = 88;
    private static final int ADJ_OFFSET = 1;
    private static final int ADJ_ADJTIME = 0x8000;
    private static final int STA_UNSYNC = 0x40;
    private static final int TIME_ERROR = 5;

    @Syscall(nr = Nr.adjtimex, support = Support.PARTIAL, note = "reading only")
    public static long sys_adjtimex(Task t, long buf) {
        int[] modes = new int[1];
        int r = t.mem().readInt(buf, modes);
        if (r < 0) {
            return r;
        }
        if (modes[0] != 0 && modes[0] != 0xa001) { // ADJ_OFFSET_SS_READ reads as well
            return (modes[0] & ADJ_ADJTIME) != 0 && (modes[0] & ADJ_OFFSET) == 0 ? -EINVAL : -EPERM;
        }
        byte[] b = new byte[TIMEX_SIZE];
        long now = HostClock.now(CLOCK_REALTIME);
        Bytes.put32(b, TIMEX_STATUS, STA_UNSYNC);
        Bytes.put64(b, TIMEX_PRECISION, 1);
        Bytes.put64(b, TIMEX_TOLERANCE, 32768000);
        Bytes.put64(b, TIMEX_TIME, now / NANOS_PER_SECOND);
        Bytes.put64(b, TIMEX_TIME + 8, now % NANOS_PER_SECOND / 1000);
        Bytes.put64(b, TIMEX_TICK, 10000);
        r = t.mem().write(buf, b);
        return r < 0 ? r : TIME_ERROR;
    }

    @Syscall(nr = Nr.clock_adjtime, support = Support.PARTIAL, note = "reading only")
    public static long sys_clock_adjtime(Task t, @As(Kind.CLOCK) int clockid, long buf) {
        return clockid == CLOCK_REALTIME ? sys_adjtimex(t, buf) : clockid > 0 ? -EOPNOTSUPP : -EINVAL;
    }
}
