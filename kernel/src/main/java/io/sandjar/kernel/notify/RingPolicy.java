// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

/**
 * Decides, by what came of it, whether the calls of threads that have rings come by them or by notification. Both ways are
 * tried in turn: the better one for long and the other one now and then, and what counts is how many calls were made while
 * calls kept coming. Where that is the same, as for programs that wait for something else, rings must save more time than it
 * costs to look at them. Time in which no calls come does not count, and passes without any thread that looks.
 */
final class RingPolicy {
    /** A longer time without a call is a pause of the program's own. */
    static final long PAUSE_NANOS = 200_000;

    /** A trial ends after this time when it has seen many calls, else after the other. */
    static final long TRIAL_NANOS = 10_000_000;

    static final long LONGEST_TRIAL_NANOS = 50_000_000;
    static final int MANY_CALLS = 1000;

    /** Sooner than that when it is plainly the worse way. */
    static final long SHORTEST_TRIAL_NANOS = 3_000_000;

    static final int SOME_CALLS = 300;

    /** Rings need this time before they show what they can do: threads find their CPUs, code is compiled. It does not count. */
    static final long SETTLING_NANOS = 4_000_000;

    /** And then their trial is not given up before this time, unless they are very much slower. */
    static final long SHORTEST_RING_TRIAL_NANOS = 15_000_000;

    /** How long it stays with what was better; longer each time that the trial of the other way confirms it. */
    static final long SHORTEST_STAY_NANOS = 100_000_000;

    static final long LONGEST_STAY_NANOS = 3_200_000_000L;

    /** With fewer calls it goes on as it is. */
    static final int ENOUGH_CALLS = 100;

    /** CPU time that a call by ring saves. */
    private static final long SAVED_NANOS = 8_000;

    /** By how much rings must be faster where looking costs more than it saves, and may be slower where it does not. */
    private static final double FASTER = 1.15;

    private static final double NOT_SLOWER = 0.95;

    private volatile boolean byRing;
    private boolean trial = true;
    private long stayNanos = SHORTEST_STAY_NANOS;

    /** Of the present stay, which is measured piece by piece. */
    private long stayedNanos;

    // since the present trial or piece of a stay began
    private boolean begun;
    private boolean settling;
    private long startNanos;
    private long pausedNanos;
    private long lookedNanos;
    private long calls;

    /** Calls in a second, by either way, when it was last tried; 0: not known. */
    private double ringRate;

    private double notifiedRate;

    /** Time of looking in vain for each call, when rings were last tried. */
    private double lookedPerCall;

    boolean byRing() {
        return byRing;
    }

    /** There was no call from one moment to the other. */
    synchronized void paused(long fromNanos, long toNanos) {
        long n = toNanos - fromNanos;
        if (begun && fromNanos - startNanos >= 0 && n > PAUSE_NANOS) {
            pausedNanos += n - PAUSE_NANOS;
        }
    }

    /**
     * Calls were made.
     *
     * @param n how many, by either way, since it was told last
     * @param looked for how long it was looked in vain since then
     * @return whether calls are to come by ring from now on
     */
    synchronized boolean called(int n, long looked, long nowNanos) {
        if (!begun) {
            begin(nowNanos);
            return byRing;
        }
        calls += n;
        lookedNanos += looked;
        long active = nowNanos - startNanos - pausedNanos;
        if (settling) {
            if (active >= SETTLING_NANOS) {
                begin(nowNanos);
                settling = false;
            }
            return byRing;
        }
        double rate = calls * 1e9 / Math.max(active, 1);
        if (calls >= ENOUGH_CALLS && active >= length() || trial && isPlainlyWorse(rate, active)) {
            note(rate);
            stayedNanos += active;
            if (trial || stayedNanos >= stayNanos || isPlainlyWorse(rate, active)) {
                next();
                stayedNanos = 0;
            }
            begin(nowNanos);
        }
        return byRing;
    }

    private void begin(long nowNanos) {
        begun = true;
        startNanos = nowNanos;
        pausedNanos = 0;
        lookedNanos = 0;
        calls = 0;
        settling = byRing && trial;
    }

    private long length() {
        return !trial ? SHORTEST_STAY_NANOS : calls >= MANY_CALLS ? TRIAL_NANOS : LONGEST_TRIAL_NANOS;
    }

    private boolean isPlainlyWorse(double rate, long active) {
        if (byRing) {
            return rate < notifiedRate / 2 && active >= SHORTEST_RING_TRIAL_NANOS
                    || rate < notifiedRate / 8 && active >= TRIAL_NANOS;
        }
        return rate < ringRate / 2 && active >= (calls >= SOME_CALLS ? SHORTEST_TRIAL_NANOS : TRIAL_NANOS);
    }

    private void note(double rate) {
        if (byRing) {
            ringRate = rate;
            lookedPerCall = (double) lookedNanos / Math.max(calls, 1);
        } else {
            notifiedRate = rate;
        }
    }

    private void next() {
        if (!trial || ringRate == 0) { // how is it by the other way?
            byRing = !byRing;
            trial = true;
            return;
        }
        boolean ringIsBetter = ringRate > notifiedRate * (lookedPerCall > SAVED_NANOS ? FASTER : NOT_SLOWER);
        boolean changes = ringIsBetter == byRing; // the trial was of the other way
        stayNanos = changes ? SHORTEST_STAY_NANOS : Math.min(2 * stayNanos, LONGEST_STAY_NANOS);
        byRing = ringIsBetter;
        trial = false;
    }
}
