// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.concurrent.locks.LockSupport;

/** A waiter that is a parked thread; who is woken looks again. */
public final class Unparker extends WaitEntry {
    private final Thread thread;

    public Unparker(Thread thread, int events) {
        super(events);
        this.thread = thread;
    }

    @Override
    public boolean wake(int events) {
        LockSupport.unpark(thread);
        return true;
    }
}
