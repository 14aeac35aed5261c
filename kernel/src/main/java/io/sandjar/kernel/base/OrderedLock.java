// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.ArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** A lock that knows its place: throws on an inversion when {@code -Dsandjar.lockOrder=true} (all test runs). */
public final class OrderedLock extends ReentrantLock {
    private static final long serialVersionUID = 1;
    private static final boolean CHECK = Boolean.getBoolean("sandjar.lockOrder");
    private static final ThreadLocal<ArrayList<OrderedLock>> HELD = ThreadLocal.withInitial(ArrayList::new);

    private final LockLevel level;

    public OrderedLock(LockLevel level) {
        this.level = level;
    }

    @Override
    public void lock() {
        if (CHECK) {
            check();
        }
        super.lock();
        if (CHECK) {
            HELD.get().add(this);
        }
    }

    @Override
    public boolean tryLock() {
        boolean taken = super.tryLock(); // cannot deadlock, so the order does not matter
        if (taken && CHECK) {
            HELD.get().add(this);
        }
        return taken;
    }

    @Override
    public void unlock() {
        if (CHECK) {
            ArrayList<OrderedLock> held = HELD.get();
            int i = held.lastIndexOf(this);
            if (i >= 0) {
                held.remove(i);
            }
        }
        super.unlock();
    }

    private void check() {
        if (isHeldByCurrentThread()) {
            return;
        }
        ArrayList<OrderedLock> held = HELD.get();
        for (int i = 0; i < held.size(); i++) {
            LockLevel other = held.get(i).level;
            int d = other.compareTo(level);
            if (d > 0 || (d == 0 && !level.nestable)) {
                throw new IllegalStateException("lock order: " + level + " taken while " + other + " is held");
            }
        }
    }
}
