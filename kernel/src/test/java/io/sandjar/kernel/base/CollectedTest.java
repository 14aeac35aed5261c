// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is dead gives its room to those, too, who count their own things. */
class CollectedTest {
    private static final long LITTLE = 10_000;

    private static void fill() {
        assertTrue(Collected.count(new Object(), HeapRoom.OBJECTS.limit() - HeapRoom.OBJECTS.used() - LITTLE));
    }

    private static void untilItIsGone() throws InterruptedException {
        while (!HeapRoom.OBJECTS.take(2 * LITTLE)) {
            Thread.sleep(5);
        }
        HeapRoom.OBJECTS.give(2 * LITTLE);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void othersGetWhatIsDead() throws InterruptedException {
        fill();
        untilItIsGone();
    }

    private static void whatLivesStays() throws InterruptedException {
        Object kept = new Object();
        assertTrue(Collected.count(kept, HeapRoom.OBJECTS.limit() - HeapRoom.OBJECTS.used() - LITTLE));
        for (int i = 0; i < 20; i++) {
            assertFalse(HeapRoom.OBJECTS.take(2 * LITTLE));
            Thread.sleep(5);
        }
        Reference.reachabilityFence(kept);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void whatLivesIsKept() throws InterruptedException {
        whatLivesStays();
        untilItIsGone(); // other tests need the room
    }
}
