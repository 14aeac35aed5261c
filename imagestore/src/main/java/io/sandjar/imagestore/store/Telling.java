// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.PullProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is told to those who watch a pull: one call at a time, and not too many. */
final class Telling implements PullProgress {
    private static final long PAUSE_NANOS = 100_000_000;

    private final List<PullProgress> watchers = new CopyOnWriteArrayList<>();
    private final Map<String, Long> told = new HashMap<>();
    private final Map<String, Phase> phases = new HashMap<>();

    void add(PullProgress p) {
        if (p != NONE) {
            watchers.add(p);
        }
    }

    @Override
    public void moved(String piece, Phase phase, long doneBytes, long totalBytes) {
        if (watchers.isEmpty()) {
            return;
        }
        synchronized (this) {
            long now = System.nanoTime();
            Long last = told.get(piece);
            boolean same = phases.put(piece, phase) == phase;
            if (same && last != null && now - last < PAUSE_NANOS) {
                return;
            }
            told.put(piece, now);
            for (PullProgress p : watchers) {
                p.moved(piece, phase, doneBytes, totalBytes);
            }
        }
    }
}
