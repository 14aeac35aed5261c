// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import org.jspecify.annotations.Nullable;

/** A session (setsid(2)): process groups that share a controlling terminal. Guarded by the task lock. */
public final class Session {
    private final int id;

    /** The controlling terminal, a {@code tty.Tty}; null for none. Each process knows whether it has it too. */
    public volatile @Nullable Object terminal;

    /** The leader; null once it has exited. */
    public volatile @Nullable ThreadGroup leader;

    /** The foreground group of a terminal that was hung up; told when the leader ends. 0 for none. */
    volatile int hungUpGroup;

    /** What was written to /proc/PID/autogroup. Remembered only: who gets how much of a CPU is the host's matter. */
    public volatile int autogroupNice;

    Session(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }
}
