// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.ItimerspecLayout;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.fs.timerfd.TimerFile;
import io.sandjar.kernel.task.Deadline;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.time.HostClock;
import io.sandjar.kernel.vfs.FileDescription;

/** Sleeping, and timers that are files. */
public final class SleepCalls {
    /** In the number of a clock of CPU time: of a thread, not of its process. */
    private static final int CPUCLOCK_PERTHREAD = 4;

    /** Was a clock of a machine that is no more. */
    private static final int CLOCK_SGI_CYCLE = 10;

    private SleepCalls() {}

    /** Clocks that wake a sleeping machine: there is no such clock here, as on machines without one. */
    static boolean isAlarm(int clockid) {
        return clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM;
    }

    @Syscall(nr = Nr.nanosleep)
    public static long sys_nanosleep(Task t, @As(Kind.TIMESPEC) long req, long rem) {
        long nanos = Waits.timespec(t, req);
        return nanos < 0 ? nanos : sleepFor(t, nanos, rem);
    }

    @Syscall(nr = Nr.clock_nanosleep)
    public static long sys_clock_nanosleep(
            Task t, @As(Kind.CLOCK) int clockid, int flags, @As(Kind.TIMESPEC) long req, long rem) {
        boolean ofThread = (clockid & CPUCLOCK_PERTHREAD) != 0;
        if (clockid < 0 && ofThread && (~(clockid >> 3) == 0 || ~(clockid >> 3) == t.tid())) {
            return -EINVAL; // a thread that sleeps uses no time of its own
        }
        boolean cpu = clockid < 0 || clockid == CLOCK_PROCESS_CPUTIME_ID;
        if (!cpu && (!HostClock.canWait(clockid) || isAlarm(clockid))) {
            boolean known = clockid >= CLOCK_REALTIME && clockid <= CLOCK_TAI && clockid != CLOCK_SGI_CYCLE;
            return known ? -EOPNOTSUPP : -EINVAL;
        }
        long nanos = Waits.timespec(t, req);
        if (nanos < 0) {
            return nanos;
        }
        if (cpu) {
            return sleepCpu(t, clockid, (flags & TIMER_ABSTIME) != 0, nanos);
        }
        if ((flags & TIMER_ABSTIME) == 0) {
            return sleepFor(t, nanos, rem);
        }
        long r = clockid == CLOCK_MONOTONIC
                ? sleepUntil(t, nanos)
                : Deadline.of(clockid, nanos).sleep(t);
        return r == -ERESTARTSYS ? -ERESTARTNOHAND : r;
    }

    private static long sleepFor(Task t, long nanos, long rem) {
        long deadline = Waits.deadline(t, nanos);
        Waits.keep(t, deadline);
        long r = sleepUntil(t, deadline);
        if (r == -ERESTARTSYS) {
            if (rem != 0) {
                int e = Waits.writeTime(t, rem, Math.max(0, deadline - System.nanoTime()), 1);
                if (e < 0) {
                    return e;
                }
            }
            return Waits.interrupted(t, deadline);
        }
        return r;
    }

    private static long sleepUntil(Task t, long deadline) {
        int r = t.awaitReady(t.sleepers, 0, Waits.NEVER, deadline);
        return r == -ETIMEDOUT ? 0 : r;
    }

    /** Sleeps until CPU time has been used: looks again and again, since nothing tells. */
    private static long sleepCpu(Task t, int clockid, boolean absolute, long nanos) {
        long now = ClockCalls.read(t, clockid);
        if (now < 0) {
            return now;
        }
        long end = t.progress != 0 ? t.progress : absolute ? nanos : now + nanos;
        while (now >= 0 && now < end) {
            t.progress = end;
            long r = sleepUntil(t, System.nanoTime() + Math.max(end - now, NANOS_PER_MILLI));
            if (r != 0) {
                return r == -ERESTARTSYS ? -EINTR : r;
            }
            now = ClockCalls.read(t, clockid);
        }
        return Math.min(now, 0);
    }

    @Syscall(nr = Nr.timerfd_create)
    public static long sys_timerfd_create(Task t, @As(Kind.CLOCK) int clockid, int flags) {
        if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0) {
            return -EINVAL;
        }
        if (!HostClock.canWait(clockid) || clockid == CLOCK_TAI) {
            return -EINVAL;
        }
        if (isAlarm(clockid) && !t.creds().has(Cap.CAP_WAKE_ALARM)) {
            return -EPERM;
        }
        TimerFile f = new TimerFile(
                t.kernel().anon.newInode(0600, t.creds()), t.kernel().timers, clockid, O.O_RDWR | flags & TFD_NONBLOCK);
        return PipeCalls.install(t, f, (flags & TFD_CLOEXEC) != 0);
    }

    @Syscall(nr = Nr.timerfd_settime)
    public static long sys_timerfd_settime(Task t, int fd, int flags, long new_value, long old_value) {
        long[] times = new long[2];
        long r = readItimerspec(t, new_value, times);
        if (r < 0) {
            return r;
        }
        if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0) {
            return -EINVAL;
        }
        FileDescription f = Io.open(t, fd);
        if (!(f instanceof TimerFile timer)) {
            return f == null ? -EBADF : -EINVAL;
        }
        long[] old = new long[2];
        r = timer.set(flags, times[1], times[0], old);
        return r < 0 || old_value == 0 ? r : writeItimerspec(t, old_value, old);
    }

    @Syscall(nr = Nr.timerfd_gettime)
    public static long sys_timerfd_gettime(Task t, int fd, long curr_value) {
        FileDescription f = Io.open(t, fd);
        if (!(f instanceof TimerFile timer)) {
            return f == null ? -EBADF : -EINVAL;
        }
        long[] now = new long[2];
        timer.get(now);
        return writeItimerspec(t, curr_value, now);
    }

    /** Reads interval and value in nanoseconds; 0, -EFAULT or -EINVAL. */
    static long readItimerspec(Task t, long address, long[] out) {
        byte[] b = new byte[ItimerspecLayout.SIZEOF];
        int r = t.mem().read(address, b);
        if (r < 0) {
            return r;
        }
        out[0] = Waits.nanos(Bytes.i64(b, 0), Bytes.i64(b, 8));
        out[1] = Waits.nanos(Bytes.i64(b, 16), Bytes.i64(b, 24));
        return out[0] < 0 || out[1] < 0 ? -EINVAL : 0;
    }

    static int writeItimerspec(Task t, long address, long[] times) {
        byte[] b = new byte[ItimerspecLayout.SIZEOF];
        Bytes.put64(b, 0, times[0] / NANOS_PER_SECOND);
        Bytes.put64(b, 8, times[0] % NANOS_PER_SECOND);
        Bytes.put64(b, 16, times[1] / NANOS_PER_SECOND);
        Bytes.put64(b, 24, times[1] % NANOS_PER_SECOND);
        return t.mem().write(address, b);
    }
}
