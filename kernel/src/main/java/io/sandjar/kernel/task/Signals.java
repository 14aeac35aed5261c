// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.PendingSignals;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** Sending, blocking and taking signals (signal(7)). */
public final class Signals {
    static final long UNBLOCKABLE = bit(Sig.SIGKILL) | bit(Sig.SIGSTOP);
    static final long STOPS = bit(Sig.SIGSTOP) | bit(Sig.SIGTSTP) | bit(Sig.SIGTTIN) | bit(Sig.SIGTTOU);
    private static final long DEFAULT_IGNORED =
            bit(Sig.SIGCHLD) | bit(Sig.SIGURG) | bit(Sig.SIGWINCH) | bit(Sig.SIGCONT);

    final PendingSignals.Total total = new PendingSignals.Total();
    private final Kernel kernel;

    Signals(Kernel kernel) {
        this.kernel = kernel;
    }

    public static long bit(int signo) {
        return 1L << (signo - 1);
    }

    /** What a task told with a signal of its own, in the kernel's numbers. */
    public static SigInfo fromGuest(Task t, int signo, byte[] raw) {
        SigInfo i = SigInfo.fromGuest(signo, raw);
        return i.hasSender() ? i.from(t.rootPid(i.pid()), t.creds().userNs().kernelUid(i.uid())) : i;
    }

    /** Sends to one thread. */
    public void sendToTask(Task t, SigInfo info) {
        kernel.taskLock().lock();
        try {
            if (!t.dead) {
                send(t.group, t, info, false);
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Sends to a process. */
    public void sendToGroup(ThreadGroup g, SigInfo info) {
        kernel.taskLock().lock();
        try {
            send(g, null, info, false);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Sends to a process from outside the sandbox: pid 1 is not protected from it. */
    public void sendFromOutside(ThreadGroup g, SigInfo info) {
        kernel.taskLock().lock();
        try {
            send(g, null, info, true);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Sends to all members of a process group, as the terminal does. */
    public void sendToProcessGroup(ProcessGroup p, SigInfo info, boolean outside) {
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : p.members.toArray(new ThreadGroup[0])) {
                send(g, null, info, outside);
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /**
     * A signal that cannot be refused (a fault of the thread itself): if it is blocked or ignored the default action
     * is taken.
     */
    public void force(Task t, SigInfo info) {
        kernel.taskLock().lock();
        try {
            int signo = info.signo();
            SigAction a = t.group.actions[signo];
            boolean blocked = (t.mask.now() & bit(signo)) != 0;
            if (blocked || a.isIgnore()) {
                t.group.actions[signo] = SigAction.DEFAULT;
                t.mask.blocked &= ~bit(signo);
                t.mask.push();
            }
            t.group.forced |= bit(signo);
            t.pending.add(info, total);
            t.wake();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    // Everything below is called with the task lock held.

    /**
     * @param fromOutside pid 1 is not protected from it. Neither is it from signals that it sends to itself (abort, a
     *     broken pipe, {@code kill $$}): the command of {@code do} is pid 1, and ends as it would on a host. Linux
     *     protects it from those too, but there nobody looks at the status.
     */
    private void send(ThreadGroup g, @Nullable Task only, SigInfo info, boolean fromOutside) {
        int signo = info.signo();
        boolean inner = g.pids().level() > 0;
        boolean outside = fromOutside
                || (inner
                        ? signo == Sig.SIGKILL || signo == Sig.SIGSTOP ? fromAround(g, info) : false
                        : info.pid() == g.pid() && info.code() <= 0 && info.code() != Sig.SI_TIMER);
        if (signo == 0 || g.state == ThreadGroup.State.ZOMBIE || g.state == ThreadGroup.State.REAPED || g.exiting) {
            return;
        }
        if (signo == Sig.SIGKILL) {
            if (g != g.pids().init() || outside) {
                kernel.exits().killLater(g, Sig.SIGKILL);
            }
            return;
        }
        long bit = bit(signo);
        if ((STOPS & bit) != 0) {
            discard(g, bit(Sig.SIGCONT));
        } else if (signo == Sig.SIGCONT) {
            discard(g, STOPS);
            resume(g);
        }
        if (outside) {
            g.forced |= bit;
        } else if (g == g.pids().init() && g.actions[signo].isDefault() && !traced(g, only) && !blocked(g, only, bit)) {
            return; // pid 1 gets only what it asked for
        }
        if (ignored(g, only, signo)) {
            return;
        }
        PendingSignals queue = only != null ? only.pending : g.shared;
        if (queueFull(g, signo)) {
            queue.mark(signo);
        } else {
            queue.add(seenBy(g, info), total);
        }
        // the mark first, then the mask: a stub that unblocks between the two sees the mark
        if (only != null) {
            only.mask.setRecheck(true);
            only.mask.pull();
        } else {
            for (int i = 0; i < g.tasks.size(); i++) {
                Task t = g.tasks.get(i);
                t.mask.setRecheck(true);
                t.mask.pull();
            }
        }
        g.signalWait.wake(1);
        if (only != null) {
            if ((only.mask.blocked & bit) == 0 || (only.mask.waitingFor & bit) != 0) {
                only.wake();
            }
            return;
        }
        Task chosen = null;
        for (int i = 0; i < g.tasks.size(); i++) {
            Task t = g.tasks.get(i);
            if (!t.dead && ((t.mask.blocked & bit) == 0 || (t.mask.waitingFor & bit) != 0)) {
                if (chosen == null || t.rootTid() == g.pid() || (chosen.attention && !t.attention)) {
                    chosen = t;
                }
                if (!t.attention) {
                    break;
                }
            }
        }
        if (chosen != null) {
            chosen.wake();
        }
    }

    /** With the task lock: whether there is no room for another queued signal; for one that is queued with what the sender gave, EAGAIN. */
    public boolean queueFull(ThreadGroup g, int signo) {
        if (signo < Sig.SIGRTMIN) {
            return false;
        }
        long queued = g.shared.queued();
        for (int i = 0; i < g.tasks.size(); i++) {
            queued += g.tasks.get(i).pending.queued();
        }
        return total.full() || queued >= g.softLimit(io.sandjar.abi.Rlimit.RLIMIT_SIGPENDING);
    }

    /** Whether the sender is in no space of pids that the process sees: from there its init is not protected. */
    private static boolean fromAround(ThreadGroup g, SigInfo info) {
        return !info.hasSender() || g.pids().fromRoot(info.pid()) == 0;
    }

    /** The sender's numbers as the receiver's namespaces have them. */
    private static SigInfo seenBy(ThreadGroup g, SigInfo info) {
        UserNamespace users =
                g.tasks.isEmpty() ? UserNamespace.FIRST : g.tasks.get(0).creds.userNs();
        if ((g.pids().level() == 0 && users == UserNamespace.FIRST) || !info.hasSender()) {
            return info;
        }
        return info.from(g.pids().fromRoot(info.pid()), users.shownUid(info.uid()));
    }

    private boolean ignored(ThreadGroup g, @Nullable Task only, int signo) {
        long bit = bit(signo);
        SigAction a = g.actions[signo];
        if (!a.isIgnore() && !(a.isDefault() && (DEFAULT_IGNORED & bit) != 0)) {
            return false;
        }
        return !traced(g, only) && !blocked(g, only, bit);
    }

    /** A tracer sees ignored signals too. */
    private static boolean traced(ThreadGroup g, @Nullable Task only) {
        if (only != null) {
            return only.tracee != null;
        }
        return !g.tasks.isEmpty() && g.tasks.get(0).tracee != null;
    }

    /** A blocked signal stays pending: its action may change until it is unblocked, or sigwait may want it. */
    private static boolean blocked(ThreadGroup g, @Nullable Task only, long bit) {
        if (only != null) {
            return ((only.mask.now() | only.mask.waitingFor) & bit) != 0;
        }
        for (Task t : g.tasks) {
            if (((t.mask.now() | t.mask.waitingFor) & bit) != 0) {
                return true;
            }
        }
        return false;
    }

    private void discard(ThreadGroup g, long which) {
        g.shared.discard(which);
        for (Task t : g.tasks) {
            t.pending.discard(which);
        }
    }

    private void resume(ThreadGroup g) {
        if (g.state == ThreadGroup.State.STOPPED) {
            g.state = ThreadGroup.State.RUNNING;
            g.stopReport = 0;
            g.continueReport = true;
            kernel.tracing().stops.continued(g);
            kernel.exits().zombies.notifyParentOfStop(g, Sig.CLD_CONTINUED, Sig.SIGCONT);
            for (Task t : g.tasks) {
                t.wake();
            }
        }
    }

    /** Stops a process. */
    void stop(ThreadGroup g, int signo) {
        if (g.state == ThreadGroup.State.RUNNING) {
            g.state = ThreadGroup.State.STOPPED;
            g.stopReport = signo;
            g.stopSignal = signo;
            g.continueReport = false;
            kernel.exits().zombies.notifyParentOfStop(g, Sig.CLD_STOPPED, signo);
            for (Task t : g.tasks) {
                t.wake();
            }
        }
    }

    /** Takes the next signal that the task does not block; null when there is none. */
    @Nullable
    SigInfo take(Task t) {
        SigInfo i = t.pending.take(~t.mask.blocked);
        return i != null ? i : t.group.shared.take(~t.mask.blocked);
    }

    /** Takes a pending signal out of {@code wanted}, blocked or not (sigtimedwait, signalfd). */
    public @Nullable SigInfo dequeue(Task t, long wanted) {
        SigInfo i;
        kernel.taskLock().lock();
        try {
            i = t.pending.take(wanted);
            if (i == null) {
                i = t.group.shared.take(wanted);
            }
            recompute(t);
        } finally {
            kernel.taskLock().unlock();
        }
        return i == null ? null : t.group.timerTaken(i);
    }

    /** Pending signals of the thread and of its process. */
    public long pending(Task t) {
        kernel.taskLock().lock();
        try {
            return t.pending.set() | t.group.shared.set();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Sets the blocked signals of the calling task. */
    public void setMask(Task t, long mask) {
        kernel.taskLock().lock();
        try {
            long wanted = mask & ~UNBLOCKABLE;
            long newlyBlocked = wanted & ~t.mask.now();
            t.mask.blocked = wanted;
            t.mask.push();
            recompute(t);
            long moved = newlyBlocked & t.group.shared.set();
            if (moved != 0) { // somebody else may take what this task now blocks
                for (Task o : t.group.tasks) {
                    if (o != t && (moved & ~o.mask.blocked) != 0) {
                        o.wake();
                    }
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** A pending signal that will end the process; 0 for none. With or without the task lock. */
    int fatal(Task t) {
        kernel.taskLock().lock();
        try {
            ThreadGroup g = t.group;
            long set = (t.pending.set() | g.shared.set()) & ~t.mask.blocked & ~STOPS;
            for (int s = 1; set != 0 && s < Sig.NSIG; s++) {
                if ((set & bit(s)) != 0
                        && g.actions[s].isDefault()
                        && !ignoredByDefault(s)
                        && (g != g.pids().init() || (g.forced & bit(s)) != 0)) {
                    return s;
                }
            }
            return 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Recomputes whether the task has something to look at. With the task lock. */
    void recompute(Task t) {
        t.attention = ((t.pending.set() | t.group.shared.set()) & ~t.mask.blocked) != 0
                || t.group.exiting
                || t.dead
                || t.birth.vforkChild != null
                || t.endsAlone != 0
                || (t.tracee != null ? t.tracee.due() : t.group.state == ThreadGroup.State.STOPPED)
                || t.group.cgroup.frozen;
    }

    /** The action of a signal. */
    public SigAction action(ThreadGroup g, int signo) {
        kernel.taskLock().lock();
        try {
            return g.actions[signo];
        } finally {
            kernel.taskLock().unlock();
        }
    }

    public SigAction setAction(ThreadGroup g, int signo, SigAction a) {
        kernel.taskLock().lock();
        try {
            SigAction old = g.actions[signo];
            g.actions[signo] = a;
            long bit = bit(signo);
            if (a.isIgnore() || (a.isDefault() && (DEFAULT_IGNORED & bit) != 0)) {
                discard(g, bit);
                for (Task t : g.tasks) {
                    recompute(t);
                }
            }
            return old;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Whether the default action of a signal is to do nothing. */
    static boolean ignoredByDefault(int signo) {
        return (DEFAULT_IGNORED & bit(signo)) != 0;
    }
}
