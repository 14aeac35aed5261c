// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.host.Sys;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Nice values and priorities of input and output, of threads, process groups and users. */
final class PriorityCalls {
    private static final int PRIO_PROCESS = 0;
    private static final int PRIO_PGRP = 1;
    private static final int PRIO_USER = 2;

    private static final int IOPRIO_CLASS_SHIFT = 13;
    private static final int IOPRIO_CLASS_NONE = 0;
    private static final int IOPRIO_CLASS_RT = 1;
    private static final int IOPRIO_CLASS_IDLE = 3;
    private static final int IOPRIO_LEVEL_MASK = 7;

    private PriorityCalls() {}

    // Nice values are those of the host's threads, which can be raised but as a rule not lowered again ----

    static int nice(Task o) {
        long r = Sys.call(Nr.getpriority, PRIO_PROCESS, o.hostTid(), 0);
        return r < 0 ? 0 : 20 - (int) r;
    }

    static long setNice(Task t, Task o, int value) {
        if (!SchedCalls.mayChange(t, o)) {
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
            Task o = SchedCalls.find(t, who);
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

    /** The tasks that the calls about input and output mean: IOPRIO_WHO_* count from 1. */
    private static Task @Nullable [] chosenForIo(Task t, int which, int who) {
        return which < 1 ? null : chosen(t, which - 1, who);
    }

    @Syscall(nr = Nr.ioprio_get)
    static long sys_ioprio_get(Task t, int which, int who) {
        Task[] all = chosenForIo(t, which, who);
        if (all == null || all.length == 0) {
            return all == null ? -EINVAL : -ESRCH;
        }
        int best = all[0].settings.ioPriority;
        for (Task o : all) {
            best = Math.min(best, o.settings.ioPriority);
        }
        return best;
    }

    @Syscall(
            nr = Nr.ioprio_set,
            note = "remembered and inherited; the host's disks do not hear of it, as where none sorts by it")
    static long sys_ioprio_set(Task t, int which, int who, int ioprio) {
        Creds c = t.creds();
        int cls = ioprio >>> IOPRIO_CLASS_SHIFT;
        if (cls > IOPRIO_CLASS_IDLE || (cls == IOPRIO_CLASS_NONE && (ioprio & IOPRIO_LEVEL_MASK) != 0)) {
            return -EINVAL;
        }
        if (cls == IOPRIO_CLASS_RT && !c.has(Cap.CAP_SYS_ADMIN) && !c.has(Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        Task[] all = chosenForIo(t, which, who);
        if (all == null || all.length == 0) {
            return all == null ? -EINVAL : -ESRCH;
        }
        for (Task o : all) {
            int uid = o.creds().uid();
            if (uid != c.euid() && uid != c.uid() && !c.has(o.creds().userNs(), Cap.CAP_SYS_NICE)) {
                return -EPERM;
            }
            o.settings.ioPriority = ioprio;
        }
        return 0;
    }
}
