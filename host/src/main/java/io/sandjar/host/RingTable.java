// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The rings that one thread looks at; all of it is that thread's own. */
public final class RingTable {
    private static final int LOOKED = 0;
    private static final int FIRST = 8;

    private final int capacity;
    private final ByteBuffer addresses;
    private final long table;
    private int count;

    public RingTable(int capacity) {
        this.capacity = capacity;
        addresses = ByteBuffer.allocateDirect(FIRST + capacity * 8).order(ByteOrder.LITTLE_ENDIAN);
        table = Native.address(addresses);
    }

    public int capacity() {
        return capacity;
    }

    /** Puts a ring (null: none) at a place. */
    public void set(int i, @Nullable Ring r) {
        addresses.putLong(FIRST + i * 8, r == null ? 0 : r.address());
        if (r != null && i >= count) {
            count = i + 1;
        }
        while (count > 0 && addresses.getLong(FIRST + count * 8 - 8) == 0) {
            count--;
        }
    }

    /** Tells the guests whether somebody looks; {@link #next} says so by itself. */
    public void awake(boolean on) {
        Native.ringsAwake(table, count, on ? 1 : 0);
    }

    /** For how long it was looked in vain since this was asked last. */
    public long takeLookedNanos() {
        long n = addresses.getLong(LOOKED);
        addresses.putLong(LOOKED, 0);
        return n;
    }

    /** The place of a ring in which a call was posted, which counts as taken; -1 when it was looked for that long. */
    public int next(long nanos) {
        return Native.ringNext(table, count, nanos);
    }
}
