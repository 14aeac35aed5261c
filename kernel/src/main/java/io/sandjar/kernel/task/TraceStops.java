// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Ptrace;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The stops of traced threads, and how they go on. A stop is a thread of ours that waits before it answers the doorbell, so
 * that the tracee stands in its stub with all its registers in its frame.
 */
public final class TraceStops {
    private static final int POLLIN = 1;
    private static final int SYSGOOD = 0x80;

    private final Kernel kernel;

    TraceStops(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Stops a tracee, on a thread that may park, until it is told to go on.
     *
     * @return whether it lives and is to go on
     */
    private boolean stop(Task t, Tracee e, int code, @Nullable SigInfo info, long message, int phase) {
        boolean dying = code >> 8 == Ptrace.EVENT_EXIT;
        kernel.taskLock().lock();
        try {
            if (t.tracee != e) {
                return !t.dead && !t.group.exiting;
            }
            if (t.dead || (t.group.exiting && !dying)) {
                return false;
            }
            e.code = code;
            e.info = info;
            e.message = message;
            int kind = code >> 8;
            e.messageIsId = kind >= Ptrace.EVENT_FORK && kind <= Ptrace.EVENT_VFORK_DONE;
            e.phase = phase;
            e.told = false;
            e.signal = 0;
            e.stopped = true;
            t.parking.thread = Thread.currentThread();
            tellStop(e);
        } finally {
            kernel.taskLock().unlock();
        }
        try {
            while (e.stopped && !t.dead && (!t.group.exiting || dying) && !t.group.released) {
                LockSupport.park(t);
            }
        } finally {
            t.parking.thread = null;
        }
        kernel.taskLock().lock();
        try {
            e.stopped = false;
            e.phase = Tracee.NONE;
            return !t.dead && (!t.group.exiting || dying);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private void tellStop(Tracee e) {
        ThreadGroup by = e.tracer.group;
        SigAction a = by.actions[Sig.SIGCHLD];
        if (!a.isIgnore() && (a.flags() & Sig.SA_NOCLDSTOP) == 0) {
            kernel.signals()
                    .sendToGroup(by, SigInfo.child(Sig.CLD_TRAPPED, e.tid, e.task.group.uid, e.code & 0x7f, 0, 0));
        }
        by.childWait.wake(POLLIN);
    }

    /** Lets a stopped tracee go on as its mode says. With the task lock. */
    static void release(Tracee e) {
        e.stopped = false;
        e.listening = false;
        Thread p = e.task.parking.thread;
        if (p != null) {
            LockSupport.unpark(p);
        }
    }

    /** PTRACE_CONT and the like. */
    public void resume(Tracee e, int mode, int signal) {
        kernel.taskLock().lock();
        try {
            e.mode = mode;
            e.signal = signal;
            release(e);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** PTRACE_INTERRUPT. */
    public void interrupt(Tracee e) {
        kernel.taskLock().lock();
        try {
            if (e.stopped && e.listening) {
                trapAgain(e);
            } else {
                e.interrupt = true;
                if (!e.stopped) {
                    e.task.wake();
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** PTRACE_LISTEN. */
    public boolean listen(Tracee e) {
        kernel.taskLock().lock();
        try {
            if (e.code >> 8 != Ptrace.EVENT_STOP) {
                return false;
            }
            e.listening = true;
            if (e.interrupt) { // something has come meanwhile
                e.interrupt = false;
                trapAgain(e);
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private void trapAgain(Tracee e) {
        ThreadGroup g = e.task.group;
        int sig = g.state == ThreadGroup.State.STOPPED ? g.stopSignal : Sig.SIGTRAP;
        e.code = sig | Ptrace.EVENT_STOP << 8;
        e.info = event(e, e.code);
        e.listening = false;
        e.told = false;
        tellStop(e);
    }

    /** A stopped process goes on: seized tracees hear of it. With the task lock. */
    void continued(ThreadGroup g) {
        for (Task t : g.tasks) {
            Tracee e = t.tracee;
            if (e == null) {
                continue;
            }
            e.groupTold = false;
            if (e.seized) {
                if (e.stopped && e.listening) {
                    trapAgain(e);
                } else {
                    e.interrupt = true;
                }
            }
        }
    }

    private static SigInfo event(Tracee e, int code) {
        return SigInfo.user(Sig.SIGTRAP, code, e.tracer.group.pids().fromRoot(e.tid), e.task.creds.uid());
    }

    /**
     * Makes the stops that come before signals: events, the end of a call, interruptions, the stop of the process.
     *
     * @return 0, or -ESRCH: the task has ended
     */
    int beforeSignals(Task t) {
        if (t.birth.vforkChild != null) {
            int r = vforked(t);
            if (r != 0) {
                return r;
            }
        }
        while (true) {
            Tracee e = t.tracee;
            if (e == null) {
                return t.dead || t.group.exiting ? -ESRCH : 0;
            }
            int code = Sig.SIGTRAP;
            int phase = Tracee.NONE;
            long message = 0;
            boolean plain = false;
            kernel.taskLock().lock();
            try {
                if (t.dead || t.group.exiting) {
                    return -ESRCH;
                }
                ThreadGroup g = t.group;
                boolean group = g.state == ThreadGroup.State.STOPPED;
                if (e.event != 0) {
                    code |= e.event << 8;
                    message = e.eventMessage;
                    e.event = 0;
                } else if (e.exitDue) {
                    e.exitDue = false;
                    if (e.steps()) {
                        t.pending.add(SigInfo.fault(Sig.SIGTRAP, Sig.TRAP_BRKPT, t.ip), kernel.signals().total);
                    }
                    if (e.mode != Ptrace.SYSCALL) {
                        e.callNr = -1;
                        continue;
                    }
                    phase = Tracee.EXIT;
                    code |= (e.options & Ptrace.O_TRACESYSGOOD) != 0 ? SYSGOOD : 0;
                } else if (group && !e.groupTold) {
                    e.groupTold = true;
                    e.interrupt = false;
                    code = g.stopSignal | (e.seized ? Ptrace.EVENT_STOP << 8 : 0);
                    plain = !e.seized;
                } else if (e.interrupt) {
                    e.interrupt = false;
                    code = (group ? g.stopSignal : Sig.SIGTRAP) | Ptrace.EVENT_STOP << 8;
                } else {
                    return 0;
                }
            } finally {
                kernel.taskLock().unlock();
            }
            if (!stop(t, e, code, plain ? null : event(e, code), message, phase)) {
                return -ESRCH;
            }
            if (phase == Tracee.EXIT) {
                e.callNr = -1;
                inject(t, e);
            }
        }
    }

    /** A signal given when a call's stop ends is sent anew. */
    private void inject(Task t, Tracee e) {
        int sig = e.signal;
        e.signal = 0;
        if (sig > 0 && sig <= 64) {
            kernel.signals().sendToTask(t, SigInfo.user(sig, 0, e.tracer.group.pid(), e.tracer.creds.uid()));
        }
    }

    /** A vfork of a traced thread is not left to the host: its tracer has to hear of the child while it waits. */
    private int vforked(Task t) {
        Task child = t.birth.vforkChild;
        Tracee e = t.tracee;
        if (e != null && e.event != 0) {
            int event = e.event;
            e.event = 0;
            int code = Sig.SIGTRAP | event << 8;
            if (!stop(t, e, code, event(e, code), e.eventMessage, Tracee.NONE)) {
                return -ESRCH;
            }
        }
        t.parking.thread = Thread.currentThread();
        try {
            while (child != null && !child.birth.leftMemory && !t.dead && !t.group.exiting) {
                LockSupport.park(t);
            }
        } finally {
            t.parking.thread = null;
        }
        t.birth.vforkChild = null;
        e = t.tracee;
        if (e != null && child != null && e.wants(Ptrace.EVENT_VFORK_DONE)) {
            int code = Sig.SIGTRAP | Ptrace.EVENT_VFORK_DONE << 8;
            if (!stop(t, e, code, event(e, code), child.tid, Tracee.NONE)) {
                return -ESRCH;
            }
        }
        return t.dead || t.group.exiting ? -ESRCH : 0;
    }

    /** A vfork child has left its parent's memory. */
    static void leftMemory(Task child) {
        child.birth.leftMemory = true;
        Task waiter = child.birth.vforkParent;
        if (waiter != null) {
            child.birth.vforkParent = null;
            Thread p = waiter.parking.thread;
            if (p != null) {
                LockSupport.unpark(p);
            }
        }
    }

    /**
     * Shows a signal to the tracer before it is delivered.
     *
     * @return what is to be delivered; null for nothing
     */
    @Nullable
    SigInfo signal(Task t, Tracee e, SigInfo info) {
        if (!stop(t, e, info.signo(), info, 0, Tracee.NONE)) {
            return null;
        }
        int sig = e.signal;
        e.signal = 0;
        SigInfo shown = e.info;
        if (sig <= 0 || sig > 64 || shown == null) {
            return null;
        }
        SigInfo go = shown.signo() == sig
                ? shown
                : SigInfo.user(sig, 0, t.shownPid(e.tracer.group.pid()), e.tracer.creds.uid());
        kernel.taskLock().lock();
        try {
            if ((t.mask.blocked & Signals.bit(sig)) != 0) { // blocked by the tracer meanwhile
                t.pending.add(go, kernel.signals().total);
                return null;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        return go;
    }

    /** Stops in front of a call. Returns 0; 1 when the call is not to be made; -ESRCH when the task has ended. */
    public int callEntered(Task t) {
        Tracee e = t.tracee;
        TrapFrame f = t.trap.frame;
        if (e == null || f == null) {
            return 0;
        }
        boolean emulated = e.mode == Ptrace.SYSEMU || e.mode == Ptrace.SYSEMU_SINGLESTEP;
        e.callNr = t.nr;
        if (e.mode != Ptrace.SYSCALL && !emulated) {
            return 0;
        }
        f.setReg(TrapFrame.RAX, -ENOSYS);
        int code = Sig.SIGTRAP | ((e.options & Ptrace.O_TRACESYSGOOD) != 0 ? SYSGOOD : 0);
        if (!stop(t, e, code, event(e, code), 1, Tracee.ENTRY)) {
            return -ESRCH;
        }
        inject(t, e);
        return changed(t, e, f) || emulated ? 1 : 0;
    }

    /** Takes over the call as the tracer left it: whether there is none any more. */
    private static boolean changed(Task t, Tracee e, TrapFrame f) {
        t.trap.callFromFrame((int) e.callNr, f);
        return (int) e.callNr < 0;
    }

    /**
     * SECCOMP_RET_TRACE: lets the tracer decide.
     *
     * @return 0 when the call is to be made, perhaps as another one; -ENOSYS when nobody wants to decide; 1 when it is
     *     not to be made
     */
    public int filtered(Task t, int data) {
        Tracee e = t.tracee;
        TrapFrame f = t.trap.frame;
        if (e == null || f == null || !t.trap.inTrap() || !e.wants(Ptrace.EVENT_SECCOMP)) {
            return -ENOSYS;
        }
        int code = Sig.SIGTRAP | Ptrace.EVENT_SECCOMP << 8;
        e.callNr = t.nr;
        e.seccompData = data;
        f.setReg(TrapFrame.RAX, -ENOSYS);
        if (!stop(t, e, code, event(e, code), data & 0xffffL, Tracee.SECCOMP)) {
            return 1;
        }
        return changed(t, e, f) ? 1 : 0;
    }

    /** The host has ended a process that had no memory left to handle a fault in: its tracer sees the fault. */
    void lastStop(ThreadGroup g, int signo) {
        Task leader;
        kernel.taskLock().lock();
        try {
            leader = g.pids().tasks().task(g.pid());
        } finally {
            kernel.taskLock().unlock();
        }
        Tracee e = leader == null ? null : leader.tracee;
        if (leader != null && e != null) {
            stop(leader, e, signo, SigInfo.kernel(signo), 0, Tracee.NONE);
        }
    }

    /** PTRACE_EVENT_EXIT: the last chance to look at a thread that is about to end. */
    public void exiting(Task t, int status) {
        Tracee e = t.tracee;
        if (e == null || !e.wants(Ptrace.EVENT_EXIT) || t.trap.frame == null || !t.trap.inFrame) {
            return;
        }
        int code = Sig.SIGTRAP | Ptrace.EVENT_EXIT << 8;
        stop(t, e, code, event(e, code), status, Tracee.NONE);
    }

    /** The last thing before a tracee goes on: what its mode asks for. */
    void atReturn(Task t, TrapFrame f) {
        Tracee e = t.tracee;
        if (e == null) {
            return;
        }
        boolean watch = Watchpoints.inUse(e);
        boolean step = e.steps() || watch;
        if (watch) {
            Watchpoints.look(t, e);
        }
        if (!t.watch.trapsAll && (e.wantsCalls() || (step && t.trap.standsAtCall(f)))) {
            t.trap.trapAll();
        }
        if (e.fsBaseSet) {
            e.fsBaseSet = false;
            t.trap.ops.call(Stub.OPF_IGNORE, io.sandjar.abi.Nr.arch_prctl, 0x1002, e.fsBase, 0, 0, 0, 0);
        }
        if (step) {
            e.stepping = true;
            f.setReg(TrapFrame.EFLAGS, f.reg(TrapFrame.EFLAGS) | TrapFrame.TF);
        }
    }

    /** A handler was entered while the tracer steps: it stops at its first instruction. 0 or -ESRCH. */
    int handlerEntered(Task t) {
        Tracee e = t.tracee;
        if (e == null || !e.steps()) {
            return 0;
        }
        SigInfo i = SigInfo.user(Sig.SIGTRAP, Sig.SIGTRAP, t.tid(), t.creds.uid());
        return stop(t, e, Sig.SIGTRAP, i, 0, Tracee.NONE) ? 0 : -ESRCH;
    }
}
