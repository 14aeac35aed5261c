// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Futex;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A futex with an owner for which somebody waits; see {@link PiFutexes}. Guarded by the task lock. */
final class PiLock {
    final FutexKey key;

    /** Who has it, as far as it is known: a waiter whose bit is not set yet has not looked. */
    @Nullable
    Task owner;

    private final ArrayDeque<PiWaiter> waiters = new ArrayDeque<>(2);

    PiLock(FutexKey key) {
        this.key = key;
    }

    void add(PiWaiter w) {
        waiters.add(w);
    }

    void remove(PiWaiter w) {
        waiters.remove(w);
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    /** One waits, and nobody after it. */
    boolean hasOne() {
        return waiters.size() == 1;
    }

    /** What the word says of waiters. */
    int waitersBit() {
        return waiters.isEmpty() ? 0 : Futex.FUTEX_WAITERS;
    }

    /** Who is next; those that have ended are not. */
    @Nullable
    PiWaiter first() {
        for (PiWaiter w : waiters) {
            if (!w.task.dead) {
                return w;
            }
        }
        return null;
    }
}
