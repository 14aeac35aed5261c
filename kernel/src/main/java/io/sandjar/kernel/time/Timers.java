// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Worker;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The alarm clock of one kernel: a binary heap of deadlines and one thread that sleeps until the first of them. The
 * thread starts with the first timer and is parked while there is none, so that an idle kernel uses no CPU. It is woken only
 * for what comes before the time at which it will look anyway: waits with a deadline that end early come and go without it.
 */
public final class Timers {
    private final OrderedLock lock = new OrderedLock(LockLevel.LEAF);
    private @Nullable Timer[] heap = new Timer[16];
    private int size;
    private long expired;
    private @Nullable Thread thread;

    /** When the thread will look by itself, if {@link #willLook}. */
    private long lookNanos;

    private boolean willLook;

    /** Something that happens at a time. A timer is in the heap at most once. */
    public abstract static class Timer {
        private long deadline;
        private int index = -1;

        /**
         * The time has come. Called on the timer thread without locks; must be short and not block. The timer is no
         * longer set.
         */
        protected abstract void expire();
    }

    /**
     * Sets a timer, or moves it.
     *
     * @param deadlineNanos CLOCK_MONOTONIC, as System.nanoTime()
     */
    public void schedule(Timer t, long deadlineNanos) {
        Thread wake = null;
        lock.lock();
        try {
            if (t.index >= 0) {
                removeAt(t.index);
            }
            t.deadline = deadlineNanos;
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            up(size++, t);
            if (thread == null) {
                thread = new Worker("timers", this::run);
                thread.start();
            } else if (!willLook || deadlineNanos - lookNanos < 0) {
                wake = thread;
            }
        } finally {
            lock.unlock();
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    /** Unsets a timer. @return whether it was set; if not it may be expiring just now */
    public boolean cancel(Timer t) {
        lock.lock();
        try {
            if (t.index < 0) {
                return false;
            }
            removeAt(t.index);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many have gone off since the kernel's start. */
    public long expired() {
        lock.lock();
        try {
            return expired;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            Timer due = null;
            long sleep = Long.MAX_VALUE;
            lock.lock();
            try {
                Timer first = heap[0];
                willLook = first != null;
                if (first != null) {
                    lookNanos = first.deadline;
                    long left = first.deadline - System.nanoTime();
                    if (left <= 0) {
                        due = first;
                        expired++;
                        removeAt(0);
                    } else {
                        sleep = left;
                    }
                }
            } finally {
                lock.unlock();
            }
            if (due != null) {
                due.expire();
                Worker.drain();
            } else if (sleep == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, sleep);
            }
        }
    }

    private void removeAt(int i) {
        Timer gone = at(i);
        gone.index = -1;
        size--;
        Timer moved = at(size);
        heap[size] = null;
        if (i < size) {
            down(i, moved);
            if (heap[i] == moved) {
                up(i, moved);
            }
        }
    }

    private void up(int from, Timer t) {
        int i = from;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            Timer p = at(parent);
            if (p.deadline - t.deadline <= 0) {
                break;
            }
            place(i, p);
            i = parent;
        }
        place(i, t);
    }

    private void down(int from, Timer t) {
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && at(child + 1).deadline - at(child).deadline < 0) {
                child++;
            }
            if (t.deadline - at(child).deadline <= 0) {
                break;
            }
            place(i, at(child));
            i = child;
        }
        place(i, t);
    }

    private void place(int i, Timer t) {
        heap[i] = t;
        t.index = i;
    }

    private Timer at(int i) {
        Timer t = heap[i];
        if (t == null) {
            throw new IllegalStateException("hole in the heap");
        }
        return t;
    }
}
