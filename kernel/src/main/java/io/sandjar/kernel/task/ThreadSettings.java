// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** What a thread has asked for by prctl(2), sched_setscheduler(2), ioprio_set(2) and personality(2). */
public final class ThreadSettings {
    /** Beside the policy: children begin without one of real time. */
    public static final int SCHED_RESET_ON_FORK = 0x40000000;

    /** sched_setscheduler(2), ioprio_set(2) and personality(2): remembered for those who ask. */
    public volatile int schedPolicy;

    public volatile int ioPriority;

    public volatile int personality;

    /** By how much the host may delay its timers, and what PR_SET_TIMERSLACK with 0 gives back. */
    public volatile long timerSlackNanos = 50_000;

    public volatile long usualSlackNanos = 50_000;

    /** PR_SET_NO_NEW_PRIVS: there is no way back. */
    volatile boolean noNewPrivs;

    /** Signal that it wants when its parent ends, 0 for none. */
    int parentDeathSignal;

    /** A new thread, in the same process or in a new one, begins with what its maker has. */
    void inherit(ThreadSettings from) {
        noNewPrivs = from.noNewPrivs;
        personality = from.personality;
        ioPriority = from.ioPriority;
        timerSlackNanos = from.timerSlackNanos;
        usualSlackNanos = from.timerSlackNanos;
        schedPolicy =
                from.schedPolicy & ~SCHED_RESET_ON_FORK; // of real-time policies, which nobody has, it leaves nothing
    }

    public boolean noNewPrivs() {
        return noNewPrivs;
    }

    public void setNoNewPrivs() {
        noNewPrivs = true;
    }

    public int parentDeathSignal() {
        return parentDeathSignal;
    }

    public void setParentDeathSignal(int signo) {
        parentDeathSignal = signo;
    }
}
