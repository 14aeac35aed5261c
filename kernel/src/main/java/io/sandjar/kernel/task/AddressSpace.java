// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel keeps of an address space: which slots its threads use. Shared by the threads of a process and by a
 * vfork child until it executes a program. Guarded by the task lock.
 */
final class AddressSpace {
    private final BitSet used = new BitSet();
    private int chunks = 1;

    /** Call sites that were rewritten; null for none. */
    volatile @Nullable Trampolines trampolines;

    AddressSpace() {
        used.set(0);
    }

    /** The address space of a forked child, in which only the thread with {@code slot} lives on. */
    AddressSpace forked(long slot) {
        AddressSpace a = new AddressSpace();
        a.used.clear();
        a.used.set(index(slot));
        a.chunks = chunks;
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

    /** The chunk that must be mapped before {@code slot} can be used, or 0; from now on it counts as mapped. */
    long chunkToMap(long slot) {
        int chunk = index(slot) / Stub.SLOTS_PER_CHUNK;
        if (chunk < chunks) {
            return 0;
        }
        long at = Stub.SLOTS_BASE + (long) chunks * Stub.SLOTS_PER_CHUNK * Stub.SLOT_SIZE;
        chunks++;
        return at;
    }

    void chunkFailed() {
        chunks--;
    }
}
