// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitQueue;
import org.jspecify.annotations.Nullable;

/** One thread that wants a futex with an owner; see {@link PiFutexes}. Guarded by the task lock. */
final class PiWaiter implements Condition {
    final Task task;

    /** Where the thread sees the lock's word. */
    final long address;

    final WaitQueue queue = new WaitQueue();

    /** In whose queue it is; null: in none yet, or in none any more. */
    @Nullable
    PiLock lock;

    /** FUTEX_WAIT_REQUEUE_PI: the word at which it waits, and the lock that it is to be sent to. */
    @Nullable
    FutexKey condition;

    @Nullable
    FutexKey target;

    /** The lock is its own. */
    volatile boolean given;

    PiWaiter(Task task, long address) {
        this.task = task;
        this.address = address;
    }

    @Override
    public boolean holds() {
        return given;
    }
}
