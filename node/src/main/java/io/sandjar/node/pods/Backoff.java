// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The kubelet's waiting time before something is tried again: none the first time, then 10 s doubling to 5 minutes, forgotten
 * when nothing went wrong for 10 minutes. It is part of a pod's record on disk.
 */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(10);
    static final Duration MOST = Duration.ofMinutes(5);

    private long seconds;
    private @Nullable Instant updated;

    private boolean forgotten(Instant event) {
        Instant u = updated;
        return u == null || seconds == 0 || event.isAfter(u.plus(MOST.multipliedBy(2)));
    }

    /** When it may be tried again after a failure at that time; null: now. */
    @Nullable
    Instant until(Instant failed, Instant now) {
        if (forgotten(failed)) {
            return null;
        }
        Instant end = failed.plusSeconds(seconds);
        return now.isBefore(end) ? end : null;
    }

    /** It is tried now, after a failure at that time. */
    void next(Instant failed, Instant now) {
        seconds = forgotten(failed) ? FIRST.toSeconds() : Math.min(2 * seconds, MOST.toSeconds());
        updated = now;
    }

    void reset() {
        seconds = 0;
        updated = null;
    }

    /** As the kubelet writes it: 10s, 1m20s. */
    String text() {
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
