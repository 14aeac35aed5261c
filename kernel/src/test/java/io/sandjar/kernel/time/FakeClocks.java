// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

/** Clocks of a machine whose time of day a test sets: as far from CLOCK_MONOTONIC as it says. */
public final class FakeClocks implements Timers.Clocks {
    private volatile long offset = 1_000_000_000_000_000_000L;

    @Override
    public long now(int clock) {
        return System.nanoTime() + offset;
    }

    public void jump(long nanos) {
        offset += nanos;
    }
}
