// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel keeps of an address space: which slots its threads use. Shared by the threads of a process and by a
 * vfork child until it executes a program. Guarded by the task lock, but for what is locked, which has a lock of its own,
 * and for looking at the trampolines.
 */
final class AddressSpace {
    private final BitSet used = new BitSet();

    /** Chunks of slots that are mapped for certain. */
    private final BitSet chunks = new BitSet();

    /** What programs have locked of it. */
    final LockedPages locked = new LockedPages();

    /** Call sites that were rewritten; null for none. */
    volatile @Nullable Trampolines trampolines;

    AddressSpace() {
        used.set(0);
        chunks.set(0);
    }

    /** The address space of a forked child, in which only the thread with {@code slot} lives on. */
    AddressSpace forked(long slot) {
        AddressSpace a = new AddressSpace();
        a.used.clear();
        a.used.set(index(slot));
        a.chunks.or(chunks);
        Trampolines t = trampolines;
        if (t != null) {
            a.trampolines = new Trampolines(t);
        }
        return a;
    }

    private static int index(long slot) {
        return (int) ((slot - Stub.SLOTS_BASE) / Stub.SLOT_SIZE);
    }

    /** A free slot, or 0 when there is none. */
    long takeSlot() {
        int i = used.nextClearBit(0);
        if (i >= Stub.MAX_SLOTS) {
            return 0;
        }
        used.set(i);
        return Stub.SLOTS_BASE + (long) i * Stub.SLOT_SIZE;
    }

    void giveSlot(long slot) {
        used.clear(index(slot));
    }

    private static int chunk(long slot) {
        return index(slot) / Stub.SLOTS_PER_CHUNK;
    }

    /**
     * The chunk that must be mapped before {@code slot} can be used, or 0. Several threads may be told to map the same:
     * none can know whether another one's stub has come so far.
     */
    long chunkToMap(long slot) {
        int chunk = chunk(slot);
        return chunks.get(chunk) ? 0 : Stub.SLOTS_BASE + (long) chunk * Stub.SLOTS_PER_CHUNK * Stub.SLOT_SIZE;
    }

    /** A thread lives in {@code slot}. */
    void inUse(long slot) {
        chunks.set(chunk(slot));
    }
}
