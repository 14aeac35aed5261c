// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

import io.sandjar.abi.Time;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Worker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The alarm clock of one kernel: a binary heap of deadlines and one thread that sleeps until the first of them. The
 * thread starts with the first timer and is parked while there is none, so that an idle kernel uses no CPU. It is woken only
 * for what comes before the time at which it will look anyway: waits with a deadline that end early come and go without it.
 *
 * <p>A timer may go by any clock. All but CLOCK_MONOTONIC can be set, or go on while the machine is suspended: whoever learns
 * of that calls {@link #clockWasSet}, and what goes by them is put in order anew.
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

    private final Clocks clocks;
    private final LinkedHashSet<SetListener> setListeners = new LinkedHashSet<>();
    private volatile @Nullable Watch watch;

    /** Where time comes from: the host, or a test. */
    public interface Clocks {
        /** Nanoseconds of a clock that {@link HostClock#canWait} names, without its power of waking a machine. */
        long now(int clock);
    }

    /** Who can tell that a clock was set. */
    public interface Watch {
        /** Somebody goes by such a clock now, for the first time. */
        void begin();
    }

    /** Hears that a clock was set. */
    public interface SetListener {
        /** Called without the locks of this class; must be short and not block. */
        void clockWasSet();
    }

    private static final class Host implements Clocks {
        @Override
        public long now(int clock) {
            return HostClock.now(clock);
        }
    }

    public Timers() {
        this(new Host());
    }

    /** With time from elsewhere. */
    public Timers(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Something that happens at a time. A timer is in the heap at most once. */
    public abstract static class Timer {
        /** CLOCK_MONOTONIC, as far as one knows now. */
        private long deadline;

        private int clock;

        /** The deadline by its clock, if that is another one. */
        private long due;

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
        schedule(t, Time.CLOCK_MONOTONIC, deadlineNanos);
    }

    /**
     * Sets a timer, or moves it.
     *
     * @param clock one that {@link Clocks} has
     * @param nanos what it shows when the timer expires
     */
    public void schedule(Timer t, int clock, long nanos) {
        if (clock != Time.CLOCK_MONOTONIC) {
            beginWatch();
        }
        Thread wake = null;
        lock.lock();
        try {
            if (t.index >= 0) {
                removeAt(t.index);
            }
            t.clock = clock;
            t.due = nanos;
            t.deadline = monotonicAt(clock, nanos);
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            up(size++, t);
            if (thread == null) {
                thread = new Worker("timers", this::run);
                thread.start();
            } else if (!willLook || t.deadline - lookNanos < 0) {
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

    /** What a clock shows. */
    public long now(int clock) {
        return clock == Time.CLOCK_MONOTONIC ? System.nanoTime() : clocks.now(clock);
    }

    /** The CLOCK_MONOTONIC time at which {@code clock} will show {@code nanos}, unless it is set. */
    public long monotonicAt(int clock, long nanos) {
        return clock == Time.CLOCK_MONOTONIC ? nanos : System.nanoTime() + (nanos - clocks.now(clock));
    }

    /** Who is asked to look after the clocks once it matters. */
    public void watchBy(Watch w) {
        watch = w;
    }

    private void beginWatch() {
        if (watch == null) {
            return;
        }
        Watch w;
        lock.lock();
        try {
            w = watch;
            watch = null;
        } finally {
            lock.unlock();
        }
        if (w != null) {
            w.begin();
        }
    }

    /** Has {@code l} told of clocks that are set; once, however often it is asked for. */
    public void listen(SetListener l) {
        beginWatch();
        lock.lock();
        try {
            setListeners.add(l);
        } finally {
            lock.unlock();
        }
    }

    public void unlisten(SetListener l) {
        lock.lock();
        try {
            setListeners.remove(l);
        } finally {
            lock.unlock();
        }
    }

    /** A clock of the host was set: what goes by it comes sooner or later than was thought. */
    public void clockWasSet() {
        ArrayList<SetListener> told;
        Thread wake;
        lock.lock();
        try {
            for (int i = 0; i < size; i++) {
                Timer t = at(i);
                t.deadline = t.clock == Time.CLOCK_MONOTONIC ? t.deadline : monotonicAt(t.clock, t.due);
            }
            for (int i = size / 2 - 1; i >= 0; i--) {
                down(i, at(i));
            }
            told = new ArrayList<>(setListeners);
            wake = thread;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(wake);
        for (int i = 0; i < told.size(); i++) {
            told.get(i).clockWasSet();
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
                    long left = first.deadline - System.nanoTime();
                    if (left <= 0 && first.clock != Time.CLOCK_MONOTONIC) { // the two clocks were not read at once
                        first.deadline = monotonicAt(first.clock, first.due);
                        left = first.deadline - System.nanoTime();
                        if (left > 0) {
                            down(0, first);
                            continue;
                        }
                    }
                    lookNanos = first.deadline;
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
