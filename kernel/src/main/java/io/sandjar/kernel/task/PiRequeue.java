// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Futex.*;

import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayDeque;
import java.util.HashMap;

/**
 * Conditions whose waiters go on with a lock in hand (FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI): they are not woken to run
 * after the lock, but sent into its queue. Guarded by the task lock.
 */
public final class PiRequeue {
    private static final int POLLIN = 1;

    private final PiFutexes all;

    /** Waiters by the word at which they wait. */
    private final HashMap<FutexKey, ArrayDeque<PiWaiter>> conditions = new HashMap<>();

    PiRequeue(PiFutexes all) {
        this.all = all;
    }

    /** Waits at a word until it is sent to a lock, and has that lock then. */
    public long await(Task t, long address, int value, long lockAddress, boolean isPrivate, Deadline deadline) {
        PiWaiter w = t.piWaiter;
        if (w == null) {
            FutexKey key = FutexKey.of(t, address, isPrivate);
            FutexKey target = FutexKey.of(t, lockAddress, isPrivate);
            if (key == null || target == null) {
                return -EFAULT;
            }
            if (key.equals(target)) {
                return -EINVAL;
            }
            all.kernel.taskLock().lock();
            try {
                long v = PiFutexes.read(t, address);
                if (v < 0 || (int) v != value) {
                    return v < 0 ? v : -EAGAIN;
                }
                w = new PiWaiter(t, lockAddress);
                w.target = target;
                w.condition = key;
                conditions.computeIfAbsent(key, k -> new ArrayDeque<>()).add(w);
                t.piWaiter = w;
            } finally {
                all.kernel.taskLock().unlock();
            }
        }
        int s = deadline.await(t, w.queue, POLLIN, w);
        if (s == Caller.BLOCK) {
            return s;
        }
        t.piWaiter = null;
        if (s == 0) {
            return 0;
        }
        boolean sent = w.lock != null;
        return all.leave(w, s == -ETIMEDOUT ? -ETIMEDOUT : sent ? -EAGAIN : -ERESTARTNOINTR);
    }

    /**
     * Sends waiters of a word to a lock; the first has it when it is free. Comes twice if there is any: they are in the
     * lock's queue before the stub sets the bit.
     */
    public long move(Task t, long address, int value, long lockAddress, int most, boolean isPrivate) {
        if (t.piRequeued > 0) {
            int n = t.piRequeued;
            t.piRequeued = 0;
            return moved(t, lockAddress, isPrivate, n);
        }
        FutexKey key = FutexKey.of(t, address, isPrivate);
        FutexKey target = FutexKey.of(t, lockAddress, isPrivate);
        if (key == null || target == null) {
            return -EFAULT;
        }
        if (key.equals(target)) {
            return -EINVAL;
        }
        all.kernel.taskLock().lock();
        try {
            long v = PiFutexes.read(t, address);
            long l = PiFutexes.read(t, lockAddress);
            if (v < 0 || l < 0) {
                return Math.min(v, l);
            }
            if ((int) v != value) {
                return -EAGAIN;
            }
            ArrayDeque<PiWaiter> here = conditions.get(key);
            if (here == null) {
                return 0;
            }
            int tid = (int) l & FUTEX_TID_MASK;
            Task owner = tid == 0 ? null : t.pids().task(tid);
            if (tid != 0 && (owner == null || owner.dead)) {
                return -ESRCH;
            }
            int n = 0;
            while (!here.isEmpty() && n - 1 < most) {
                PiWaiter w = here.peek();
                if (!target.equals(w.target) || PiFutexes.wouldDeadlock(w.task, owner)) {
                    if (n == 0) {
                        return target.equals(w.target) ? -EDEADLK : -EINVAL;
                    }
                    break;
                }
                here.remove();
                w.condition = null;
                all.join(w, target).owner = owner;
                n++;
            }
            if (here.isEmpty()) {
                conditions.remove(key);
            }
            t.piRequeued = n;
            all.setWaiters(t, lockAddress);
            return 0;
        } finally {
            all.kernel.taskLock().unlock();
        }
    }

    /** The bit is set: if the lock is free its first waiter has it; the word says so before it wakes. */
    private long moved(Task t, long lockAddress, boolean isPrivate, int count) {
        FutexKey target = FutexKey.of(t, lockAddress, isPrivate);
        all.kernel.taskLock().lock();
        try {
            PiLock lock = target == null ? null : all.lock(target);
            PiWaiter first = lock == null ? null : lock.first();
            long v = PiFutexes.read(t, lockAddress);
            if (lock == null || first == null || v < 0) {
                return count;
            }
            int tid = (int) v & FUTEX_TID_MASK;
            if (tid != 0) { // user space may have passed it on before the bit was set
                lock.owner = t.pids().task(tid);
                return count;
            }
            int flags = (int) v & FUTEX_OWNER_DIED | (lock.hasOne() ? 0 : FUTEX_WAITERS);
            int r = PiFutexes.write(t, lockAddress, first.task.tid() | flags);
            if (r == 0) {
                all.give(first);
            }
            return r == 0 ? count : r;
        } finally {
            all.kernel.taskLock().unlock();
        }
    }

    /** A waiter has given up. With the task lock. */
    void remove(PiWaiter w) {
        FutexKey at = w.condition;
        ArrayDeque<PiWaiter> here = at == null ? null : conditions.get(at);
        if (at != null && here != null) {
            here.remove(w);
            if (here.isEmpty()) {
                conditions.remove(at);
            }
        }
    }
}
