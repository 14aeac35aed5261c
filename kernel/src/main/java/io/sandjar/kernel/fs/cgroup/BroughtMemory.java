// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a process had when it came into its group, and into those around it: that stays the other group's, as on Linux, and
 * counts for those that lie around both. Until execve(2), which gives all memory back. What has pages in common with it because
 * it was forked has brought the same.
 */
public final class BroughtMemory {
    /**
     * What one process had when it was moved.
     *
     * @param around the innermost group around the old and the new one: only those below leave it out
     */
    record Load(Cgroup around, long bytes) {}

    /**
     * What one process may still have of it.
     *
     * @param load the same object for all that have pages of it
     */
    record Share(Load load, long bytes) {}

    private final Object space;

    /** Outermost first: each is for the groups below its own and up to that of the next. Guarded by this object. */
    private final ArrayList<Share> shares = new ArrayList<>(1);

    /** @param space its address space */
    public BroughtMemory(Object space) {
        this.space = space;
    }

    /** Whether the process has still the memory that this is about. */
    public boolean isOf(Object addressSpace) {
        return space == addressSpace;
    }

    /** A child has come into being that has the same pages, or the same memory. */
    public synchronized BroughtMemory forked(Object child) {
        BroughtMemory b = new BroughtMemory(child);
        b.shares.addAll(shares);
        return b;
    }

    /** The process is moved, with so many bytes. */
    public synchronized void moved(Cgroup from, Cgroup to, long bytes) {
        Cgroup around = from.around(to);
        while (!shares.isEmpty() && shares.getLast().load.around.isWithin(around)) {
            shares.removeLast();
        }
        if (around != to) {
            shares.add(new Share(new Load(around, bytes), bytes));
        }
    }

    /** It has so many bytes now, with those that others have as well: the rest was given back. */
    public synchronized void atMost(long bytes) {
        for (int i = 0; i < shares.size(); i++) {
            Share s = shares.get(i);
            if (s.bytes > bytes) {
                shares.set(i, new Share(s.load, bytes));
            }
        }
    }

    /** What does not count for this group or one below; null for nothing. */
    @Nullable
    synchronized Share into(Cgroup g) {
        for (int i = shares.size() - 1; i >= 0; i--) {
            Share s = shares.get(i);
            if (g != s.load.around && g.isWithin(s.load.around)) {
                return s;
            }
        }
        return null;
    }
}
