// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/**
 * The load averages of 1, 5 and 15 minutes. Linux counts every five seconds who wants a CPU; an idle sandbox is to use
 * none, so nothing ticks here. Instead, each stretch of CPU time adds what it would have left in an average that decays
 * steadily: such averages can be summed, and a stretch that is told late adds no less. Of a process that lives on it is
 * known only how busy it was since the last time somebody asked, so this is taken as even over that time.
 */
public final class LoadAverage {
    private static final double[] PERIODS_NANOS = {60e9, 300e9, 900e9};

    private final double[] values = new double[PERIODS_NANOS.length];
    private long at;

    /** @param start nanoseconds, of the clock that is used for all that follows */
    LoadAverage(long start) {
        at = start;
    }

    /** Lets time go by. */
    private void advance(long now) {
        if (now > at) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= Math.exp((at - now) / PERIODS_NANOS[i]);
            }
            at = now;
        }
    }

    /** Somebody ran, or wanted to, for {@code busy} nanoseconds between {@code from} and {@code now}. */
    synchronized void busy(long from, long now, long busy) {
        advance(now);
        long span = Math.max(at - from, 1);
        if (busy <= 0) {
            return;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] += (double) busy / span * -Math.expm1(-span / PERIODS_NANOS[i]);
        }
    }

    /** The averages now. */
    synchronized double[] read(long now) {
        advance(now);
        return values.clone();
    }
}
