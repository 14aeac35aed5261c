// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.SchedAttrLayout;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Scheduling. Threads are the host's: affinity and nice values are handed on to it, as far as it lets an ordinary process
 * go; other policies than the ordinary ones are only remembered as asked for when they ask for nothing special.
 */
public final class SchedCalls {
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;
    private static final int SCHED_RR = 2;
    private static final int SCHED_BATCH = 3;
    private static final int SCHED_IDLE = 5;
    private static final int SCHED_DEADLINE = 6;
    private static final int SCHED_RESET_ON_FORK = 0x40000000;
    private static final int PRIO_PROCESS = 0;
    private static final int PRIO_PGRP = 1;
    private static final int PRIO_USER = 2;
    private static final int MASK_BYTES = 1024;

    private SchedCalls() {}

    @Syscall(nr = Nr.sched_yield)
    public static long sys_sched_yield(Task t) {
        return 0;
    }

    /** The task with a thread id, 0 for the caller itself; null for none. */
    static @Nullable Task find(Task t, int tid) {
        if (tid == 0 || tid == t.tid()) {
            return t;
        }
        t.kernel().taskLock().lock();
        try {
            return t.pids().task(tid);
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** Whether the caller may change how {@code o} is scheduled. */
    private static boolean mayChange(Task t, Task o) {
        Creds c = t.creds();
        return c.euid() == o.creds().euid()
                || c.euid() == o.creds().uid()
                || c.has(o.creds().userNs(), Cap.CAP_SYS_NICE);
    }

    @Syscall(nr = Nr.sched_getaffinity)
    public static long sys_sched_getaffinity(Task t, int pid, int cpusetsize, long mask) {
        if ((cpusetsize & 7) != 0) {
            return -EINVAL;
        }
        Task o = pid < 0 ? null : find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        Scratch s = Scratch.take();
        try {
            long n = Sys.call(Nr.sched_getaffinity, o.hostTid(), MASK_BYTES, s.address);
            if (n < 0) {
                return n;
            }
            if (cpusetsize < n) {
                return -EINVAL;
            }
            byte[] b = new byte[(int) n];
            s.buf.get(0, b);
            int r = t.mem().write(mask, b);
            return r < 0 ? r : n;
        } finally {
            s.give();
        }
    }

    @Syscall(nr = Nr.sched_setaffinity)
    public static long sys_sched_setaffinity(Task t, int pid, int cpusetsize, long mask) {
        byte[] b = new byte[Math.clamp(cpusetsize, 0, MASK_BYTES)];
        int r = t.mem().read(mask, b);
        if (r < 0) {
            return r;
        }
        Task o = pid < 0 ? null : find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        if (!mayChange(t, o)) {
            return -EPERM;
        }
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, b);
            return Sys.call(Nr.sched_setaffinity, o.hostTid(), b.length, s.address);
        } finally {
            s.give();
        }
    }

    @Syscall(nr = Nr.sched_getscheduler)
    public static long sys_sched_getscheduler(Task t, int pid) {
        Task o = pid < 0 ? null : find(t, pid);
        return o == null ? pid < 0 ? -EINVAL : -ESRCH : o.schedPolicy;
    }

    @Syscall(nr = Nr.sched_setscheduler, support = Support.PARTIAL, note = "real-time policies are refused")
    public static long sys_sched_setscheduler(Task t, int pid, int policy, long param) {
        int[] priority = new int[1];
        if (pid < 0 || param == 0) {
            return -EINVAL;
        }
        int r = t.mem().readInt(param, priority);
        return r < 0 ? r : setPolicy(t, pid, policy, priority[0]);
    }

    private static long setPolicy(Task t, int pid, int policy, int priority) {
        Task o = find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        int plain = policy & ~SCHED_RESET_ON_FORK;
        long max = sys_sched_get_priority_max(t, plain);
        if (max < 0 || priority < sys_sched_get_priority_min(t, plain) || priority > max) {
            return -EINVAL;
        }
        if (max > 0 || plain == SCHED_DEADLINE || !mayChange(t, o)) {
            return -EPERM;
        }
        o.schedPolicy = policy;
        return 0;
    }

    @Syscall(nr = Nr.sched_getparam)
    public static long sys_sched_getparam(Task t, int pid, long param) {
        if (pid < 0 || param == 0) {
            return -EINVAL;
        }
        return find(t, pid) == null ? -ESRCH : t.mem().writeInt(param, 0);
    }

    @Syscall(nr = Nr.sched_setparam)
    public static long sys_sched_setparam(Task t, int pid, long param) {
        int[] priority = new int[1];
        if (pid < 0 || param == 0) {
            return -EINVAL;
        }
        int r = t.mem().readInt(param, priority);
        if (r < 0) {
            return r;
        }
        return find(t, pid) == null ? -ESRCH : priority[0] == 0 ? 0 : -EINVAL;
    }

    @Syscall(nr = Nr.sched_getattr)
    public static long sys_sched_getattr(Task t, int pid, long attr, int size, int flags) {
        if (pid < 0 || attr == 0 || size < 48 || size > 4096 || flags != 0) {
            return -EINVAL;
        }
        Task o = find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        byte[] b = new byte[Math.min(size, SchedAttrLayout.SIZEOF)];
        Bytes.put32(b, SchedAttrLayout.size, b.length);
        Bytes.put32(b, SchedAttrLayout.sched_policy, o.schedPolicy & ~SCHED_RESET_ON_FORK);
        Bytes.put64(b, SchedAttrLayout.sched_flags, (o.schedPolicy & SCHED_RESET_ON_FORK) != 0 ? 1 : 0);
        Bytes.put32(b, SchedAttrLayout.sched_nice, nice(o));
        return t.mem().write(attr, b);
    }

    @Syscall(nr = Nr.sched_setattr, support = Support.PARTIAL, note = "real-time policies are refused")
    public static long sys_sched_setattr(Task t, int pid, long attr, int flags) {
        byte[] b = new byte[48];
        if (pid < 0 || attr == 0 || flags != 0) {
            return -EINVAL;
        }
        int r = t.mem().read(attr, b);
        if (r < 0) {
            return r;
        }
        Task o = find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        int policy = Bytes.i32(b, SchedAttrLayout.sched_policy);
        long p = setPolicy(t, pid, policy, Bytes.i32(b, SchedAttrLayout.sched_priority));
        return p < 0 || policy == SCHED_IDLE ? p : setNice(t, o, Bytes.i32(b, SchedAttrLayout.sched_nice));
    }

    @Syscall(nr = Nr.sched_get_priority_max)
    public static long sys_sched_get_priority_max(Task t, int policy) {
        return switch (policy) {
            case SCHED_FIFO, SCHED_RR -> 99;
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE -> 0;
            default -> -EINVAL;
        };
    }

    @Syscall(nr = Nr.sched_get_priority_min)
    public static long sys_sched_get_priority_min(Task t, int policy) {
        return switch (policy) {
            case SCHED_FIFO, SCHED_RR -> 1;
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE -> 0;
            default -> -EINVAL;
        };
    }

    @Syscall(nr = Nr.sched_rr_get_interval)
    public static long sys_sched_rr_get_interval(Task t, int pid, long tp) {
        if (pid < 0) {
            return -EINVAL;
        }
        return find(t, pid) == null ? -ESRCH : Waits.writeTime(t, tp, 4_000_000, 1);
    }

    // ---- nice values: those of the host's threads, which can be raised but as a rule not lowered again ----

    private static int nice(Task o) {
        long r = Sys.call(Nr.getpriority, PRIO_PROCESS, o.hostTid(), 0);
        return r < 0 ? 0 : 20 - (int) r;
    }

    private static long setNice(Task t, Task o, int value) {
        if (!mayChange(t, o)) {
            return -EPERM;
        }
        int wanted = Math.clamp(value, -20, 19);
        int now = nice(o);
        if (wanted < now
                && (wanted < 0 || !t.creds().has(Cap.CAP_SYS_NICE) && 20 - wanted > t.rlimit(Rlimit.RLIMIT_NICE))) {
            return -EACCES; // nobody in a sandbox goes before the host's own processes
        }
        return wanted == now ? 0 : Sys.call(Nr.setpriority, PRIO_PROCESS, o.hostTid(), wanted);
    }

    /** The tasks that getpriority and setpriority mean; null for a bad {@code which}. */
    private static Task @Nullable [] chosen(Task t, int which, int who) {
        if (which == PRIO_PROCESS) {
            Task o = find(t, who);
            return o == null ? new Task[0] : new Task[] {o};
        }
        if (which != PRIO_PGRP && which != PRIO_USER) {
            return null;
        }
        ArrayList<Task> all = new ArrayList<>();
        t.kernel().taskLock().lock();
        try {
            int id = who != 0
                    ? which == PRIO_PGRP ? t.rootPid(who) : t.creds().userNs().kernelUid(who)
                    : which == PRIO_PGRP
                            ? t.group().processGroup().id()
                            : t.creds().uid();
            for (ThreadGroup g : t.pids().processes()) {
                for (Task o : g.tasks()) {
                    if (which == PRIO_PGRP
                            ? g.processGroup().id() == id
                            : o.creds().uid() == id) {
                        all.add(o);
                    }
                }
            }
        } finally {
            t.kernel().taskLock().unlock();
        }
        return all.toArray(new Task[0]);
    }

    @Syscall(nr = Nr.getpriority)
    public static long sys_getpriority(Task t, int which, int who) {
        Task[] all = chosen(t, which, who);
        if (all == null || all.length == 0) {
            return all == null ? -EINVAL : -ESRCH;
        }
        int lowest = 19;
        for (Task o : all) {
            lowest = Math.min(lowest, nice(o));
        }
        return 20 - lowest;
    }

    @Syscall(nr = Nr.setpriority)
    public static long sys_setpriority(Task t, int which, int who, int prio) {
        Task[] all = chosen(t, which, who);
        if (all == null || all.length == 0) {
            return all == null ? -EINVAL : -ESRCH;
        }
        long result = 0;
        for (Task o : all) {
            long r = setNice(t, o, prio);
            result = r < 0 ? r : result;
        }
        return result;
    }

    @Syscall(nr = Nr.ioprio_get)
    public static long sys_ioprio_get(Task t, int which, int who) {
        return which < 1 || which > 3 ? -EINVAL : which == 1 && find(t, who) == null ? -ESRCH : t.ioPriority;
    }

    @Syscall(nr = Nr.ioprio_set, support = Support.PARTIAL, note = "remembered for the calling thread")
    public static long sys_ioprio_set(Task t, int which, int who, int ioprio) {
        int cls = ioprio >>> 13;
        if (which < 1 || which > 3 || cls > 3 || (ioprio & 0x1fff) > 7) {
            return -EINVAL;
        }
        if (cls == 1 && !t.creds().has(Cap.CAP_SYS_ADMIN) && !t.creds().has(Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        if (which == 1 && find(t, who) == null) {
            return -ESRCH;
        }
        if (which == 1 && (who == 0 || who == t.tid())) {
            t.ioPriority = ioprio;
        }
        return 0;
    }
}
