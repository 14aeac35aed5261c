// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/** One waiter on one {@link WaitQueue}. */
public abstract class WaitEntry {
    private int events;
    final boolean exclusive;

    /** @param events POLL* bits that this waiter wants to hear of (error and hang-up always are) */
    protected WaitEntry(int events) {
        this(events, false);
    }

    protected WaitEntry(int events, boolean exclusive) {
        this.events = events;
        this.exclusive = exclusive;
    }

    final int events() {
        return events;
    }

    /** For an entry that is used again: only while it stands in no queue. */
    protected final void setEvents(int events) {
        this.events = events;
    }

    /**
     * Tells the waiter that something happened. Called without the queue's lock but perhaps under locks of the
     * object that became ready: must not block, must not take a lock above {@link LockLevel#LEAF}. May be called once
     * more after the entry was removed.
     *
     * @return whether the event was used (an exclusive waiter that uses it ends the wake-up)
     */
    public abstract boolean wake(int events);
}
