// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Futex.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * Futexes with owners (FUTEX_LOCK_PI and its family). The host cannot have them: their words hold the guest's thread ids. So
 * waiters wait here. What must be one step with what user space does to the word - the bit that says that somebody waits -
 * is done by the stub, with the host's own FUTEX_WAKE_OP; as long as that bit is set only this class writes the word. A waiter
 * is in the queue before its bit is set: whoever unlocks meanwhile finds it there.
 *
 * <p>Guarded by the task lock. Priorities are not handed on: threads are the host's, and none is above another.
 */
public final class PiFutexes {
    /** FUTEX_WAKE_OP: sets bit 31 of the second word. Nobody sleeps at it who could be woken. */
    private static final int OR_WAITERS = (0x8 | 2) << 28 | 31 << 12;

    private static final int MAX_CHAIN = 1024;
    private static final int POLLIN = 1;

    final Kernel kernel;

    /** Locks that somebody waits for. */
    private final HashMap<FutexKey, PiLock> locks = new HashMap<>();

    /** Waiters that are not in a lock's queue yet. */
    public final PiRequeue requeue = new PiRequeue(this);

    /** Threads that have ended and whose locks are not passed on yet. */
    private int ending;

    private final WaitQueue settled = new WaitQueue();

    PiFutexes(Kernel kernel) {
        this.kernel = kernel;
    }

    // ---- LOCK_PI, LOCK_PI2, TRYLOCK_PI ----

    /** Takes a lock, or waits for it. Comes twice at least: before the stub has set the bit, and after. */
    public long lock(Task t, long address, boolean isPrivate, boolean tries, Deadline deadline) {
        PiWaiter w = t.piWaiter;
        if (w == null) {
            FutexKey key = FutexKey.of(t, address, isPrivate);
            if (key == null) {
                return -EFAULT;
            }
            kernel.taskLock().lock();
            try {
                long v = read(t, address);
                if (v < 0) {
                    return v;
                }
                if ((v & FUTEX_TID_MASK) == t.tid()) {
                    return -EDEADLK;
                }
                w = new PiWaiter(t, address);
                join(w, key);
                t.piWaiter = w;
                setWaiters(t, address);
            } finally {
                kernel.taskLock().unlock();
            }
            return 0;
        }
        long r = lockMarked(t, w, tries, deadline);
        if (r != Caller.BLOCK) {
            t.piWaiter = null;
        }
        return r;
    }

    private long lockMarked(Task t, PiWaiter w, boolean tries, Deadline deadline) {
        while (true) {
            long r = attempt(t, w, tries);
            if (r == -EAGAIN && !tries) { // its owner is about to end
                int s = t.await(settled, POLLIN, this::isSettled, Caller.FOREVER);
                if (s == 0) {
                    continue;
                }
                return s == Caller.BLOCK ? s : leave(w, -ERESTARTNOINTR);
            }
            if (r != -EINPROGRESS) {
                return r;
            }
            int s = deadline.await(t, w.queue, POLLIN, w);
            if (s == Caller.BLOCK) {
                return s;
            }
            return s == 0 ? 0 : leave(w, s == -ETIMEDOUT ? -ETIMEDOUT : -ERESTARTNOINTR);
        }
    }

    private boolean isSettled() {
        kernel.taskLock().lock();
        try {
            return ending == 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Looks at the word of a lock whose bit is set: 0 it is the waiter's, -EINPROGRESS it has to wait. */
    private long attempt(Task t, PiWaiter w, boolean tries) {
        kernel.taskLock().lock();
        try {
            PiLock lock = w.lock;
            if (w.given || lock == null) {
                return 0;
            }
            long v = read(t, w.address);
            if (v < 0) {
                remove(w);
                return v;
            }
            int tid = (int) v & FUTEX_TID_MASK;
            if (tid == 0) {
                remove(w);
                lock.owner = t;
                return write(t, w.address, t.tid() | (int) v & FUTEX_OWNER_DIED | lock.waitersBit());
            }
            Task owner = t.pids().task(tid);
            if (owner == null || owner.dead) {
                if (ending > 0 && !tries) {
                    return -EAGAIN;
                }
                remove(w);
                return -ESRCH;
            }
            lock.owner = owner;
            long r = tries ? -EAGAIN : wouldDeadlock(t, owner) ? -EDEADLK : -EINPROGRESS;
            if (r != -EINPROGRESS) {
                remove(w);
            }
            return r;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** The owner waits for a lock whose owner waits for ... one that {@code t} has. */
    static boolean wouldDeadlock(Task t, @Nullable Task owner) {
        Task o = owner;
        for (int i = 0; o != null && i < MAX_CHAIN; i++) {
            if (o == t) {
                return true;
            }
            PiWaiter w = o.piWaiter;
            PiLock lock = w == null ? null : w.lock;
            o = lock == null ? null : lock.owner;
        }
        return o != null;
    }

    // ---- UNLOCK_PI ----

    /** Gives a lock to who has waited longest, or back to user space. */
    public long unlock(Task t, long address, boolean isPrivate) {
        FutexKey key = FutexKey.of(t, address, isPrivate);
        if (key == null) {
            return -EFAULT;
        }
        kernel.taskLock().lock();
        try {
            long v = read(t, address);
            if (v < 0) {
                return v;
            }
            if (((int) v & FUTEX_TID_MASK) != t.tid()) {
                return -EPERM;
            }
            PiLock lock = locks.get(key);
            PiWaiter next = lock == null ? null : lock.first();
            if (next == null) {
                return write(t, address, 0);
            }
            int r = write(t, address, next.task.tid() | FUTEX_WAITERS);
            if (r == 0) {
                give(next);
            }
            return r;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    // ---- ends ----

    /** A call of the thread came to nothing that was half made. With the task lock. */
    private void forget(Task t) {
        PiWaiter w = t.piWaiter;
        t.piWaiter = null;
        t.piRequeued = 0;
        if (w != null) {
            remove(w);
        }
    }

    /** A thread makes another call instead of going on with the one that its stub was to help with. */
    void abandoned(Task t) {
        kernel.taskLock().lock();
        try {
            forget(t);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Threads begin to end. With the task lock. */
    void ending() {
        ending++;
    }

    /** Threads have ended, and what they held by robust lists is marked: their locks go to those who wait. */
    void ended(Task... tasks) {
        boolean wake;
        kernel.taskLock().lock();
        try {
            for (Task t : tasks) {
                forget(t);
            }
            if (!locks.isEmpty()) {
                for (PiLock lock : locks.values().toArray(new PiLock[0])) {
                    for (Task t : tasks) {
                        if (lock.owner == t) {
                            passOn(lock);
                        }
                    }
                }
            }
            ending--;
            wake = ending == 0 && !settled.isEmpty();
        } finally {
            kernel.taskLock().unlock();
        }
        if (wake) {
            settled.wake(POLLIN);
        }
    }

    /** The owner has ended: the first waiter has the lock, and finds out by the word. */
    private void passOn(PiLock lock) {
        PiWaiter next = lock.first();
        if (next != null) {
            write(next.task, next.address, next.task.tid() | FUTEX_WAITERS | FUTEX_OWNER_DIED);
            give(next);
        }
    }

    // ---- queues, all with the task lock ----

    PiLock join(PiWaiter w, FutexKey key) {
        PiLock lock = locks.get(key);
        if (lock == null) {
            lock = new PiLock(key);
            locks.put(key, lock);
        }
        lock.add(w);
        w.lock = lock;
        return lock;
    }

    /** The lock that is waited for; null for none. */
    @Nullable
    PiLock lock(FutexKey key) {
        return locks.get(key);
    }

    private void remove(PiWaiter w) {
        PiLock lock = w.lock;
        if (lock != null) {
            lock.remove(w);
            w.lock = null;
            if (lock.isEmpty()) {
                locks.remove(lock.key);
            }
        }
        requeue.remove(w);
    }

    void give(PiWaiter w) {
        PiLock lock = w.lock;
        remove(w);
        if (lock != null) {
            lock.owner = w.task;
        }
        w.given = true;
        w.queue.wake(POLLIN);
    }

    /** A wait is over; @return 0 if the lock was given meanwhile, else {@code result} */
    long leave(PiWaiter w, long result) {
        kernel.taskLock().lock();
        try {
            if (w.given) {
                return 0;
            }
            remove(w);
            return result;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    // ---- the word ----

    /** Has the stub set the bit that somebody waits; then the call goes on. */
    void setWaiters(Task t, long address) {
        t.trap.ops.call(
                Stub.OPF_RING,
                Nr.futex,
                address,
                FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG,
                0,
                0,
                address,
                OR_WAITERS & 0xffffffffL);
        t.trap.continuation = (task, failed, result) -> {
            if (result >= 0) {
                task.trap.goesOn = true;
                return;
            }
            abandoned(task);
            task.trap.setResult(result);
        };
    }

    /** The word, or a negative error. */
    static long read(Task t, long address) {
        byte[] b = new byte[4];
        return Access.copy(t, t, address, b, 4, false) == 4 ? Bytes.i32(b, 0) & 0xffffffffL : -EFAULT;
    }

    static int write(Task t, long address, int value) {
        byte[] b = new byte[4];
        Bytes.put32(b, 0, value);
        return Access.copy(t, t, address, b, 4, true) == 4 ? 0 : -EFAULT;
    }
}
