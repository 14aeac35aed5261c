// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RingPolicyTest {
    private static final long MILLI = 1_000_000;

    private final RingPolicy policy = new RingPolicy();
    private long now = 5_000 * MILLI;
    private long ringNanos;

    /** Lets a program run: microseconds for each of its calls by either way, and how long it is looked for one. */
    private void run(long millis, double ringMicros, double notifiedMicros, double lookedMicros) {
        long end = now + millis * MILLI;
        while (now < end) {
            boolean byRing = policy.byRing();
            long before = now;
            now += (long) (64_000 * (byRing ? ringMicros : notifiedMicros));
            ringNanos += byRing ? now - before : 0;
            policy.called(64, byRing ? (long) (64_000 * lookedMicros) : 0, now);
        }
    }

    /** Percents of the time with rings. */
    private long share(long millis, double ringMicros, double notifiedMicros, double lookedMicros) {
        ringNanos = 0;
        run(millis, ringMicros, notifiedMicros, lookedMicros);
        return ringNanos / MILLI * 100 / millis;
    }

    @Test
    void ringsStayWhereTheyAreFaster() {
        assertFalse(policy.byRing()); // first it learns what there was before
        run(500, 2, 10, 1);
        assertTrue(share(5000, 2, 10, 1) >= 95);
    }

    @Test
    void aCrowdedMachineSeldomTriesThem() {
        run(500, 50, 10, 20);
        assertTrue(share(5000, 50, 10, 20) <= 5);
    }

    @Test
    void whatChangesIsNoticed() {
        run(5000, 2, 10, 1);
        run(4000, 50, 10, 1);
        assertTrue(share(3000, 50, 10, 1) <= 10);
        run(4000, 2, 10, 1);
        assertTrue(share(3000, 2, 10, 1) >= 90);
    }

    @Test
    void programsThatWaitForOthersAreNotLookedAtForNothing() {
        run(500, 40, 40, 30);
        assertTrue(share(5000, 40, 40, 30) <= 5);
        run(4000, 40, 40, 2);
        assertTrue(share(5000, 40, 40, 2) >= 95);
    }

    /** Each time that rings begin, their calls take a hundred times as long for three milliseconds. */
    @Test
    void aBadStartDoesNotDecide() {
        long end = now + 3000 * MILLI;
        long begun = 0;
        boolean before = false;
        long byRingNanos = 0;
        while (now < end) {
            boolean byRing = policy.byRing();
            begun = byRing && !before ? now : begun;
            before = byRing;
            long step = byRing ? now - begun < 3 * MILLI ? 3 * MILLI : 128_000 : 640_000;
            now += step;
            byRingNanos += byRing ? step : 0;
            policy.called(64, 0, now);
        }
        assertTrue(byRingNanos > 2500 * MILLI, byRingNanos + " ns by ring");
    }

    @Test
    void pausesDoNotCount() {
        int changes = 0;
        boolean before = policy.byRing();
        for (int i = 0; i < 1000; i++) { // ten calls, then a second of nothing
            policy.called(10, 0, now);
            policy.paused(now, now + 1000 * MILLI);
            now += 1000 * MILLI;
            changes += policy.byRing() != before ? 1 : 0;
            before = policy.byRing();
        }
        assertTrue(changes <= 4, "changes: " + changes); // ten thousand calls in 200 ms
    }
}
