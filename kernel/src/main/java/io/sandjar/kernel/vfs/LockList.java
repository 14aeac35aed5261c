// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The locks of one file of one kind: ranges with owners. A lock on the whole file (flock) is a range as well. */
final class LockList {
    /** Bytes {@code start} to {@code end}, both included. */
    record Range(Object owner, int pid, int type, long start, long end) {
        boolean overlaps(long s, long e) {
            return start <= e && s <= end;
        }

        boolean conflicts(Range o) {
            return owner != o.owner && overlaps(o.start, o.end) && (type == O.F_WRLCK || o.type == O.F_WRLCK);
        }

        Range with(long s, long e) {
            return new Range(owner, pid, type, s, e);
        }
    }

    /** Answer of a list that was taken out of its table. */
    static final Range RETIRED = new Range(new Object(), 0, O.F_UNLCK, 0, 0);

    /** Answer where an owner of ranges has cut a file into so many pieces that the kernel's memory would suffer. */
    static final Range FULL = new Range(new Object(), 0, O.F_UNLCK, 0, 0);

    private static final int MOST = 10_000;
    private static final int RANGE_BYTES = 60;

    /** What /proc/locks calls the file. */
    final long dev;

    final long ino;
    private boolean retired;

    LockList(long dev, long ino) {
        this.dev = dev;
        this.ino = ino;
    }

    /** The ranges as they are now. */
    ArrayList<Range> held() {
        lock.lock();
        try {
            return new ArrayList<>(held);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has or wants a lock: then nobody ever gets one here again. */
    boolean retire() {
        lock.lock();
        try {
            retired |= held.isEmpty() && queue.isEmpty();
            return retired;
        } finally {
            lock.unlock();
        }
    }

    private final OrderedLock lock = new OrderedLock(LockLevel.OBJECT);
    private final ArrayList<Range> held = new ArrayList<>(2);
    final WaitQueue queue = new WaitQueue();

    /** What stands in the way of {@code wanted}, or null. */
    @Nullable
    Range blocker(Range wanted) {
        lock.lock();
        try {
            for (int i = 0; i < held.size(); i++) {
                Range r = held.get(i);
                if (r.conflicts(wanted)) {
                    return r;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Sets or (F_UNLCK) takes away a range for its owner unless somebody is in the way: the blocker, or null. */
    @Nullable
    Range set(Range wanted) {
        boolean freed;
        lock.lock();
        try {
            if (retired) {
                return RETIRED;
            }
            if (wanted.type() != O.F_UNLCK) {
                Range b = blocker(wanted);
                if (b == null && (held.size() >= MOST || !HeapRoom.OBJECTS.has(2 * RANGE_BYTES))) {
                    return FULL;
                }
                if (b != null) {
                    return b;
                }
            }
            int before = held.size();
            freed = cut(wanted);
            if (wanted.type() != O.F_UNLCK) {
                join(wanted);
            }
            HeapRoom.OBJECTS.count((long) (held.size() - before) * RANGE_BYTES);
        } finally {
            lock.unlock();
        }
        if (freed) {
            queue.wake(1);
        }
        return null;
    }

    /** Takes the owner's old ranges away where the new one lies. */
    private boolean cut(Range w) {
        boolean any = false;
        for (int i = held.size() - 1; i >= 0; i--) {
            Range r = held.get(i);
            if (r.owner() != w.owner() || !r.overlaps(w.start(), w.end())) {
                continue;
            }
            any = true;
            held.remove(i);
            if (r.start() < w.start()) {
                held.add(r.with(r.start(), w.start() - 1));
            }
            if (r.end() > w.end()) {
                held.add(r.with(w.end() + 1, r.end()));
            }
        }
        return any;
    }

    /** Adds a range, in one piece with neighbours of the same owner and type. */
    private void join(Range w) {
        long s = w.start();
        long e = w.end();
        for (int i = held.size() - 1; i >= 0; i--) {
            Range r = held.get(i);
            if (r.owner() == w.owner() && r.type() == w.type()) {
                if (r.end() != Long.MAX_VALUE && r.end() + 1 == s) {
                    s = r.start();
                    held.remove(i);
                } else if (e != Long.MAX_VALUE && r.start() == e + 1) {
                    e = r.end();
                    held.remove(i);
                }
            }
        }
        held.add(w.with(s, e));
    }

    /** Takes all locks of an owner away. */
    void drop(Object owner) {
        boolean any;
        lock.lock();
        try {
            int before = held.size();
            any = held.removeIf(r -> r.owner() == owner);
            HeapRoom.OBJECTS.give((long) (before - held.size()) * RANGE_BYTES);
        } finally {
            lock.unlock();
        }
        if (any) {
            queue.wake(1);
        }
    }
}
