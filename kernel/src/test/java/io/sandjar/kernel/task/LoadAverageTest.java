// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is left of busy times in the averages, against the formula of a steady decay. */
final class LoadAverageTest {
    private static final long SECOND = 1_000_000_000L;

    private static double left(double seconds, double period) {
        return Math.exp(-seconds / period);
    }

    @Test
    void oneBusyMinuteToldAtItsEnd() {
        LoadAverage l = new LoadAverage(0);
        l.busy(0, 60 * SECOND, 60 * SECOND);
        double[] v = l.read(60 * SECOND);
        assertEquals(1 - left(60, 60), v[0], 1e-9);
        assertEquals(1 - left(60, 300), v[1], 1e-9);
        assertEquals(1 - left(60, 900), v[2], 1e-9);
    }

    @Test
    void piecesAreAsGoodAsTheWhole() {
        LoadAverage l = new LoadAverage(0);
        for (int i = 0; i < 60; i++) {
            l.busy(i * SECOND, (i + 1) * SECOND, 3 * SECOND); // three at once
        }
        assertEquals(3 * (1 - left(60, 60)), l.read(60 * SECOND)[0], 1e-9);
    }

    @Test
    void whatEndedIsForgottenSteadily() {
        LoadAverage l = new LoadAverage(0);
        l.busy(10 * SECOND, 20 * SECOND, 10 * SECOND);
        double then = l.read(20 * SECOND)[0];
        assertEquals(then * left(120, 60), l.read(140 * SECOND)[0], 1e-9);
        assertEquals(0, l.read(40_000 * SECOND)[2], 1e-9);
    }

    @Test
    void clocksThatStandAndEmptyStretches() {
        LoadAverage l = new LoadAverage(100);
        l.busy(100, 100, 0);
        l.busy(100, 50, -5);
        assertEquals(0, l.read(100)[0], 0);
    }
}
