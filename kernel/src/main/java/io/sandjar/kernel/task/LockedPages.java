// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import java.util.Arrays;

/**
 * The pages that programs have locked (mlock(2)). On the host nothing is locked, because its memory belongs to all
 * sandboxes; what is kept here is what programs may ask for and what they are limited to.
 */
public final class LockedPages {
    /** As many areas as a process may have mapped (vm.max_map_count). */
    private static final int MOST_RANGES = 65530;

    /** Beginnings and ends of the ranges, in order, which neither touch nor overlap. */
    private long[] bounds = new long[16];

    private int used;

    /** What is mapped is locked, now and later. */
    private boolean everything;

    /**
     * Locks whole pages of the caller, all of which are mapped.
     *
     * @param most bytes that may be locked afterwards; Long.MAX_VALUE for any number
     */
    public synchronized int lock(Task t, long from, long to, long most) {
        if (most != Long.MAX_VALUE) {
            keepMapped(t);
            long others = 0;
            for (int i = 0; i < used; i += 2) {
                others += bounds[i + 1]
                        - bounds[i]
                        - Math.max(0, Math.min(bounds[i + 1], to) - Math.max(bounds[i], from));
            }
            if (others + to - from > most) {
                return -ENOMEM;
            }
        }
        return add(from, to);
    }

    /** mlockall(2): what is mapped now, what will be mapped, or both. */
    public synchronized int lockAll(Task t, int flags, long most) {
        if ((flags & Mm.MCL_CURRENT) == 0) {
            everything = false;
            return 0;
        }
        if (most != Long.MAX_VALUE && mapped(t) > most) {
            return -ENOMEM;
        }
        everything = (flags & Mm.MCL_FUTURE) != 0;
        MappedRange m = MappedRange.first(t);
        int r = 0;
        while (r == 0 && m.next()) {
            if (counts(m)) {
                r = add(m.from, m.to);
            }
        }
        return r;
    }

    public synchronized void unlock(long from, long to) {
        long[] old = Arrays.copyOf(bounds, used);
        used = 0;
        for (int i = 0; i < old.length; i += 2) {
            append(old[i], Math.min(old[i + 1], from));
            append(Math.max(old[i], to), old[i + 1]);
        }
    }

    public synchronized void unlockAll() {
        used = 0;
        everything = false;
    }

    /** Bytes that are locked. */
    public synchronized long size(Task t) {
        if (everything) {
            return mapped(t);
        }
        keepMapped(t);
        long n = 0;
        for (int i = 0; i < used; i += 2) {
            n += bounds[i + 1] - bounds[i];
        }
        return n;
    }

    private int add(long from, long to) {
        if (used / 2 >= MOST_RANGES) {
            return -ENOMEM;
        }
        long[] old = Arrays.copyOf(bounds, used);
        long begin = from;
        long end = to;
        int i = 0;
        used = 0;
        for (; i < old.length && old[i + 1] < begin; i += 2) {
            append(old[i], old[i + 1]);
        }
        for (; i < old.length && old[i] <= end; i += 2) {
            begin = Math.min(begin, old[i]);
            end = Math.max(end, old[i + 1]);
        }
        append(begin, end);
        for (; i < old.length; i += 2) {
            append(old[i], old[i + 1]);
        }
        return 0;
    }

    private void append(long from, long to) {
        if (from >= to) {
            return;
        }
        if (used == bounds.length) {
            bounds = Arrays.copyOf(bounds, used * 2);
        }
        bounds[used++] = from;
        bounds[used++] = to;
    }

    /** Forgets what has been unmapped, which happens without a call to the kernel. */
    private void keepMapped(Task t) {
        if (used == 0) {
            return;
        }
        long[] old = Arrays.copyOf(bounds, used);
        used = 0;
        MappedRange m = MappedRange.first(t);
        int i = 0;
        boolean more = m.next();
        while (more && i < old.length) {
            long from = Math.max(old[i], m.from);
            long to = Math.min(old[i + 1], m.to);
            if (used > 0 && from < to && bounds[used - 1] == from) {
                bounds[used - 1] = to;
            } else {
                append(from, to);
            }
            if (m.to < old[i + 1]) {
                more = m.next();
            } else {
                i += 2;
            }
        }
    }

    private static long mapped(Task t) {
        long n = 0;
        for (MappedRange m = MappedRange.first(t); m.next(); ) {
            n += counts(m) ? m.to - m.from : 0;
        }
        return n;
    }

    /** Whether a range is the guest's own: not the host's last page, nor the stub's. */
    private static boolean counts(MappedRange m) {
        return m.from >= 0 && m.to > m.from && m.to <= Mm.USER_END && (m.to <= Stub.USER_END || m.from >= Stub.END);
    }
}
