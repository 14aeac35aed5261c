// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What is left of a process that has ended: what its parent and others hear of it, until it is waited for. */
final class Zombies {
    private static final int POLLIN = 1;
    private static final long SOON_NANOS = 200_000;
    private final Kernel kernel;
    private final Orphans orphans;

    Zombies(Kernel kernel, Orphans orphans) {
        this.kernel = kernel;
        this.orphans = orphans;
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
            begin(g);
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
                kernel.exits().exitGroup(o, Sig.SIGKILL);
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

    void begin(ThreadGroup g) {
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
                orphans.left(g);
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

    /** The tracer of a zombie has heard of it, so that its parent may. With the task lock. */
    void show(ThreadGroup g) {
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

    void tellParent(ThreadGroup g, ThreadGroup parent) {
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
