// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.kernel.fs.cgroup.BroughtMemory;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.MemoryUse;
import io.sandjar.kernel.vfs.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The place of one process in its container's tree of control groups. */
public final class Membership implements Cgroup.Member {
    private final ThreadGroup process;
    private volatile Cgroup group;

    /** Its threads are to stand still; changed with the task lock. */
    volatile boolean frozen;

    /** Has too much memory and was ended for it. */
    private volatile boolean dying;

    /** Null until it is moved; changed with the task lock. */
    private volatile @Nullable BroughtMemory brought;

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
        where.watch().nudge(where.countsMemory());
    }

    /** A child has been {@link #born} that has the same memory, in its address space. With the task lock. */
    void forked(Membership child, Object mySpace, Object itsSpace) {
        BroughtMemory mine = brought;
        if (mine == null || !mine.isOf(mySpace)) {
            return;
        }
        BroughtMemory its = mine.forked(itsSpace);
        if (child.group != group) {
            its.moved(group, child.group, 0);
        }
        child.brought = its;
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
        MemoryUse had = new MemoryUse();
        boolean counts = to != group && to.countsMemory();
        if (counts) {
            ProcessMemory.read(process.hostPid(), MemoryUse.Exactness.EXACT, had);
        }
        Object space = addressSpace();
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
            bring(to, space, had.anonymous);
            group = to;
            changed(to);
        } finally {
            k.taskLock().unlock();
        }
        frozen(to.isFrozen());
        to.watch().nudge(counts);
        return 0;
    }

    private void bring(Cgroup to, Object space, long bytes) {
        if (to == group) {
            return;
        }
        BroughtMemory b = brought;
        if (b == null || !b.isOf(space)) {
            b = new BroughtMemory(space);
        }
        b.moved(group, to, bytes);
        brought = b;
    }

    /** One of its threads goes on after it waited: it may take memory now. */
    void goesOn() {
        Cgroup g = group;
        if (g.watch().dozes()) {
            g.watch().nudge(g.countsMemory());
        }
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
    public boolean present() {
        return !ended() && process.hostPid() > 0;
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
    public void memory(MemoryUse.Exactness how, MemoryUse sum) {
        MemoryUse u = new MemoryUse();
        Object space = addressSpace();
        long whole = ProcessMemory.read(process.hostPid(), how, u);
        if (process.execing() || space != addressSpace()) {
            return; // what it had goes, or is that of the parent which waits for it by vfork(2)
        }
        BroughtMemory b = brought;
        if (b != null && b.isOf(space) && whole >= 0) {
            b.atMost(whole);
        }
        sum.anonymous += u.anonymous;
        sum.shared += u.shared;
    }

    @Override
    public @Nullable BroughtMemory brought() {
        BroughtMemory b = brought;
        return b != null && b.isOf(addressSpace()) ? b : null;
    }

    @Override
    public Object addressSpace() {
        Kernel k = process.container().kernel();
        k.taskLock().lock();
        try {
            for (Task t : process.tasks) {
                if (!t.dead) {
                    return t.space;
                }
            }
            return process;
        } finally {
            k.taskLock().unlock();
        }
    }

    @Override
    public int oomScoreAdj() {
        return process.oomScoreAdj;
    }

    @Override
    public void killForMemory() {
        dying = true;
        kill();
    }

    @Override
    public boolean dying() {
        return dying;
    }

    @Override
    public long cpuNanos() {
        int pid = process.hostPid();
        return ended() || pid <= 0 ? 0 : Math.max(0, Processes.clock(Processes.processClock(pid)));
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
