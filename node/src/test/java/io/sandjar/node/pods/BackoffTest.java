// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void theFirstTimeThereIsNone() {
        assertNull(new Backoff().until(T, T));
    }

    @Test
    void itDoublesAndStops() {
        Backoff b = new Backoff();
        Instant now = T;
        long[] expected = {10, 20, 40, 80, 160, 300, 300};
        for (long seconds : expected) {
            b.next(now, now);
            assertEquals(now.plusSeconds(seconds), b.until(now, now));
            now = now.plusSeconds(seconds);
            assertNull(b.until(now.minusSeconds(seconds), now));
        }
    }

    @Test
    void itIsForgottenAfterTenMinutes() {
        Backoff b = new Backoff();
        b.next(T, T);
        b.next(T, T);
        assertEquals("20s", b.text());
        Instant later = T.plusSeconds(601);
        assertNull(b.until(later, later));
        b.next(later, later);
        assertEquals("10s", b.text());
    }

    @Test
    void signalsHaveNumbers() {
        assertEquals(15, Signals.number(""));
        assertEquals(2, Signals.number("SIGINT"));
        assertEquals(3, Signals.number("quit"));
        assertEquals(9, Signals.number("9"));
        assertEquals(37, Signals.number("SIGRTMIN+3"));
        assertEquals(15, Signals.number("SIGNONSENSE"));
    }
}
