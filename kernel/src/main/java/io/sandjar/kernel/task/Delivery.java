// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Futex;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What happens between the end of a call (or a fault, or a kick) and the guest's next instruction: stops, signals to
 * their handlers, restart of the interrupted call.
 */
public final class Delivery {
    private final Kernel kernel;

    Delivery(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Settles everything that the task has to look at, changing the registers in {@code f}.
     *
     * @return 0: the guest may go on; {@link Task#BLOCK}: the task is stopped, call again where parking is allowed;
     *     -ESRCH: the task has ended, nothing is to be answered
     */
    public int deliver(Task t, TrapFrame f) {
        while (true) {
            SigInfo info;
            SigAction act;
            if (t.endsAlone != 0) {
                t.trap.exitByStub(0);
                return 0;
            }
            if (t.tracee != null || t.birth.vforkChild != null) {
                if (!t.mayBlock) {
                    return Task.BLOCK;
                }
                int r = kernel.tracing().stops.beforeSignals(t);
                if (r != 0) {
                    return r;
                }
            }
            kernel.taskLock().lock();
            try {
                ThreadGroup g = t.group;
                if (t.dead || g.exiting) {
                    return -ESRCH;
                }
                t.mask.pull();
                Tracee e = t.tracee;
                int fatal = g.cgroup.frozen ? kernel.signals().fatal(t) : 0;
                if (fatal != 0) {
                    info = SigInfo.kernel(fatal);
                    act = SigAction.DEFAULT;
                } else if (g.cgroup.frozen || (e != null ? e.due() : g.state == ThreadGroup.State.STOPPED)) {
                    info = null;
                    act = null;
                } else {
                    info = kernel.signals().take(t);
                    if (info == null) {
                        finishRestart(t, f);
                        if (t.mask.restore) {
                            t.mask.restore = false;
                            t.mask.blocked = t.mask.saved;
                            kernel.signals().recompute(t);
                            if (t.attention) {
                                continue;
                            }
                        }
                        kernel.signals().recompute(t);
                        if (t.pending.isEmpty() && g.shared.isEmpty()) {
                            t.mask.setRecheck(false);
                        }
                        kernel.tracing().stops.atReturn(t, f);
                        return 0;
                    }
                    act = g.actions[info.signo()];
                }
            } finally {
                kernel.taskLock().unlock();
            }
            if (info == null || act == null) {
                if (!t.mayBlock) {
                    return Task.BLOCK;
                }
                waitWhileStopped(t);
                continue;
            }
            info = t.group.timerTaken(info);
            Tracee e = t.tracee;
            if (e != null) {
                info = kernel.tracing().stops.signal(t, e, info);
                if (info == null) {
                    continue;
                }
                act = kernel.signals().action(t.group, info.signo());
            }
            if (act.isIgnore()) {
                continue;
            }
            Tracer tracer = kernel.tracer;
            if (tracer != null) {
                tracer.signal(t, info);
            }
            if (act.isDefault()) {
                if (defaultAction(t, info)) {
                    return -ESRCH;
                }
                continue;
            }
            enter(t, f, info, act);
            if (t.tracee != null && kernel.tracing().stops.handlerEntered(t) != 0) {
                return -ESRCH;
            }
        }
    }

    private void waitWhileStopped(Task t) {
        t.parking.thread = Thread.currentThread();
        try {
            while (stands(t)) {
                LockSupport.park(t);
            }
        } finally {
            t.parking.thread = null;
            standsFrozen(t, false);
        }
    }

    private static void standsFrozen(Task t, boolean now) {
        if (t.standsFrozen != now) {
            t.standsFrozen = now;
            t.group.cgroup.changed();
        }
    }

    /** Whether the thread may not go on yet: a frozen group holds it whatever else is the matter, but what ends it. */
    private boolean stands(Task t) {
        ThreadGroup g = t.group;
        standsFrozen(t, g.cgroup.frozen && kernel.signals().fatal(t) == 0);
        return (t.standsFrozen || (g.state == ThreadGroup.State.STOPPED && t.tracee == null)) && !g.exiting && !t.dead;
    }

    /** @return whether the process has ended */
    private boolean defaultAction(Task t, SigInfo info) {
        int signo = info.signo();
        ThreadGroup g = t.group;
        if (Signals.ignoredByDefault(signo)) {
            return false;
        }
        boolean init = g == g.pids().init();
        if (init && (g.forced & Signals.bit(signo)) == 0) {
            return false;
        }
        if ((Signals.STOPS & Signals.bit(signo)) != 0) {
            kernel.taskLock().lock();
            try {
                if (signo != Sig.SIGSTOP && !init && g.pids().tasks().orphaned(g.processGroup, null)) {
                    return false;
                }
                kernel.signals().stop(g, signo);
            } finally {
                kernel.taskLock().unlock();
            }
            return false;
        }
        kernel.tracing().stops.exiting(t, signo);
        kernel.exits().exitGroup(g, signo);
        return true;
    }

    private void enter(Task t, TrapFrame f, SigInfo info, SigAction act) {
        int signo = info.signo();
        settleRestart(t, f, act);
        Trampolines sites = t.space.trampolines;
        if (sites != null) {
            sites.leave(f);
        }
        long now = t.mask.blocked; // of the call, where it has one of its own
        long mask = t.mask.restore ? t.mask.saved : now;
        if (SignalFrames.push(t, f, info, act, mask) < 0) {
            // no stack to put the frame on: the process dies of SIGSEGV unless it handles that elsewhere
            kernel.taskLock().lock();
            try {
                t.mask.restore = false;
                if (signo == Sig.SIGSEGV || (now & Signals.bit(Sig.SIGSEGV)) != 0) {
                    t.group.actions[Sig.SIGSEGV] = SigAction.DEFAULT;
                }
            } finally {
                kernel.taskLock().unlock();
            }
            kernel.signals().force(t, SigInfo.kernel(Sig.SIGSEGV));
            return;
        }
        kernel.taskLock().lock();
        try {
            if ((act.flags() & Sig.SA_RESETHAND) != 0) {
                t.group.actions[signo] = SigAction.DEFAULT;
            }
            long blocked = now | act.mask();
            if ((act.flags() & Sig.SA_NODEFER) == 0) {
                blocked |= Signals.bit(signo);
            }
            t.mask.restore = false;
            t.mask.blocked = blocked & ~Signals.UNBLOCKABLE;
            t.mask.push();
            kernel.signals().recompute(t);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** A handler is about to run: the interrupted call ends with EINTR or is to be made again afterwards. */
    private static void settleRestart(Task t, TrapFrame f, SigAction act) {
        long code = t.restartCode;
        boolean restart = (act.flags() & Sig.SA_RESTART) != 0;
        if (code != 0) {
            t.restartCode = 0;
            t.restartDeadline = 0;
            if (code == -ERESTARTNOINTR || (code == -ERESTARTSYS && restart)) {
                f.setReg(TrapFrame.RIP, f.reg(TrapFrame.RIP) - 2);
                f.setReg(TrapFrame.RAX, t.restartNr);
            } else {
                f.setReg(TrapFrame.RAX, -EINTR);
            }
            return;
        }
        // A futex wait is the host's own call: the kick made it stand at its instruction again.
        long nr = f.reg(TrapFrame.RAX);
        if (!restart && (nr == Nr.futex || nr == Nr.futex_wait || nr == Nr.futex_waitv)) {
            int op = (int) f.reg(TrapFrame.RSI) & 0x7f;
            byte[] insn = new byte[2];
            if ((nr != Nr.futex || op == Futex.FUTEX_WAIT || op == Futex.FUTEX_WAIT_BITSET)
                    && t.mem.read(f.reg(TrapFrame.RIP), insn) == 0
                    && Bytes.u16(insn, 0) == 0x050f) {
                f.setReg(TrapFrame.RIP, f.reg(TrapFrame.RIP) + 2);
                f.setReg(TrapFrame.RAX, -EINTR);
            }
        }
    }

    /** No handler runs: the interrupted call is made again. */
    private static void finishRestart(Task t, @Nullable TrapFrame f) {
        if (t.restartCode != 0 && f != null) {
            t.restartCode = 0;
            f.setReg(TrapFrame.RIP, f.reg(TrapFrame.RIP) - 2);
            f.setReg(TrapFrame.RAX, t.restartNr);
        }
    }
}
