// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.vfs.Caller;
import java.util.List;

/** The place of one process in its container's tree of control groups. */
public final class Membership implements Cgroup.Member {
    private final ThreadGroup process;
    private volatile Cgroup group;

    /** Its threads are to stand still; changed with the task lock. */
    volatile boolean frozen;

    Membership(ThreadGroup process, Cgroup group) {
        this.process = process;
        this.group = group;
    }

    public Cgroup group() {
        return group;
    }

    /** A new process begins. With the task lock. */
    void born(Cgroup where) {
        group = where;
        where.add(this);
        frozen = where.isFrozen();
        changed(where);
    }

    /** Members came or went, or one of them ended or stood still: who watches cgroup.events hears of it a little later. */
    private void changed(Cgroup g) {
        if (g.changed()) {
            process.container().kernel().background(g::tellChanges);
        }
    }

    /** It has ended, or one of its threads stands still. */
    void changed() {
        changed(group);
    }

    /** It is gone for good. With the task lock. */
    void gone() {
        group.drop(this);
        changed(group);
    }

    /** Moves the process: 0 or -errno. */
    int move(Cgroup to) {
        Kernel k = process.container().kernel();
        k.taskLock().lock();
        try {
            if (process.state == ThreadGroup.State.REAPED || ended()) {
                return -ESRCH;
            }
            int r = to == group ? 0 : to.take(this, group);
            if (r < 0) {
                return r;
            }
            changed(group);
            group = to;
            changed(to);
        } finally {
            k.taskLock().unlock();
        }
        frozen(to.isFrozen());
        return 0;
    }

    @Override
    public int pidFor(Caller c) {
        return c.shownPid(process.pid());
    }

    @Override
    public void threads(Caller c, List<Integer> out) {
        Kernel k = process.container().kernel();
        k.taskLock().lock();
        try {
            for (Task t : process.tasks) {
                if (!t.dead) {
                    out.add(c.shownPid(t.rootTid()));
                }
            }
        } finally {
            k.taskLock().unlock();
        }
    }

    @Override
    public int tasks() {
        return Math.max(1, process.tasks.size());
    }

    @Override
    public boolean ended() {
        ThreadGroup.State s = process.state;
        return s == ThreadGroup.State.ZOMBIE || s == ThreadGroup.State.REAPED;
    }

    @Override
    public void kill() {
        process.container().kernel().exits().exitGroup(process, Sig.SIGKILL);
    }

    @Override
    public void frozen(boolean now) {
        Kernel k = process.container().kernel();
        k.taskLock().lock();
        try {
            boolean is = group.isFrozen();
            if (is == frozen) {
                return;
            }
            frozen = is;
            for (Task t : process.tasks) {
                t.wake();
            }
        } finally {
            k.taskLock().unlock();
        }
    }

    @Override
    public boolean standsStill() {
        Kernel k = process.container().kernel();
        k.taskLock().lock();
        try {
            for (Task t : process.tasks) {
                if (!t.dead && !t.standsFrozen) {
                    return false;
                }
            }
            return true;
        } finally {
            k.taskLock().unlock();
        }
    }

    @Override
    public void cpuTime(long[] sum) {
        if (ended() || process.hostPid() <= 0) {
            sum[0] += process.ofItself.userNanos;
            sum[1] += process.ofItself.systemNanos;
            return;
        }
        Accounting a = new Accounting();
        a.ofProcess(process, false);
        sum[0] += a.userNanos;
        sum[1] += a.systemNanos;
    }
}
