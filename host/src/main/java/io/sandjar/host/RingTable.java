// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The rings that one thread looks at; all of it is that thread's own. */
public final class RingTable {
    /** Result of {@link #next}: others want the CPU. */
    public static final int CROWDED = -2;

    private final int capacity;
    private final ByteBuffer addresses;
    private final long table;
    private int count;

    public RingTable(int capacity) {
        this.capacity = capacity;
        addresses = ByteBuffer.allocateDirect(capacity * 8).order(ByteOrder.LITTLE_ENDIAN);
        table = Native.address(addresses);
    }

    public int capacity() {
        return capacity;
    }

    /** Puts a ring (null: none) at a place. */
    public void set(int i, @Nullable Ring r) {
        addresses.putLong(i * 8, r == null ? 0 : r.address());
        if (r != null && i >= count) {
            count = i + 1;
        }
        while (count > 0 && addresses.getLong(count * 8 - 8) == 0) {
            count--;
        }
    }

    /** Tells the guests whether somebody looks. */
    public void awake(boolean on) {
        Native.ringsAwake(table, count, on ? 1 : 0);
    }

    /** The place of a ring in which a call was posted, which counts as taken; -1 when none was for that long; {@link
     * #CROWDED}. */
    public int next(long nanos) {
        return Native.ringNext(table, count, nanos);
    }
}
