// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.Task;

/** What the stub rings for: trapped calls, faults, kicks, fresh images and processes, finished operations. */
final class Doorbell {
    private final Kernel kernel;
    private final Dispatcher dispatcher;

    Doorbell(Kernel kernel, Dispatcher dispatcher) {
        this.kernel = kernel;
        this.dispatcher = dispatcher;
    }

    void ring(Task t, Scratch s, long id) {
        long kind = s.buf.getLong(32);
        long a = s.buf.getLong(40);
        long b = s.buf.getLong(48);
        long c = s.buf.getLong(56);
        if (t.prefault.waits()) {
            if (!t.prefault.rang(s, (int) kind, (int) a, b, c)) {
                t.misbehaved();
            }
            return;
        }
        if (kind == Stub.BELL_SIGNAL) {
            if (t.trap.fetch(b, c) < 0 || t.startsImage()) {
                t.misbehaved();
                return;
            }
            if (t.gate.leave((int) a)) {
                settle(t, s);
            } else if ((int) a == Sig.SIGSYS) {
                trapped(t, s);
            } else if ((int) a == Stub.KICK) {
                t.mask.recheckSignals();
                if (t.ringUse.isHot() && kernel.rings().prepare(t)) {
                    t.trap.answerBell(s);
                } else {
                    settle(t, s);
                }
            } else if (isFault((int) a)) {
                t.trap.fault((int) a);
                settle(t, s);
            } else { // rung by the guest itself
                t.misbehaved();
            }
        } else if (kernel.nursery().rang(t, id, (int) kind, a)) { // answers when there is something to do
            return;
        } else if (kind == Stub.BELL_START) {
            t.firstRing(id);
            if (!t.startsImage() || t.startImage(a, b) < 0) {
                t.misbehaved();
                return;
            }
            t.trap.answerBell(s);
        } else if (kind == Stub.BELL_DONE) {
            t.trap.operationsDone(false, a);
            if (t.trap.goesOn()) {
                Thread.ofVirtual().start(() -> makeWaiting(t));
            } else {
                t.trap.answerBell(s);
            }
        } else if (kind == Stub.BELL_FAILED) {
            t.trap.operationsDone(true, b);
            t.trap.answerBell(s);
        } else {
            t.misbehaved();
        }
    }

    private static boolean isFault(int signal) {
        return signal == Sig.SIGSEGV
                || signal == Sig.SIGBUS
                || signal == Sig.SIGFPE
                || signal == Sig.SIGILL
                || signal == Sig.SIGTRAP;
    }

    /** A new process rings for the first time. */
    void child(Scratch s, long id, int hostTid, long cookie, long uc, long slot) {
        Task t = kernel.forks().begin(cookie, hostTid);
        if (t == null) {
            Processes.kill(hostTid, Sig.SIGKILL);
            return;
        }
        if (!t.begin(id)) {
            t.misbehaved();
            return;
        }
        if (t.startsImage()) {
            kernel.nursery().born(t, s);
        } else {
            t.trap.answerBell(s);
        }
    }

    private void trapped(Task t, Scratch s) {
        t.trap.take();
        if (t.callsAreTraced()) {
            Thread.ofVirtual().start(() -> traced(t));
        } else {
            make(t, s);
        }
    }

    /** Makes the trapped call, on a thread of its own if it has to wait. */
    private void make(Task t, Scratch s) {
        t.mayBlock = false;
        long result = run(t);
        if (result == Task.BLOCK) {
            Thread.ofVirtual().start(() -> makeWaiting(t));
            return;
        }
        t.trap.result(result);
        settle(t, s);
    }

    /** Makes a call that was looked at before, on a thread that may wait. */
    private void makeWaiting(Task t) {
        t.mayBlock = true;
        t.trap.result(run(t));
        settleWaiting(t);
    }

    /** A call of a traced thread, which may stop before and after it. */
    private void traced(Task t) {
        t.mayBlock = true;
        int entered = kernel.tracing().stops.callEntered(t);
        if (entered < 0) {
            return;
        }
        if (entered == 0) {
            t.mayBlock = false; // the first run of a call is the one that guests' filters judge
            long r = run(t);
            if (r == Task.BLOCK) {
                t.mayBlock = true;
                r = run(t);
            }
            t.trap.result(r);
        }
        t.trap.callLeft();
        settleWaiting(t);
    }

    private long run(Task t) {
        if (t.trap.belongsToHost()) {
            return Task.CONTINUE;
        }
        try {
            return dispatcher.call(t);
        } catch (RuntimeException | StackOverflowError e) {
            Bugs.report(e);
            return -EIO;
        } finally {
            t.endCall();
        }
    }

    /** Delivers signals into the frame, then lets the guest go on. */
    void settle(Task t, Scratch s) {
        t.mayBlock = false;
        int r = t.trap.settle();
        if (r == Task.BLOCK) {
            Thread.ofVirtual().start(() -> settleWaiting(t));
        } else if (r == 0) {
            t.trap.answerBell(s);
        }
    }

    /** As {@link #settle}, on a thread that may wait as long as the guest is stopped. */
    private static void settleWaiting(Task t) {
        t.mayBlock = true;
        if (t.trap.settle() == 0) {
            Scratch own = Scratch.take();
            try {
                t.trap.answerBell(own);
            } finally {
                own.give();
            }
        }
    }
}
