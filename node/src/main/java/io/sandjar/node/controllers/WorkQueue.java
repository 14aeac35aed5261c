// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of objects to look at. A key that is added many times is taken once; one that is being worked on is not given to a second
 * worker, but again when the first is done. Failures come back later and later.
 */
final class WorkQueue {
    private static final Duration FIRST_DELAY = Duration.ofMillis(20);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);
    private static final int DOUBLINGS = 14;

    private final Clock clock;
    private final Queue<String> ready = new ArrayDeque<>();
    private final Set<String> waiting = new HashSet<>();
    private final Set<String> working = new HashSet<>();
    private final Map<String, Instant> later = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private boolean closed;

    WorkQueue(Clock clock) {
        this.clock = clock;
    }

    synchronized void add(String key) {
        if (closed || !waiting.add(key)) {
            return;
        }
        if (!working.contains(key)) {
            ready.add(key);
            notifyAll();
        }
    }

    /** Adds the key when that time has passed; the earliest wish of several counts. */
    synchronized void addAfter(String key, Duration delay) {
        if (delay.isNegative() || delay.isZero()) {
            add(key);
            return;
        }
        Instant at = clock.instant().plus(delay);
        later.merge(key, at, (a, b) -> a.isBefore(b) ? a : b);
        notifyAll();
    }

    /** Adds the key after a failure: at once at first, then after twice the time each. */
    synchronized void retry(String key) {
        int count = failures.merge(key, 1, Integer::sum);
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(count - 1, DOUBLINGS));
        addAfter(key, delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay);
    }

    synchronized void succeeded(String key) {
        failures.remove(key);
    }

    /** A key to work on, or null if none is due now. Who gets one says {@link #done}. */
    synchronized @Nullable String poll() {
        due();
        String key = ready.poll();
        if (key != null) {
            waiting.remove(key);
            working.add(key);
        }
        return key;
    }

    /** Waits for a key; null when the queue is closed. */
    synchronized @Nullable String take() throws InterruptedException {
        while (!closed) {
            String key = poll();
            if (key != null) {
                return key;
            }
            Instant next = next();
            if (next == null) {
                wait();
            } else {
                wait(Math.max(
                        1,
                        Math.min(60_000, Duration.between(clock.instant(), next).toMillis() + 1)));
            }
        }
        return null;
    }

    synchronized void done(String key) {
        working.remove(key);
        if (waiting.contains(key)) {
            ready.add(key);
            notifyAll();
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** When the next key is due that waits for its time. */
    synchronized @Nullable Instant next() {
        Instant first = null;
        for (Instant at : later.values()) {
            if (first == null || at.isBefore(first)) {
                first = at;
            }
        }
        return first;
    }

    private void due() {
        Instant now = clock.instant();
        later.entrySet().removeIf(e -> {
            if (e.getValue().isAfter(now)) {
                return false;
            }
            add(e.getKey());
            return true;
        });
    }
}
