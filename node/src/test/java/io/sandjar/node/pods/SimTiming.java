// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that stands still until somebody waits, and what is to happen at its times. One thread does everything. */
final class SimTiming implements Timing {
    private record Event(Instant when, long order, Runnable what) {}

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long orders;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::when).thenComparing(Event::order));

    @Override
    public Instant now() {
        return now;
    }

    void at(Instant when, Runnable what) {
        events.add(new Event(when, orders++, what));
    }

    @Override
    public void await(Wake wake, Instant until) {
        rung(wake, until);
    }

    /** Whether it was rung before that time. */
    boolean rung(Wake wake, Instant until) {
        while (!wake.take()) {
            Event e = events.peek();
            if (e == null || e.when().isAfter(until)) {
                if (until.isAfter(now)) {
                    now = until;
                }
                return false;
            }
            events.remove();
            if (e.when().isAfter(now)) {
                now = e.when();
            }
            e.what().run();
        }
        return true;
    }

    @Override
    public Job fork(String name, Runnable work) {
        boolean[] cancelled = new boolean[1];
        at(now, () -> {
            if (!cancelled[0]) {
                work.run();
            }
        });
        return () -> cancelled[0] = true;
    }
}
