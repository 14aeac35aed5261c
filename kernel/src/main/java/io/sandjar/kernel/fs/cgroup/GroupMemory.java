// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import io.sandjar.kernel.vfs.PageMeter;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The memory of one group: its limits, what happened because of them, and the pages of files that its processes made. */
final class GroupMemory implements PageMeter {
    /** No limit. */
    static final long NONE = -1;

    /** What memory.events counts, in its order. */
    enum Event {
        LOW("low"),
        HIGH("high"),
        MAX("max"),
        OOM("oom"),
        OOM_KILL("oom_kill"),
        OOM_GROUP_KILL("oom_group_kill");

        final String key;

        Event(String key) {
            this.key = key;
        }
    }

    /** Limits and wishes that can be written, bytes. */
    enum Limit {
        MAX(NONE),
        HIGH(NONE),
        LOW(0),
        MIN(0),
        SWAP_MAX(NONE),
        SWAP_HIGH(NONE);

        final long usual;

        Limit(long usual) {
            this.usual = usual;
        }
    }

    private final ToldFile told = new ToldFile();
    private final AtomicLong pages = new AtomicLong();

    /** Who has the pages of a group that was removed. */
    private volatile @Nullable GroupMemory heir;

    // Guarded by the tree's lock.
    private final long[] limits = new long[Limit.values().length];
    private final long[] events = new long[Event.values().length];
    private final long[] ownEvents = new long[Event.values().length];
    boolean killsAll;
    long peak;

    GroupMemory() {
        reset();
    }

    ToldFile told() {
        return told;
    }

    /** The controller is turned off: what was set does not hold any more. */
    void reset() {
        for (Limit l : Limit.values()) {
            limits[l.ordinal()] = l.usual;
        }
        killsAll = false;
    }

    long limit(Limit l) {
        return limits[l.ordinal()];
    }

    void setLimit(Limit l, long bytes) {
        limits[l.ordinal()] = bytes;
    }

    /** Whether somebody has to look how much it is. */
    boolean limited() {
        return limit(Limit.MAX) != NONE || limit(Limit.HIGH) != NONE;
    }

    /** The least limit that something follows from; Long.MAX_VALUE for none. */
    long least() {
        long max = limit(Limit.MAX);
        long high = limit(Limit.HIGH);
        return Math.min(max == NONE ? Long.MAX_VALUE : max, high == NONE ? Long.MAX_VALUE : high);
    }

    long events(Event e, boolean own) {
        return (own ? ownEvents : events)[e.ordinal()];
    }

    void count(Event e, boolean here) {
        events[e.ordinal()]++;
        if (here) {
            ownEvents[e.ordinal()]++;
        }
    }

    // ---- files ----

    @Override
    public void add(long n) {
        long more = n;
        for (GroupMemory at = this; ; ) {
            at.pages.addAndGet(more);
            GroupMemory next = at.heir;
            if (next == null) {
                return;
            }
            more = at.pages.getAndSet(0); // whoever comes last takes it along
            at = next;
        }
    }

    /** The group is gone; its files are not. */
    void leaveTo(@Nullable GroupMemory to) {
        if (to != null) {
            heir = to;
            to.add(pages.getAndSet(0));
        }
    }

    /** Bytes of files in memory that were made here. */
    long fileBytes() {
        return pages.get() << 12;
    }
}
