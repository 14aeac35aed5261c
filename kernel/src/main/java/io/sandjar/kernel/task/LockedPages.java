// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import io.sandjar.kernel.base.Collected;
import java.util.Arrays;

/**
 * The pages that programs have locked (mlock(2)). On the host nothing is locked, because its memory belongs to all
 * sandboxes; what is kept here is what programs may ask for and what they are limited to.
 */
public final class LockedPages {
    /** As many areas as a process may have mapped (vm.max_map_count). */
    private static final int MOST_RANGES = 65530;

    /** Bounds that are not counted in the heap's room. */
    private static final int FREE_BOUNDS = 512;

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
        if (add(from, to)) {
            return 0;
        }
        keepMapped(t);
        return add(from, to) ? 0 : -ENOMEM;
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
        if (!m.told()) {
            return 0;
        }
        long[] old = Arrays.copyOf(bounds, used);
        used = 0;
        while (m.next()) {
            if (counts(m) && !append(m.from, m.to)) {
                restore(old);
                return -ENOMEM;
            }
        }
        return 0;
    }

    /** Unlocks whole pages of the caller. */
    public synchronized int unlock(Task t, long from, long to) {
        if (remove(from, to)) {
            return 0;
        }
        keepMapped(t);
        return remove(from, to) ? 0 : -ENOMEM;
    }

    public synchronized void unlockAll() {
        bounds = new long[16];
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

    /** Adds a range; false when there is no place for it. */
    private boolean add(long from, long to) {
        int i = 0;
        while (i < used && bounds[i + 1] < from) {
            i += 2;
        }
        long begin = from;
        long end = to;
        int j = i;
        for (; j < used && bounds[j] <= to; j += 2) {
            begin = Math.min(begin, bounds[j]);
            end = Math.max(end, bounds[j + 1]);
        }
        if (!makePlace(i, j, 2)) {
            return false;
        }
        bounds[i] = begin;
        bounds[i + 1] = end;
        return true;
    }

    /** Takes a range out; false when there is no place for what is left of one that it splits. */
    private boolean remove(long from, long to) {
        int i = 0;
        while (i < used && bounds[i + 1] <= from) {
            i += 2;
        }
        int j = i;
        while (j < used && bounds[j] < to) {
            j += 2;
        }
        if (from >= to || i == j) {
            return true;
        }
        long begin = bounds[i];
        long end = bounds[j - 1];
        if (!makePlace(i, j, (begin < from ? 2 : 0) + (to < end ? 2 : 0))) {
            return false;
        }
        if (begin < from) {
            bounds[i++] = begin;
            bounds[i++] = from;
        }
        if (to < end) {
            bounds[i] = to;
            bounds[i + 1] = end;
        }
        return true;
    }

    /** Adds a range behind all others, or to the last one; false when there is no place for it. */
    private boolean append(long from, long to) {
        if (from >= to) {
            return true;
        }
        if (used > 0 && bounds[used - 1] == from) {
            bounds[used - 1] = to;
            return true;
        }
        if (!makePlace(used, used, 2)) {
            return false;
        }
        bounds[used - 2] = from;
        bounds[used - 1] = to;
        return true;
    }

    /**
     * Makes place for {@code n} bounds instead of those from {@code i} to before {@code j}. False, and nothing is changed,
     * when that would be too many, or the heap has no room for them.
     */
    private boolean makePlace(int i, int j, int n) {
        int wanted = used + n - (j - i);
        if (wanted > used && wanted > 2 * MOST_RANGES) {
            return false;
        }
        if (wanted > bounds.length) {
            long[] longer = Arrays.copyOf(bounds, bounds.length * 2);
            if (longer.length > FREE_BOUNDS && !Collected.count(longer, (long) longer.length * Long.BYTES)) {
                return false;
            }
            bounds = longer;
        }
        System.arraycopy(bounds, j, bounds, i + n, used - j);
        used = wanted;
        return true;
    }

    private void restore(long[] old) {
        System.arraycopy(old, 0, bounds, 0, old.length); // which has not become shorter
        used = old.length;
    }

    /** Forgets what has been unmapped, which happens without a call to the kernel. */
    private void keepMapped(Task t) {
        if (used == 0) {
            return;
        }
        MappedRange m = MappedRange.first(t);
        if (!m.told()) {
            return;
        }
        long[] old = Arrays.copyOf(bounds, used);
        used = 0;
        int i = 0;
        boolean more = m.next();
        while (more && i < old.length) {
            if (!append(Math.max(old[i], m.from), Math.min(old[i + 1], m.to))) {
                restore(old);
                return;
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
