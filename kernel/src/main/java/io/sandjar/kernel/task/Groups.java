// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import org.jspecify.annotations.Nullable;

/** Who belongs to which process group and session: the rules of setpgid(2) and setsid(2). */
public final class Groups {
    private Groups() {}

    /** Makes {@code pid} (0: the caller) a member of the process group {@code pgid} (0: one of its own). */
    public static int setpgid(Task t, int pid, int pgid) {
        Kernel k = t.kernel();
        ThreadGroup me = t.group;
        if (pgid < 0) {
            return -EINVAL;
        }
        int who = pid == 0 ? me.pid() : t.rootPid(pid);
        int to = pgid == 0 ? who : t.rootPid(pgid);
        k.taskLock().lock();
        try {
            ThreadGroup g = t.pids().tasks().group(who);
            if (g == null) {
                return t.pids().tasks().task(who) != null ? -EINVAL : -ESRCH;
            }
            if (g.parent == me) {
                if (g.session() != me.session()) {
                    return -EPERM;
                }
                if (g.execed) {
                    return -EACCES;
                }
            } else if (g != me) {
                return -ESRCH;
            }
            if (g.session().id() == g.pid()) {
                return -EPERM; // a session leader stays
            }
            ProcessGroup target = t.pids().tasks().processGroup(to);
            if (to != who && (target == null || target.session() != me.session())) {
                return -EPERM;
            }
            if (target == null) {
                target = t.pids().tasks().makeProcessGroup(to, g.session());
            }
            if (g.processGroup != target) {
                t.pids().tasks().join(g, target);
            }
            return 0;
        } finally {
            k.taskLock().unlock();
        }
    }

    /** Makes the caller the leader of a new session with one process group. The new id, or -EPERM. */
    public static int setsid(Task t) {
        Kernel k = t.kernel();
        ThreadGroup me = t.group;
        k.taskLock().lock();
        try {
            int id = me.pid();
            if (t.pids().tasks().processGroup(id) != null || t.pids().tasks().session(id) != null) {
                return -EPERM;
            }
            Session s = new Session(id);
            s.leader = me;
            me.terminal = null;
            t.pids().tasks().join(me, t.pids().tasks().makeProcessGroup(id, s));
            return t.shownPid(id);
        } finally {
            k.taskLock().unlock();
        }
    }

    /** The process group of a process or thread (0: the caller), or -ESRCH. */
    public static int getpgid(Task t, int pid) {
        ProcessGroup p = processGroup(t, pid);
        return p == null ? -ESRCH : t.shownPid(p.id());
    }

    /** The session of a process or thread (0: the caller), or -ESRCH. */
    public static int getsid(Task t, int pid) {
        ProcessGroup p = processGroup(t, pid);
        return p == null ? -ESRCH : t.shownPid(p.session().id());
    }

    private static @Nullable ProcessGroup processGroup(Task t, int pid) {
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            ThreadGroup g = pid == 0 ? t.group : find(t, pid);
            return g == null ? null : g.processGroup;
        } finally {
            k.taskLock().unlock();
        }
    }

    /** The pid of the parent, 0 for pid 1. */
    public static int getppid(Task t) {
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            ThreadGroup p = t.group.parent;
            return p == null ? 0 : t.shownPid(p.pid());
        } finally {
            k.taskLock().unlock();
        }
    }

    /** The process that a pid or tid belongs to; null for none. With the task lock. */
    static @Nullable ThreadGroup find(Task t, int id) {
        ThreadGroup g = t.pids().group(id);
        if (g != null) {
            return g;
        }
        Task o = t.pids().task(id);
        return o == null ? null : o.group;
    }
}
