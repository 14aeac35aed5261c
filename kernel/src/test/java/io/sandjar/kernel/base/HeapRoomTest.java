// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Shares are refused at their limits, alone and together, and nothing is lost by a refusal. */
class HeapRoomTest {
    @Test
    void refused() {
        HeapRoom r = HeapRoom.alone();
        assertTrue(r.take(r.limit()));
        assertFalse(r.take(1));
        assertFalse(r.has(1));
        r.give(10);
        assertTrue(r.has(10));
        assertFalse(r.take(11));
        assertTrue(r.take(10));
        assertEquals(r.limit(), r.used());
    }

    @Test
    void together() {
        long before = HeapRoom.OBJECTS.used();
        long files = HeapRoom.FILES.limit() - HeapRoom.FILES.used();
        assertTrue(HeapRoom.FILES.take(files));
        try {
            long left = HeapRoom.OBJECTS.limit() - before;
            assertFalse(HeapRoom.OBJECTS.take(left)); // it is there, but files have taken it
            assertEquals(before, HeapRoom.OBJECTS.used());
        } finally {
            HeapRoom.FILES.give(files);
        }
        assertTrue(HeapRoom.OBJECTS.take(1000));
        HeapRoom.OBJECTS.give(1000);
        assertEquals(before, HeapRoom.OBJECTS.used());
    }
}
