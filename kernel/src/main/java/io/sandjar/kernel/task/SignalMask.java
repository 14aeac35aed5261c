// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.host.Sys;

/**
 * The signals that a thread blocks. Its stub keeps them in the slot, where the guest's own changes are made without a
 * call, so that the kernel has to look there; a call may have a mask of its own until it ends.
 */
public final class SignalMask {
    private final Task task;

    /**
     * Blocked signals, as the kernel saw them last. Written by the thread's own calls, and by {@link #pull} for whoever
     * sends it a signal or asks for its mask.
     */
    volatile long blocked;

    /** Whether the slot holds {@link #blocked}: not between an exec and the first words to the fresh image's slot. */
    volatile boolean inSlot = true;

    /** The stub was told that a signal is pending. */
    private volatile boolean recheck;

    /** Signals that sigtimedwait(2) waits for. */
    volatile long waitingFor;

    /** Mask to be restored once signals are delivered (sigsuspend, ppoll, ...). */
    long saved;

    boolean restore;

    SignalMask(Task task) {
        this.task = task;
    }

    /** The blocked signals as they are now. */
    public long now() {
        pull();
        return blocked;
    }

    /**
     * Takes over the blocked signals that the stub keeps in the slot. Not while a call has a mask of its own: then the
     * slot has the one to come back.
     */
    void pull() {
        if (restore || task.dead || !inSlot) {
            return;
        }
        int via = task.someHostTid();
        if (via == 0) {
            return;
        }
        byte[] word = new byte[8];
        if (Sys.peek(via, Stub.mailbox(task.slot) + Stub.BOX_SIGMASK, word, 0, 8) == 8) {
            blocked = Bytes.i64(word, 0) & ~Signals.UNBLOCKABLE;
        }
    }

    /** A kick, or the stub's own ring after it changed its mask: looks at the signals anew. */
    public void recheckSignals() {
        task.kernel.taskLock().lock();
        try {
            pull();
            task.kernel.signals().recompute(task);
        } finally {
            task.kernel.taskLock().unlock();
        }
    }

    /** A new thread has made itself known: what was sent to it before must not be lost. */
    void known() {
        recheck = false;
        pull();
        if (!task.pending.isEmpty() || !task.group.shared.isEmpty()) {
            setRecheck(true);
        }
        task.kernel.signals().recompute(task);
    }

    /** Gives the blocked signals to the stub. */
    void push() {
        if (task.hostTid != 0 && !task.dead && !restore && inSlot) {
            byte[] word = new byte[8];
            Bytes.put64(word, 0, blocked);
            Sys.poke(task.hostTid, Stub.mailbox(task.slot) + Stub.BOX_SIGMASK, word, 0, 8);
        }
    }

    /** A fresh slot says that the first change is to ring. */
    void rechecked() {
        recheck = true;
    }

    /** Has the stub ring (or not) after every change of its mask. */
    void setRecheck(boolean on) {
        if (recheck != on && inSlot && task.tellSlot(Stub.BOX_RECHECK, on)) {
            recheck = on;
        }
    }

    /** Blocks {@code mask} for the length of this call; what was blocked before comes back when it ends. */
    public void setTemporary(long mask) {
        if (!restore) {
            pull();
            saved = blocked;
            restore = true;
        }
        task.kernel.signals().setMask(task, mask);
    }
}
