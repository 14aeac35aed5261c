// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.ItimervalLayout;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.abi.SigeventLayout;
import io.sandjar.kernel.task.GuestClock;
import io.sandjar.kernel.task.ProcessTimer;
import io.sandjar.kernel.task.Task;

/** Timers that send signals. */
public final class TimerCalls {
    private TimerCalls() {}

    @Syscall(nr = Nr.alarm)
    public static long sys_alarm(Task t, int seconds) {
        long[] old = new long[2];
        t.group().timers(t).interval(t, ITIMER_REAL).set(false, (seconds & 0xffffffffL) * NANOS_PER_SECOND, 0, old);
        if (old[1] == 0) {
            return 0;
        }
        return Math.max(1, (old[1] + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND);
    }

    @Syscall(nr = Nr.setitimer)
    public static long sys_setitimer(Task t, int which, long new_value, long old_value) {
        long[] times = new long[2];
        if (new_value != 0) {
            byte[] b = new byte[ItimervalLayout.SIZEOF];
            int r = t.mem().read(new_value, b);
            if (r < 0) {
                return r;
            }
            for (int i = 0; i < 2; i++) {
                long micros = Bytes.i64(b, i * 16 + 8);
                times[i] =
                        micros < 0 || micros >= 1_000_000 ? -EINVAL : Waits.nanos(Bytes.i64(b, i * 16), micros * 1000);
            }
        }
        if (which < ITIMER_REAL || which > ITIMER_PROF || times[0] < 0 || times[1] < 0) {
            return -EINVAL;
        }
        long[] old = new long[2];
        t.group().timers(t).interval(t, which).set(false, times[1], times[0], old);
        return old_value == 0 ? 0 : writeItimerval(t, old_value, old);
    }

    @Syscall(nr = Nr.getitimer)
    public static long sys_getitimer(Task t, int which, long curr_value) {
        if (which < ITIMER_REAL || which > ITIMER_PROF) {
            return -EINVAL;
        }
        long[] now = new long[2];
        t.group().timers(t).interval(t, which).get(now);
        return writeItimerval(t, curr_value, now);
    }

    private static int writeItimerval(Task t, long address, long[] times) {
        byte[] b = new byte[ItimervalLayout.SIZEOF];
        for (int i = 0; i < 2; i++) {
            long micros = (times[i] + 999) / 1000; // a timer that runs never shows nothing left
            Bytes.put64(b, i * 16, micros / 1_000_000);
            Bytes.put64(b, i * 16 + 8, micros % 1_000_000);
        }
        return t.mem().write(address, b);
    }

    @Syscall(nr = Nr.timer_create)
    public static long sys_timer_create(Task t, @As(Kind.CLOCK) int clockid, long sevp, long timerid) {
        GuestClock clock = GuestClock.of(t, clockid);
        if (clock == null) {
            return -EINVAL;
        }
        if (!clock.canWait()) {
            return -EOPNOTSUPP;
        }
        int signo = Sig.SIGALRM;
        Long value = null;
        Task target = null;
        if (sevp != 0) {
            byte[] b = new byte[SigeventLayout.SIZEOF];
            int r = t.mem().read(sevp, b);
            if (r < 0) {
                return r;
            }
            int notify = Bytes.i32(b, SigeventLayout.sigev_notify);
            value = Bytes.i64(b, SigeventLayout.sigev_value);
            signo = Bytes.i32(b, SigeventLayout.sigev_signo);
            if (notify == Sig.SIGEV_NONE) {
                signo = 0;
            } else if (!Sig.isValid(signo) || (notify & ~Sig.SIGEV_THREAD_ID) != 0) {
                return -EINVAL;
            } else if (notify == Sig.SIGEV_THREAD_ID) {
                target = SchedCalls.find(t, Bytes.i32(b, SigeventLayout.sigev_notify_thread_id));
                if (target == null || target.group() != t.group()) {
                    return -EINVAL;
                }
            }
        }
        if (SleepCalls.isAlarm(clockid) && !t.creds().has(Cap.CAP_WAKE_ALARM)) {
            return -EPERM;
        }
        if (t.group().timers(t).count() >= t.rlimit(Rlimit.RLIMIT_SIGPENDING) || noRoom(t)) {
            return -EAGAIN;
        }
        int id = t.group().timers(t).create(target, clock, clockid, signo, value);
        if (id < 0) {
            return -EAGAIN;
        }
        int r = t.mem().writeInt(timerid, id);
        if (r < 0) {
            t.group().timers(t).delete(id);
        }
        return r;
    }

    /** A timer keeps its place among the queued signals from the beginning. */
    private static boolean noRoom(Task t) {
        t.kernel().taskLock().lock();
        try {
            return t.kernel().signals().queueFull(t.group(), Sig.SIGRTMIN);
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    @Syscall(nr = Nr.timer_settime)
    public static long sys_timer_settime(Task t, int timerid, int flags, long new_value, long old_value) {
        long[] times = new long[2];
        if (new_value == 0) {
            return -EINVAL;
        }
        long r = SleepCalls.readItimerspec(t, new_value, times);
        if (r < 0) {
            return r;
        }
        ProcessTimer timer = t.group().timers(t).get(timerid);
        if (timer == null) {
            return -EINVAL;
        }
        long[] old = new long[2];
        timer.set((flags & TIMER_ABSTIME) != 0, times[1], times[0], old);
        return old_value == 0 ? 0 : SleepCalls.writeItimerspec(t, old_value, old);
    }

    @Syscall(nr = Nr.timer_gettime)
    public static long sys_timer_gettime(Task t, int timerid, long curr_value) {
        ProcessTimer timer = t.group().timers(t).get(timerid);
        if (timer == null) {
            return -EINVAL;
        }
        long[] now = new long[2];
        timer.get(now);
        return SleepCalls.writeItimerspec(t, curr_value, now);
    }

    @Syscall(nr = Nr.timer_getoverrun)
    public static long sys_timer_getoverrun(Task t, int timerid) {
        ProcessTimer timer = t.group().timers(t).get(timerid);
        return timer == null ? -EINVAL : timer.overrun();
    }

    @Syscall(nr = Nr.timer_delete)
    public static long sys_timer_delete(Task t, int timerid) {
        return t.group().timers(t).delete(timerid) ? 0 : -EINVAL;
    }
}
