// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The end of threads and processes, and what their parents hear of it. */
public final class Exits {
    private static final int POLLIN = 1;
    private static final long SOON_NANOS = 200_000;
    private final Kernel kernel;

    /** Processes that have ended, by the host pid that the host still keeps. Guarded by the task lock. */
    private final HashMap<Integer, ThreadGroup> unreaped = new HashMap<>();

    Exits(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Ends a process: all its threads, host process included.
     *
     * @param status wait(2) status: code << 8, or the signal
     */
    public void exitGroup(ThreadGroup g, int status) {
        Task[] tasks;
        kernel.taskLock().lock();
        try {
            if (g.exiting && g.released) {
                return;
            }
            g.exiting = true;
            g.released = true;
            g.exitStatus = status;
            if (g.hostPid > 0) {
                unreaped.put(g.hostPid, g);
            }
            tasks = g.tasks.toArray(new Task[0]);
            kernel.piFutexes().ending();
            for (Task t : tasks) {
                detach(t, status);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        g.endTimers(false);
        int global = g.globalPid();
        g.attachments.clear(global);
        g.aio.clear();
        g.ns.ipc.systemV.exited(global);
        measure(g);
        boolean robust = false;
        for (Task t : tasks) {
            robust |= RobustLists.release(t);
        }
        kernel.piFutexes().ended(tasks);
        if (g.hostPid > 0) {
            Processes.kill(g.hostPid, Sig.SIGKILL);
        }
        if (robust) {
            RobustLists.wakeWaiters(kernel, tasks[0]);
        }
        for (Task t : tasks) {
            t.wake();
            release(t);
        }
        becomeZombie(g);
    }

    /** Ends a process soon, for a caller that holds the task lock. */
    void killLater(ThreadGroup g, int signo) {
        if (g.exiting) {
            return;
        }
        g.exiting = true;
        g.exitStatus = signo;
        for (Task t : g.tasks) {
            t.wake();
        }
        kernel.background(() -> exitGroup(g, signo));
    }

    /** CPU time while the host process is still there to be asked; how it splits comes later. */
    private void measure(ThreadGroup g) {
        long cpu = g.hostPid > 0 ? Processes.clock(Processes.processClock(g.hostPid)) : 0;
        kernel.taskLock().lock();
        try {
            if (unreaped.get(g.hostPid) == g) { // else it is known better already
                g.ofItself.userNanos = Math.max(cpu, 0);
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Those whose host process is not quite gone. With the task lock. */
    void addUnreaped(java.util.Collection<ThreadGroup> out) {
        out.addAll(unreaped.values());
    }

    /** Whether what all ended children have used is known, that were waited for. */
    public boolean knowsUseOfChildren(ThreadGroup parent) {
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : unreaped.values()) {
                if (g.parent == parent && g.state == ThreadGroup.State.REAPED) {
                    return false;
                }
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Whether the host process was a guest's that has ended already. With the task lock. */
    boolean knowsEndOf(int hostPid) {
        return unreaped.containsKey(hostPid);
    }

    /**
     * The host process is gone for good, and what it used is known exactly. A parent that was faster gets the difference.
     *
     * @param usage as of Processes.reap
     */
    public void hostReaped(int hostPid, long[] usage) {
        kernel.taskLock().lock();
        try {
            ThreadGroup g = unreaped.remove(hostPid);
            if (g == null) {
                return;
            }
            ThreadGroup parent = g.parent;
            Accounting exact = Accounting.ofEnd(usage);
            if (g.state == ThreadGroup.State.REAPED && parent != null) {
                parent.ofChildren.add(exact);
                parent.ofChildren.subtract(g.ofItself);
            }
            g.ofItself = exact;
            kernel.figures().ended(g);
            if (parent != null) {
                parent.childWait.wake(POLLIN); // who wants to know what it used
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** No more calls of this thread are answered. With the task lock. */
    private void detach(Task t, int status) {
        t.dead = true;
        t.group.endedIo.add(t.ioCount);
        kernel.tracing().threadEnded(t, status);
        TraceStops.leftMemory(t);
        t.pending.clear();
        if (!t.endWait.isEmpty()) {
            kernel.background(() -> t.endWait.wake(POLLIN));
        }
        t.space.giveSlot(t.slot);
        if (t.hostTid != 0) {
            kernel.hostThreads().remove(t.hostTid, t);
        }
        kernel.forgetPending(t);
    }

    /** Lets go of what a thread held. Once for each. */
    void release(Task t) {
        synchronized (t) {
            if (t.released) {
                return;
            }
            t.released = true;
        }
        kernel.nursery().ended(t);
        ExecImage image = t.image;
        if (image != null && t.hostTid == 0) { // it never began
            t.image = null;
            image.close();
        }
        if (t.pollSet instanceof HeapRoom.Holder h) {
            h.giveBack();
        }
        t.watch.leave();
        t.fds.leave(t);
        FsContext fs = t.fs;
        if (fs != null) { // what never had a program has none
            fs.leave();
        }
        MountNamespace mounts = t.ns.mountsIfAny();
        if (mounts != null) {
            mounts.left();
        }
        t.ns.ipc.left();
    }

    /**
     * Ends one thread of several.
     *
     * @return false when it was the last: the process has to end
     */
    public boolean exitThread(Task t, int status) {
        ThreadGroup g = t.group;
        kernel.taskLock().lock();
        try {
            int alive = 0;
            for (Task o : g.tasks) {
                if (!o.dead) {
                    alive++;
                }
            }
            if (t.rootTid() == g.pid()) {
                g.leaderStatus = status; // what the parent will hear if no exit_group comes
            }
            if (alive <= 1) {
                return false;
            }
            kernel.piFutexes().ending();
            detach(t, status);
            leaveChildren(t);
            if (t.rootTid() != g.pid()) { // a leader stays as long as its process
                g.tasks.remove(t);
                g.pids().tasks().remove(t);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        if (RobustLists.release(t)) {
            RobustLists.wakeWaiters(kernel, t);
        }
        kernel.piFutexes().ended(t);
        Tracer tracer = kernel.tracer;
        if (tracer != null) {
            tracer.threadEnded(t);
        }
        release(t);
        return true;
    }

    /** The children of a thread that ends become those of another one of its process; who asked for a signal gets it. */
    private void leaveChildren(Task t) {
        ThreadGroup g = t.group;
        Task heir = null;
        for (Task o : g.tasks) {
            if (!o.dead) {
                heir = o;
                break;
            }
        }
        for (ThreadGroup c : g.children) {
            if (c.maker == t) {
                c.maker = heir;
                parentDied(c, g);
            }
        }
    }

    private void parentDied(ThreadGroup c, ThreadGroup parent) {
        for (Task t : c.tasks) {
            if (t.settings.parentDeathSignal != 0) {
                kernel.signals().sendToGroup(c, SigInfo.user(t.settings.parentDeathSignal, 0, parent.pid(), 0));
            }
        }
    }

    /** Removes all threads but {@code t} for exec, which takes over the process's id. What they all had locked is let go. */
    void leaveAlone(Task t) {
        ThreadGroup g = t.group;
        ArrayList<Task> others = new ArrayList<>();
        Task[] all = g.tasks();
        boolean robust = false;
        for (Task o : all) {
            robust |= RobustLists.release(o); // by the ids that they still have
        }
        kernel.taskLock().lock();
        try {
            kernel.piFutexes().ending();
            for (Task o : g.tasks) {
                if (o != t) {
                    others.add(o);
                    boolean wasDead = o.dead;
                    if (o.tid == g.pid()) {
                        kernel.tracing().replaced(o);
                    }
                    detach(o, 0);
                    g.pids().tasks().remove(o);
                    if (!wasDead) {
                        o.wake();
                    }
                }
            }
            for (ThreadGroup c : g.children) {
                if (c.maker != null && c.maker != t && c.maker.group == g) {
                    c.maker = t;
                }
            }
            g.pids().tasks().remove(t);
            t.tid = g.pid();
            g.tasks.clear();
            g.tasks.add(t);
            g.pids().tasks().put(t);
        } finally {
            kernel.taskLock().unlock();
        }
        if (robust) {
            RobustLists.wakeWaiters(kernel, t);
        }
        kernel.piFutexes().ended(all);
        for (Task o : others) {
            release(o);
        }
    }

    /** The host process ended without our doing (a fault in the stub, the host's OOM killer). */
    void hostDied(ThreadGroup g, int code, int status) {
        if (g == kernel.nursery().task().group) {
            kernel.nurseryEnded();
            return;
        }
        int end = code == Sig.CLD_EXITED ? status << 8 : status & 0x7f;
        if (end == Sig.SIGSEGV && loseHost(g)) {
            kernel.background(() -> {
                kernel.tracing().stops.lastStop(g, end);
                exitGroup(g, end);
            });
        } else {
            exitGroup(g, end);
        }
    }

    /** A traced process, whose tracer is to be told before it ends, goes on without a host process. */
    private boolean loseHost(ThreadGroup g) {
        kernel.taskLock().lock();
        try {
            Task leader = g.pids().tasks().task(g.pid());
            if (g.exiting || leader == null || leader.tracee == null) {
                return false;
            }
            unreaped.put(g.hostPid, g);
            g.hostPid = 0;
            for (Task t : g.tasks) {
                kernel.hostThreads().remove(t.hostTid, t);
                t.hostTid = 0;
                t.mem.setHostTid(0);
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** The init of a namespace of pids takes everybody along before anybody hears of its end. With no lock held. */
    private boolean endsSpace(ThreadGroup g) {
        PidSpace space = g.pids();
        if (space.level() == 0 || space.init() != g || space.swept) {
            return false;
        }
        kernel.taskLock().lock();
        try {
            space.ending = true;
        } finally {
            kernel.taskLock().unlock();
        }
        kernel.background(() -> {
            sweep(space, g);
            space.swept = true;
            becomeZombie(g);
        });
        return true;
    }

    private void sweep(PidSpace space, ThreadGroup init) {
        ArrayList<ThreadGroup> rest;
        kernel.taskLock().lock();
        try {
            rest = space.processes();
        } finally {
            kernel.taskLock().unlock();
        }
        for (ThreadGroup o : rest) {
            if (o != init) {
                exitGroup(o, Sig.SIGKILL);
                while (o.state != ThreadGroup.State.ZOMBIE && o.state != ThreadGroup.State.REAPED) {
                    LockSupport.parkNanos(SOON_NANOS); // somebody else is ending it
                }
            }
        }
        kernel.taskLock().lock();
        try {
            for (ThreadGroup o : rest) {
                ThreadGroup parent = o.parent;
                if (o.state == ThreadGroup.State.ZOMBIE && parent != null && space.contains(parent.pids())) {
                    reap(o);
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private void becomeZombie(ThreadGroup g) {
        if (endsSpace(g)) {
            return;
        }
        boolean last;
        Session ended = null;
        Container container = g.container();
        kernel.taskLock().lock();
        try {
            if (g.state == ThreadGroup.State.ZOMBIE || g.state == ThreadGroup.State.REAPED) {
                return;
            }
            g.endComm = g.comm();
            Tracer tracer = kernel.tracer;
            if (tracer != null) {
                tracer.ended(g, g.exitStatus);
            }
            Task leader = g.pids().tasks().task(g.pid());
            for (Task t : g.tasks) {
                g.pids().tasks().remove(t);
            }
            g.tasks.clear();
            g.setProgram(null);
            g.state = ThreadGroup.State.ZOMBIE;
            g.cgroup.changed();
            g.shared.clear();
            last = g == g.pids().root().init();
            if (last) {
                g.pids().ending = true;
            } else {
                orphan(g);
                Session s = g.session();
                if (s.leader == g) {
                    s.leader = null;
                    ended = s;
                }
                if (!kernel.tracing().processEnded(g, leader)) {
                    notifyParent(g);
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
        g.exitWait.wake(POLLIN);
        if (ended != null) {
            g.pids().root().sessionEnded(ended);
        }
        if (g == container.init()) {
            kernel.background(() -> container.initEnded(g));
        } else if (g.parent == null && !g.hidden) {
            over(g);
        }
    }

    /** Gives the children of a dead process to the nearest subreaper or pid 1. With the task lock. */
    private void orphan(ThreadGroup g) {
        ThreadGroup heir = g.pids().init();
        if (heir == null || heir == g) {
            return;
        }
        for (ThreadGroup p = g.parent; p != null && p.pids() == g.pids(); p = p.parent) {
            if (p.subreaper && !p.exiting) {
                heir = p;
                break;
            }
        }
        ThreadGroup[] children = g.children();
        for (ThreadGroup c : children) {
            boolean wasOrphaned = g.pids().tasks().orphaned(c.processGroup, null);
            g.children.remove(c);
            heir.children.add(c);
            c.parent = heir;
            c.exitSignal = Sig.SIGCHLD;
            c.maker = heir.tasks.isEmpty() ? null : heir.tasks.get(0);
            parentDied(c, g);
            if (c.state == ThreadGroup.State.ZOMBIE && !c.hidden) {
                tellParent(c, heir);
            } else if (!wasOrphaned && g.pids().tasks().orphaned(c.processGroup, null)) {
                hangUpIfStopped(c.processGroup);
            }
        }
        // its own group may have lost its last tie to the session
        ThreadGroup parent = g.parent;
        ProcessGroup p = g.processGroup;
        if (parent != null
                && parent.processGroup != p
                && parent.session() == p.session()
                && g.pids().tasks().orphaned(p, g)) {
            hangUpIfStopped(p);
        }
    }

    private void hangUpIfStopped(ProcessGroup p) {
        boolean stopped = false;
        for (ThreadGroup m : p.members) {
            stopped |= m.state == ThreadGroup.State.STOPPED;
        }
        if (stopped) {
            kernel.signals().sendToProcessGroup(p, SigInfo.kernel(Sig.SIGHUP), false);
            kernel.signals().sendToProcessGroup(p, SigInfo.kernel(Sig.SIGCONT), false);
        }
    }

    /** The tracer of a zombie has heard of it, so that its parent may. With the task lock. */
    void showZombie(ThreadGroup g) {
        notifyParent(g);
        if (g.parent == null && g.state == ThreadGroup.State.ZOMBIE) {
            kernel.background(() -> over(g));
        }
    }

    private void notifyParent(ThreadGroup g) {
        ThreadGroup parent = g.parent;
        if (parent != null) {
            tellParent(g, parent);
        }
    }

    private void tellParent(ThreadGroup g, ThreadGroup parent) {
        SigAction a = parent.actions[Sig.SIGCHLD];
        boolean reap = g.exitSignal == Sig.SIGCHLD && (a.isIgnore() || (a.flags() & Sig.SA_NOCLDWAIT) != 0);
        if (g.exitSignal != 0 && !(reap && a.isIgnore())) {
            int status = g.exitStatus;
            boolean exited = (status & 0x7f) == 0;
            SigInfo i = SigInfo.child(
                    exited ? Sig.CLD_EXITED : Sig.CLD_KILLED,
                    g.pid(),
                    g.uid,
                    exited ? status >> 8 & 0xff : status & 0x7f,
                    g.ofItself.userNanos / 10_000_000,
                    g.ofItself.systemNanos / 10_000_000);
            if (g.exitSignal != Sig.SIGCHLD) {
                i = SigInfo.user(g.exitSignal, 0, g.pid(), g.uid);
            }
            kernel.signals().sendToGroup(parent, i);
        }
        if (reap) {
            reap(g);
        }
        parent.childWait.wake(POLLIN);
    }

    /** Removes a zombie for good. With the task lock. */
    void reap(ThreadGroup g) {
        g.state = ThreadGroup.State.REAPED;
        g.cgroup.gone();
        ThreadGroup parent = g.parent;
        if (parent != null) {
            parent.children.remove(g);
            parent.ofChildren.add(g.ofItself);
            parent.ofChildren.add(g.ofChildren);
        }
        g.pids().tasks().leave(g);
        g.pids().tasks().remove(g);
    }

    /** SIGCHLD for a stop or continuation. With the task lock. */
    void notifyParentOfStop(ThreadGroup g, int code, int signo) {
        @Nullable ThreadGroup parent = g.parent;
        if (parent == null) {
            if (code == Sig.CLD_STOPPED && g == g.pids().init()) {
                g.pids().initStopped();
            }
            return;
        }
        SigAction a = parent.actions[Sig.SIGCHLD];
        if (!a.isIgnore() && (a.flags() & Sig.SA_NOCLDSTOP) == 0) {
            kernel.signals()
                    .sendToGroup(
                            parent, SigInfo.child(code, g.pid(), g.uid, signo, g.ofItself.userNanos / 10_000_000, 0));
        }
        parent.childWait.wake(POLLIN);
    }

    /** A process without a parent of ours has ended: nobody waits for it, but there may be listeners. */
    void over(ThreadGroup g) {
        ArrayList<EndListener> listeners;
        kernel.taskLock().lock();
        try {
            reap(g);
            g.over = true;
            listeners = new ArrayList<>(g.endListeners);
            g.endListeners.clear();
        } finally {
            kernel.taskLock().unlock();
        }
        int status = g.exitStatus;
        for (EndListener l : listeners) {
            kernel.background(() -> l.ended(status));
        }
    }
}
