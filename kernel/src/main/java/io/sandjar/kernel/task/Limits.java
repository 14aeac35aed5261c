// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Creds;
import java.util.concurrent.locks.LockSupport;

/**
 * Resource limits (getrlimit(2)). The kernel keeps them all. Those about memory are the host's to enforce, so they are
 * set for the host process too; CPU time is watched here, because the guest may handle SIGXCPU.
 */
public final class Limits {
    /** As /proc/sys/fs/nr_open. */
    private static final long NR_OPEN = 1048576;

    private static final long SECOND = 1_000_000_000L;

    private Limits() {}

    /** Reads a limit: out[0] soft, out[1] hard; -1 is infinity. */
    public static void get(Kernel k, ThreadGroup g, int resource, long[] out) {
        k.taskLock().lock();
        try {
            out[0] = g.softLimits[resource];
            out[1] = g.hardLimits[resource];
        } finally {
            k.taskLock().unlock();
        }
    }

    /** Sets a limit on behalf of {@code t}: 0, -EINVAL or -EPERM. */
    public static int set(Task t, ThreadGroup g, int resource, long soft, long hard) {
        if (Long.compareUnsigned(soft, hard) > 0) {
            return -EINVAL;
        }
        if (resource == Rlimit.RLIMIT_NOFILE && Long.compareUnsigned(hard, NR_OPEN) > 0) {
            return -EPERM;
        }
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            if (Long.compareUnsigned(hard, g.hardLimits[resource]) > 0
                    && !t.creds().has(Cap.CAP_SYS_RESOURCE)) {
                return -EPERM;
            }
            boolean none = resource == Rlimit.RLIMIT_CPU && soft == 0; // taken for a second, as on Linux
            g.softLimits[resource] = none ? 1 : bounded(soft);
            g.hardLimits[resource] = bounded(hard);
        } finally {
            k.taskLock().unlock();
        }
        if (resource == Rlimit.RLIMIT_STACK || resource == Rlimit.RLIMIT_DATA || resource == Rlimit.RLIMIT_AS) {
            applyToHost(g, resource, soft);
        } else if (resource == Rlimit.RLIMIT_CPU) {
            watchCpu(k, g);
        }
        return 0;
    }

    /** Whether {@code t} may read and set the limits of another process. */
    public static boolean may(Task t, Task o) {
        Creds me = t.creds();
        Creds it = o.creds();
        return t.group == o.group
                || me.has(it.userNs(), Cap.CAP_SYS_RESOURCE)
                || (me.uid() == it.uid()
                        && me.uid() == it.euid()
                        && me.uid() == it.suid()
                        && me.gid() == it.gid()
                        && me.gid() == it.egid()
                        && me.gid() == it.sgid());
    }

    /** Numbers beyond the signed range are as good as infinite. */
    private static long bounded(long v) {
        return v < 0 ? Rlimit.INFINITY : v;
    }

    /** The host's limit follows the guest's soft one, but not beyond what this process itself may have. */
    private static void applyToHost(ThreadGroup g, int resource, long soft) {
        long[] own = new long[2];
        if (g.hostPid <= 0 || Processes.limit(resource, own) < 0) {
            return;
        }
        long wanted = Long.compareUnsigned(soft, own[1]) > 0 ? own[1] : soft;
        Processes.setLimit(g.hostPid, resource, wanted, own[1]);
    }

    /** Starts to watch the CPU time of a process with a limit on it; again for a fork of such a process. */
    static void watchCpu(Kernel k, ThreadGroup g) {
        if (g.softLimits[Rlimit.RLIMIT_CPU] == Rlimit.INFINITY || g.cpuWatched) {
            return;
        }
        g.cpuWatched = true;
        k.background(() -> watch(k, g));
    }

    private static void watch(Kernel k, ThreadGroup g) {
        long[] limit = new long[2];
        long nextWarning = 0;
        while (!g.exiting && g.state() != ThreadGroup.State.ZOMBIE && g.state() != ThreadGroup.State.REAPED) {
            get(k, g, Rlimit.RLIMIT_CPU, limit);
            if (limit[0] == Rlimit.INFINITY) {
                break;
            }
            long used = g.hostPid > 0 ? Processes.clock(Processes.processClock(g.hostPid)) : 0;
            long hard = limit[1] == Rlimit.INFINITY ? Long.MAX_VALUE : Math.max(limit[1], 1) * SECOND;
            long soft = Math.max(limit[0] * SECOND, nextWarning);
            if (used >= hard) {
                k.exits().exitGroup(g, Sig.SIGKILL);
                return;
            }
            if (used >= soft) {
                k.signals().sendToGroup(g, SigInfo.kernel(Sig.SIGXCPU));
                nextWarning = used + SECOND; // once a second from the soft limit to the hard one
                soft = nextWarning;
            }
            long left = Math.min(soft, hard) - Math.max(used, 0);
            LockSupport.parkNanos(Math.max(left / Math.max(1, g.tasks.size()), 2_000_000));
        }
        g.cpuWatched = false;
    }
}
