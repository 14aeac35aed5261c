// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Ptrace;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** ptrace(2) among guests: who traces whom. Nothing on the host is traced. */
public final class Tracing {
    private static final int POLLIN = 1;

    private final Kernel kernel;

    /** What tracees do between a tracer's orders. */
    public final TraceStops stops;

    Tracing(Kernel kernel) {
        this.kernel = kernel;
        this.stops = new TraceStops(kernel);
    }

    // ---- who traces whom ----

    /** PTRACE_TRACEME. */
    public long traceMe(Task t) {
        kernel.taskLock().lock();
        try {
            ThreadGroup parent = t.group.parent;
            if (t.tracee != null || parent == null) {
                return -EPERM;
            }
            if (parent.exiting || parent.tasks.isEmpty()) {
                return 0;
            }
            Task by = t.group.maker;
            begin(t, by != null && by.group == parent && !by.dead ? by : parent.tasks.get(0), t.creds, false, 0);
            return 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** PTRACE_ATTACH and PTRACE_SEIZE. */
    public long attach(Task t, Task o, boolean seize, int options) {
        kernel.taskLock().lock();
        try {
            if (o.group == t.group || !Access.mayInspect(t, o)) {
                return -EPERM; // with the lock, with which it becomes another program
            }
            if (o.dead || o.group.exiting || o.tracee != null) {
                return -EPERM;
            }
            Tracee e = begin(o, t, t.creds, seize, options);
            if (!seize) {
                kernel.signals().sendToTask(o, SigInfo.kernel(Sig.SIGSTOP));
            }
            if (e.due()) {
                o.wake();
            }
            return 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private static Tracee begin(Task o, Task tracer, Creds by, boolean seized, int options) {
        Tracee e = new Tracee(o, tracer, by, seized, options);
        o.tracee = e;
        tracer.group.tracees.add(e);
        o.watch.begin();
        return e;
    }

    /** A traced thread has made another one, which is traced as well if the tracer wants that. With the task lock. */
    void cloned(Task t, Task child, long flags, int exitSignal) {
        Tracee e = t.tracee;
        if (e == null) {
            return;
        }
        int event = 0;
        if ((flags & Clone.CLONE_UNTRACED) == 0) {
            event = (flags & Clone.CLONE_VFORK) != 0
                    ? Ptrace.EVENT_VFORK
                    : exitSignal != Sig.SIGCHLD || (flags & Clone.CLONE_THREAD) != 0
                            ? Ptrace.EVENT_CLONE
                            : Ptrace.EVENT_FORK;
            if (!e.wants(event)) {
                event = 0;
            }
        }
        if (event == 0 && (flags & Clone.CLONE_PTRACE) == 0) {
            return;
        }
        Tracee c = new Tracee(child, e.tracer, e.by, e.seized, e.options);
        child.tracee = c;
        e.tracer.group.tracees.add(c);
        if (e.seized) {
            c.interrupt = true;
        } else {
            child.pending.add(SigInfo.kernel(Sig.SIGSTOP), kernel.signals().total);
        }
        child.attention = true;
        if (event != 0) {
            e.event = event;
            e.eventMessage = child.tid;
            t.attention = true;
        }
    }

    /** What {@link #cloned} did has come to nothing. With the task lock. */
    void notCloned(Task t, Task child) {
        Tracee c = child.tracee;
        if (c != null) {
            child.tracee = null;
            c.tracer.group.tracees.remove(c);
        }
        Tracee e = t.tracee;
        if (e != null) {
            e.event = 0;
        }
    }

    /** A leader goes without a word because another thread's exec takes its id. With the task lock. */
    void replaced(Task leader) {
        Tracee e = leader.tracee;
        if (e != null) {
            leader.tracee = null;
            e.stopped = false;
            e.tracer.group.tracees.remove(e);
        }
    }

    /** A traced thread's new program is about to begin. */
    void execed(Task t, int formerTid) {
        kernel.taskLock().lock();
        try {
            Tracee e = t.tracee;
            if (e == null) {
                return;
            }
            e.tid = t.rootTid();
            e.exitDue = true;
            if (e.wants(Ptrace.EVENT_EXEC)) {
                e.event = Ptrace.EVENT_EXEC;
                e.eventMessage = formerTid;
            } else if (!e.seized) {
                t.pending.add(SigInfo.user(Sig.SIGTRAP, 0, t.pid(), t.creds.uid()), kernel.signals().total);
            }
            t.attention = true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** PTRACE_DETACH: the tracee goes on as if nobody had ever looked. */
    public void detach(Tracee e, int signal) {
        kernel.taskLock().lock();
        try {
            letGo(e, signal);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private void letGo(Tracee e, int signal) {
        Task o = e.task;
        e.tracer.group.tracees.remove(e);
        if (o.tracee == e) {
            o.tracee = null;
        }
        if (e.ended) {
            toldEnd(e);
            return;
        }
        e.mode = Ptrace.CONT;
        e.signal = signal;
        o.watch.end();
        kernel.signals().recompute(o);
        TraceStops.release(e);
    }

    /** A thread ends: what it traced goes on, and its own tracer is told. With the task lock. */
    void threadEnded(Task t, int status) {
        ArrayList<Tracee> mine = t.group.tracees;
        if (!mine.isEmpty()) {
            for (Tracee e : mine.toArray(new Tracee[0])) {
                if (e.tracer != t) {
                    continue;
                }
                boolean kill = (e.options & Ptrace.O_EXITKILL) != 0 && !e.ended;
                letGo(e, 0);
                if (kill) {
                    kernel.exits().killLater(e.task.group, Sig.SIGKILL);
                }
            }
        }
        Tracee e = t.tracee;
        if (e != null) {
            if (t.rootTid() != t.group.pid()) {
                end(e, status);
            } else {
                e.exitStatus = status; // told when the process has ended
            }
        }
    }

    private void end(Tracee e, int status) {
        e.ended = true;
        e.stopped = false;
        e.exitStatus = status;
        tellEnd(e);
    }

    private void tellEnd(Tracee e) {
        ThreadGroup by = e.tracer.group;
        boolean exited = (e.exitStatus & 0x7f) == 0;
        SigAction a = by.actions[Sig.SIGCHLD];
        if (!a.isIgnore()) {
            kernel.signals()
                    .sendToGroup(
                            by,
                            SigInfo.child(
                                    exited ? Sig.CLD_EXITED : Sig.CLD_KILLED,
                                    e.tid,
                                    e.task.group.uid,
                                    exited ? e.exitStatus >> 8 & 0xff : e.exitStatus & 0x7f,
                                    0,
                                    0));
        }
        by.childWait.wake(POLLIN);
    }

    /**
     * A process has become a zombie. Its tracer hears of that before its parent does. With the task lock.
     *
     * @return whether the parent has to wait
     */
    boolean processEnded(ThreadGroup g, @Nullable Task leader) {
        Tracee e = leader == null ? null : leader.tracee;
        if (leader == null || e == null) {
            return false;
        }
        if (e.tracer.group == g.parent) {
            leader.tracee = null;
            e.tracer.group.tracees.remove(e);
            return false;
        }
        g.hidden = true;
        end(e, g.exitStatus);
        return true;
    }

    /** wait(2) of the tracer has told the end of a tracee. With the task lock. */
    void toldEnd(Tracee e) {
        e.tracer.group.tracees.remove(e);
        ThreadGroup g = e.task.group;
        if (g.hidden && e.tid == g.pid()) {
            g.hidden = false;
            kernel.exits().zombies.show(g);
        }
    }
}
