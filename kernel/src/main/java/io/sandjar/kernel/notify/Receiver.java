// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.Listener;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Resumption;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.Task;

/**
 * A thread that takes intercepted calls from the host, runs them, and answers. A call that would wait is run again on
 * a virtual thread, so that receivers are always there for the next one.
 */
final class Receiver implements Runnable, Resumption {
    private final Kernel kernel;
    private final Listener listener;
    private final Dispatcher dispatcher;
    private final Doorbell doorbell;
    private final Relief relief;
    private final Lead.Place place;

    Receiver(Kernel kernel, Dispatcher dispatcher, Relief relief) {
        this.relief = relief;
        this.place = relief.lead.new Place();
        this.kernel = kernel;
        this.listener = kernel.listener();
        this.dispatcher = dispatcher;
        this.doorbell = new Doorbell(kernel, dispatcher);
    }

    @Override
    public void run() {
        Scratch s = Scratch.take();
        while (!relief.tooMany()) {
            place.ready();
            long r = listener.receive(s);
            if (r == 0) {
                place.got(s.buf.getInt(8));
                try {
                    one(s);
                } catch (RuntimeException | Error e) { // a bug of ours must not end the other guests
                    Bugs.report(e);
                }
                drain();
            } else if (r == -ENOENT ? listener.isOver(s) : r != -EINTR && r != -EAGAIN) {
                relief.lead.all();
                return; // the sandbox is over
            }
        }
        s.give();
    }

    private static void drain() {
        try {
            Worker.drain();
        } catch (RuntimeException | Error e) {
            Bugs.report(e);
        }
    }

    private void one(Scratch s) {
        long id = s.buf.getLong(0);
        int tid = s.buf.getInt(8);
        int nr = s.buf.getInt(16);
        Task t = kernel.hostThreads().get(tid);
        if (t == null) {
            if (nr == Stub.DOORBELL && s.buf.getLong(32) == Stub.BELL_CHILD) {
                doorbell.child(s, id, tid, s.buf.getLong(40), s.buf.getLong(48), s.buf.getLong(56));
                return;
            }
            t = kernel.adopt(tid);
            if (t == null) {
                Strangers.met(kernel, tid);
                return;
            }
        }
        if (t.tookOver() && !(nr == Stub.DOORBELL && s.buf.getLong(32) == Stub.BELL_START)) {
            return; // nobody answers the old leader, whom exec is about to end
        }
        if (t.isStale(id)) {
            return;
        }
        if (!t.begin(id)) {
            t.misbehaved();
            return;
        }
        if (nr == Stub.DOORBELL) {
            doorbell.ring(t, s, id);
            return;
        }
        if (t.gate.expects()) {
            if (t.gate.takeExpected(nr, s)) {
                t.letExpectedThrough(s, nr);
            } else {
                t.misbehaved();
            }
            return;
        }
        if (t.startsImage()) { // after an execveat only a fresh stub is accepted: the guest may have swapped its path
            t.misbehaved();
            return;
        }
        long ip = s.buf.getLong(24);
        if (ip > Stub.BASE && ip <= Stub.BASE + Stub.TEXT_SIZE) {
            if (nr == Nr.exit_group || nr == Nr.exit) {
                t.misbehaved();
            } else {
                t.passed();
                listener.answer(s, id, -ENOSYS);
            }
            return;
        }
        t.nr = nr;
        t.ip = ip;
        t.a0 = s.buf.getLong(32);
        t.a1 = s.buf.getLong(40);
        t.a2 = s.buf.getLong(48);
        t.a3 = s.buf.getLong(56);
        t.a4 = s.buf.getLong(64);
        t.a5 = s.buf.getLong(72);
        kernel.rings().count(t);
        settle(t, s, call(t, false));
    }

    /** A call was posted in the ring of a task, and its number and arguments are the task's. */
    void posted(Task t, Scratch s) {
        settle(t, s, call(t, false));
    }

    /** Answers, or has the call wait: without a thread if it can, else on one of its own. */
    private void settle(Task t, Scratch s, long result) {
        if (result != Task.BLOCK) {
            t.endCall();
            finish(t, s, result);
            return;
        }
        t.ringUse.waits();
        if (!t.parking.park(this)) {
            t.endCall();
            Thread.ofVirtual().start(() -> blocking(t));
        }
    }

    /** What a parked call waited for has come. */
    @Override
    public void again(Task t) {
        Scratch s = Scratch.take();
        try {
            if (t.dead()) {
                t.endCall();
                t.ringUse.leave();
                return;
            }
            t.parking.setAgain(true);
            long result = call(t, false);
            t.parking.setAgain(false);
            settle(t, s, result);
        } catch (RuntimeException | Error e) {
            Bugs.report(e);
        } finally {
            s.give();
        }
    }

    private void blocking(Task t) {
        long result;
        try {
            result = call(t, true);
        } catch (RuntimeException | Error e) {
            Bugs.report(e);
            result = -EIO;
        }
        t.endCall();
        Scratch s = Scratch.take();
        try {
            finish(t, s, result);
        } finally {
            s.give();
        }
    }

    private void finish(Task t, Scratch s, long result) {
        if (t.prefault.atBell()) {
            t.trap.finishInFrame(result);
            doorbell.settle(t, s);
        } else {
            t.finish(s, result);
        }
    }

    private long call(Task t, boolean mayBlock) {
        t.mayBlock = mayBlock;
        t.caller = Thread.currentThread();
        try {
            return dispatcher.call(t);
        } catch (RuntimeException | StackOverflowError e) {
            Bugs.report(e);
            return -EIO;
        } finally {
            t.caller = null;
        }
    }
}
