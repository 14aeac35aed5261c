// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The first stub process of a sandbox. It never gets a program: it waits at its doorbell, and from it the host clones each
 * process that is started from outside. So all guests have one filter and one listener, and this process needs neither
 * execve nor fork once it has confined itself. No guest can see or reach it.
 */
public final class Nursery {
    private final Kernel kernel;
    private final Task task;
    private final OrderedLock lock = new OrderedLock(LockLevel.OBJECT);

    // Guarded by the lock.
    private final ArrayDeque<Order> queue = new ArrayDeque<>();

    /** Its child has not rung yet, so that the mailbox has this one's host pid. */
    private @Nullable Order current;

    /** The notification by which it waits; 0 while it works. */
    private long waiting;

    /** It still has the descriptors with which it started. */
    private boolean fresh = true;

    private boolean over;

    @SuppressWarnings("NullAway") // it has no files and never asks for any
    Nursery(Kernel kernel) {
        this.kernel = kernel;
        PidSpace nowhere = new PidSpace(kernel, 0);
        ProcessGroup pg = new ProcessGroup(1, new Session(1));
        ThreadGroup g = new ThreadGroup(1, nowhere, new Container(kernel, "", -1, nowhere), pg, 0);
        pg.members.add(g);
        Creds nobody = Creds.of(0, 0);
        AddressSpace space = new AddressSpace();
        task = new Task(kernel, g, 1, space, Stub.SLOTS_BASE, new UserMemory(0), nobody, null, new FdTable());
        g.tasks.add(task);
    }

    /** A process that is to be made. */
    final class Order {
        private final Task child;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile int result = -ESRCH;

        Order(Task child) {
            this.child = child;
        }

        /** The first outcome counts. */
        synchronized void complete(int r) {
            if (done.getCount() > 0) {
                result = r;
                done.countDown();
            }
        }
    }

    Task task() {
        return task;
    }

    /** The stub process that will be it has started. */
    void attach(int hostPid) {
        task.group.hostPid = hostPid;
        task.hostTid = hostPid;
        task.mem.setHostTid(hostPid);
        kernel.hostThreads().put(hostPid, task);
    }

    /** Makes the host process of a prepared process; 0 when its program is about to run, or -errno. */
    int start(Task child) {
        Order o = new Order(child);
        lock.lock();
        try {
            if (over) {
                return -ESRCH;
            }
            queue.add(o);
            next();
        } finally {
            lock.unlock();
        }
        while (true) {
            try {
                o.done.await();
                return o.result;
            } catch (InterruptedException e) {
                // nobody interrupts this thread
            }
        }
    }

    /** Gives it the next order if it waits for one. With the lock. */
    private void next() {
        while (waiting != 0 && current == null) {
            Order o = queue.poll();
            if (o == null) {
                return;
            }
            if (!announce(o)) {
                o.complete(-ESRCH); // killed before it was born
                continue;
            }
            current = o;
            OpList ops = task.trap.ops;
            ops.clear();
            if (fresh) {
                ops.call(Stub.OPF_IGNORE, Nr.close, 0, 0, 0, 0, 0, 0); // the listener and the filter's program
                ops.call(Stub.OPF_IGNORE, Nr.close, 3, 0, 0, 0, 0, 0);
                fresh = false;
            }
            task.mem.writeInt(Stub.mailbox(task.slot) + Stub.BOX_HOST_TID, 0);
            task.gate.expect(Nr.clone, Clone.CLONE_PARENT | Clone.CLONE_PARENT_SETTID);
            ops.add(Stub.OP_PROCESS, Stub.OPF_RING, o.child.tid, Clone.CLONE_PARENT, 0, 0, 0, o.child.birth.cookie, 0);
            int n = ops.count();
            if (ops.store(task.mem, task.slot) < 0) {
                task.misbehaved();
                return;
            }
            ops.clear();
            long id = waiting;
            waiting = 0;
            Scratch s = Scratch.take();
            try {
                kernel.listener().answer(s, id, n);
            } finally {
                s.give();
            }
        }
    }

    /** Has the child known by its cookie; false when it has ended already. */
    private boolean announce(Order o) {
        Task t = o.child;
        kernel.taskLock().lock();
        try {
            if (t.dead || t.group.exiting || t.birth.order != null || t.hostTid != 0) {
                return false;
            }
            t.birth.order = o;
            t.birth.cookie = kernel.random() | 1;
            t.birth.forkedBy = task;
            kernel.pendingProcesses().put(t.birth.cookie, t);
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /**
     * A bell that is not about a signal has come in.
     *
     * @param result of the clone, when one was made
     * @return false when it is not the nursery's
     */
    public boolean rang(Task t, long id, int kind, long result) {
        if (t != task) {
            return false;
        }
        Order failed = null;
        lock.lock();
        try {
            waiting = id;
            if (kind == Stub.BELL_DONE && result < 0) { // else the child itself will be heard of
                failed = current;
                current = null;
            }
            if (failed != null) {
                lost(failed.child);
                failed.complete((int) result);
            }
            next();
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void lost(Task t) {
        kernel.taskLock().lock();
        try {
            kernel.forgetPending(t);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /**
     * A child of the nursery rings: it joins its cgroups and then becomes a fresh stub, which loads its program. Answers
     * the bell, perhaps later.
     */
    public void born(Task t, Scratch s) {
        free(t.birth.order);
        if (!HostGroups.concerns(t.group)) {
            begin(t, s);
            return;
        }
        kernel.background(() -> {
            int r = HostGroups.settle(t.group);
            if (r < 0) {
                settle(t, r);
                kernel.exits().exitGroup(t.group, Sig.SIGKILL);
                return;
            }
            Scratch own = Scratch.take();
            try {
                begin(t, own);
            } finally {
                own.give();
            }
        });
    }

    private void begin(Task t, Scratch s) {
        int r = kernel.exec().throughStub(t);
        if (r < 0) {
            settle(t, r);
            kernel.exits().exitGroup(t.group, Sig.SIGKILL);
            return;
        }
        settle(t, 0); // before it runs: a short program may have ended when answerBell comes back
        t.trap.answerBell(s);
    }

    /** The order's child has rung, or never will: the next one may be made. */
    private void free(@Nullable Order o) {
        lock.lock();
        try {
            if (current == o) {
                current = null;
                next();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A process has ended, perhaps before it was there. */
    void ended(Task t) {
        Order o = t.birth.order;
        if (o != null) {
            o.complete(-ESRCH);
            free(o);
        }
    }

    private static void settle(Task t, int result) {
        Order o = t.birth.order;
        if (o != null) {
            o.complete(result);
            t.birth.order = null;
        }
    }

    /** It has ended, which only the host can have done: nothing can be started any more. */
    void died() {
        lock.lock();
        try {
            over = true;
            Order o = current;
            if (o != null) {
                o.complete(-ESRCH);
            }
            for (Order q : queue) {
                q.complete(-ESRCH);
            }
            queue.clear();
        } finally {
            lock.unlock();
        }
    }
}
