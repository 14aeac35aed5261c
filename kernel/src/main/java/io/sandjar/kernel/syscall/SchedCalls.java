// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.SchedAttrLayout;
import io.sandjar.host.Affinity;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadSettings;
import io.sandjar.kernel.vfs.Creds;
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
    private static final int FLAG_RESET_ON_FORK = 1;
    private static final int FLAG_KEEP_POLICY = 8;
    private static final int FLAG_KEEP_PARAMS = 0x10;
    private static final int FLAG_UTIL_CLAMP = 0x60;
    private static final long FLAGS = 0x7f;
    private static final int ATTR_SIZE_FIRST = 48;
    private static final int PAGE_SIZE = 4096;

    /** A policy that a loaded program carries out: it can be asked about, and there is no such program. */
    private static final int SCHED_EXT = 7;

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
    static boolean mayChange(Task t, Task o) {
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
        byte[] b = new byte[Affinity.MOST_BYTES];
        int n = o.placement().get(b);
        if (n < 0) {
            return n;
        }
        int used = n; // as large as the CPUs need that there are: what the host could have besides does not count
        while (used > 8 && used > cpusetsize && b[used - 1] == 0) {
            used--;
        }
        used = used + 7 & -8;
        if (cpusetsize < used) {
            return -EINVAL;
        }
        n = Math.min(cpusetsize, n);
        int r = t.mem().write(mask, b, 0, n);
        return r < 0 ? r : n;
    }

    @Syscall(nr = Nr.sched_setaffinity)
    public static long sys_sched_setaffinity(Task t, int pid, int cpusetsize, long mask) {
        byte[] b = new byte[Math.clamp(cpusetsize, 0, Affinity.MOST_BYTES)];
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
        return o.placement().set(b, b.length);
    }

    @Syscall(nr = Nr.sched_getscheduler)
    public static long sys_sched_getscheduler(Task t, int pid) {
        Task o = pid < 0 ? null : find(t, pid);
        return o == null ? pid < 0 ? -EINVAL : -ESRCH : o.settings.schedPolicy;
    }

    @Syscall(nr = Nr.sched_setscheduler, support = Support.PARTIAL, note = "real-time policies are refused")
    public static long sys_sched_setscheduler(Task t, int pid, int policy, long param) {
        int[] priority = new int[1];
        if (pid < 0 || param == 0) {
            return -EINVAL;
        }
        int r = t.mem().readInt(param, priority);
        if (r == 0 && (policy & ~ThreadSettings.SCHED_RESET_ON_FORK) == SCHED_DEADLINE) {
            return find(t, pid) == null ? -ESRCH : -EINVAL; // needs what only sched_setattr(2) can say
        }
        return r < 0 ? r : setPolicy(t, pid, policy, priority[0]);
    }

    private static long setPolicy(Task t, int pid, int policy, int priority) {
        Task o = find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        int plain = policy & ~ThreadSettings.SCHED_RESET_ON_FORK;
        if (plain == SCHED_EXT) {
            return -EINVAL;
        }
        long max = sys_sched_get_priority_max(t, plain);
        if (max < 0 || priority < sys_sched_get_priority_min(t, plain) || priority > max) {
            return -EINVAL;
        }
        if (max > 0 || plain == SCHED_DEADLINE || !mayChange(t, o)) {
            return -EPERM;
        }
        boolean gaveUp = (o.settings.schedPolicy & ~policy & ThreadSettings.SCHED_RESET_ON_FORK) != 0;
        if (gaveUp && !t.creds().has(o.creds().userNs(), Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        o.settings.schedPolicy = policy;
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
        Task o = find(t, pid);
        if (o == null || priority[0] != 0) {
            return o == null ? -ESRCH : -EINVAL;
        }
        return mayChange(t, o) ? 0 : -EPERM;
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
        Bytes.put32(b, SchedAttrLayout.sched_policy, o.settings.schedPolicy & ~ThreadSettings.SCHED_RESET_ON_FORK);
        Bytes.put64(
                b,
                SchedAttrLayout.sched_flags,
                (o.settings.schedPolicy & ThreadSettings.SCHED_RESET_ON_FORK) != 0 ? 1 : 0);
        Bytes.put32(b, SchedAttrLayout.sched_nice, PriorityCalls.nice(o));
        return t.mem().write(attr, b);
    }

    @Syscall(nr = Nr.sched_setattr, support = Support.PARTIAL, note = "real-time policies are refused")
    public static long sys_sched_setattr(Task t, int pid, long attr, int flags) {
        byte[] b = new byte[SchedAttrLayout.SIZEOF];
        if (pid < 0 || attr == 0 || flags != 0) {
            return -EINVAL;
        }
        int r = copyAttr(t, attr, b);
        if (r < 0) {
            return r;
        }
        int policy = Bytes.i32(b, SchedAttrLayout.sched_policy);
        long options = Bytes.i64(b, SchedAttrLayout.sched_flags);
        if (policy < 0) {
            return -EINVAL;
        }
        Task o = find(t, pid);
        if (o == null) {
            return -ESRCH;
        }
        if ((options & ~FLAGS) != 0 || (policy == SCHED_DEADLINE && !isDeadline(b))) {
            return -EINVAL;
        }
        int wanted = (options & FLAG_KEEP_POLICY) != 0
                ? o.settings.schedPolicy
                : policy | ((options & FLAG_RESET_ON_FORK) != 0 ? ThreadSettings.SCHED_RESET_ON_FORK : 0);
        boolean keep = (options & FLAG_KEEP_PARAMS) != 0;
        long p = setPolicy(t, pid, wanted, keep ? 0 : Bytes.i32(b, SchedAttrLayout.sched_priority));
        if (p < 0 || (options & FLAG_UTIL_CLAMP) != 0) {
            return p < 0 ? p : -EOPNOTSUPP;
        }
        boolean fair = (wanted & ~ThreadSettings.SCHED_RESET_ON_FORK) != SCHED_IDLE;
        return keep || !fair ? 0 : PriorityCalls.setNice(t, o, Bytes.i32(b, SchedAttrLayout.sched_nice));
    }

    /** Reads a struct sched_attr of any age: 0 or -errno; E2BIG tells the size that is known. */
    private static int copyAttr(Task t, long attr, byte[] b) {
        int[] size = new int[1];
        int r = t.mem().readInt(attr, size);
        if (r < 0) {
            return r;
        }
        int n = size[0] == 0 ? ATTR_SIZE_FIRST : size[0];
        boolean fits = n >= ATTR_SIZE_FIRST && n <= PAGE_SIZE;
        if (fits) {
            byte[] all = new byte[n];
            r = t.mem().read(attr, all);
            if (r < 0) {
                return r;
            }
            System.arraycopy(all, 0, b, 0, Math.min(n, b.length));
            for (int i = b.length; i < n; i++) {
                fits &= all[i] == 0;
            }
        }
        if (!fits) {
            r = t.mem().writeInt(attr, SchedAttrLayout.SIZEOF);
            return r < 0 ? r : -E2BIG;
        }
        boolean clamps = (Bytes.i64(b, SchedAttrLayout.sched_flags) & FLAG_UTIL_CLAMP) != 0;
        return clamps && n < SchedAttrLayout.SIZEOF ? -EINVAL : 0;
    }

    /** Whether the times of a deadline policy make sense: 1 us <= runtime <= deadline <= period. */
    private static boolean isDeadline(byte[] b) {
        long runtime = Bytes.i64(b, SchedAttrLayout.sched_runtime);
        long deadline = Bytes.i64(b, SchedAttrLayout.sched_deadline);
        long period = Bytes.i64(b, SchedAttrLayout.sched_period);
        return runtime >= 1024 && deadline >= runtime && (period == 0 || period >= deadline);
    }

    @Syscall(nr = Nr.sched_get_priority_max)
    public static long sys_sched_get_priority_max(Task t, int policy) {
        return switch (policy) {
            case SCHED_FIFO, SCHED_RR -> 99;
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE, SCHED_EXT -> 0;
            default -> -EINVAL;
        };
    }

    @Syscall(nr = Nr.sched_get_priority_min)
    public static long sys_sched_get_priority_min(Task t, int policy) {
        return switch (policy) {
            case SCHED_FIFO, SCHED_RR -> 1;
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE, SCHED_EXT -> 0;
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
}
