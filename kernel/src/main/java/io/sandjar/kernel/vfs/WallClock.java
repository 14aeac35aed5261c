// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/**
 * The time of day as file times have it: whole milliseconds, rounded down, so that a file is never newer than a clock
 * that the guest reads afterwards (Linux gives whole ticks).
 */
public final class WallClock {
    private WallClock() {}

    public static long millis() {
        return System.currentTimeMillis();
    }

    public static long sec(long millis) {
        return Math.floorDiv(millis, 1000L);
    }

    public static int nsec(long millis) {
        return (int) Math.floorMod(millis, 1000L) * 1_000_000;
    }
}
