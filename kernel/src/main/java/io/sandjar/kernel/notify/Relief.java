// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.kernel.task.Relieving;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps up the number of receivers that can take a call while others of them wait in the middle of one. */
final class Relief implements Relieving {
    /** Made once, so many more stay for the next time: calls that wait come in flocks. */
    private static final int SPARE = 2;

    private static final int MOST = 64;

    /** Who of them waits. */
    final Lead lead;

    private final int wanted;
    private final Consumer<Relief> starter;
    private final AtomicInteger all;
    private final AtomicInteger waiting = new AtomicInteger();

    /** @param starter makes one more receiver */
    Relief(int wanted, Lead lead, Consumer<Relief> starter) {
        this.lead = lead;
        this.wanted = wanted;
        this.starter = starter;
        this.all = new AtomicInteger(wanted);
    }

    @Override
    public void begin() {
        lead.all(); // the leader itself may be the one that waits
        int there = all.get() - waiting.incrementAndGet();
        if (there < wanted) {
            all.incrementAndGet();
            starter.accept(this);
        }
    }

    @Override
    public void more() {
        lead.all();
        if (all.get() < MOST) {
            all.incrementAndGet();
            starter.accept(this);
        }
    }

    @Override
    public void end() {
        waiting.decrementAndGet();
    }

    /** Whether the calling receiver is one more than are needed; if so it has to end. */
    boolean tooMany() {
        int n = all.get();
        return n - waiting.get() > wanted + SPARE && all.compareAndSet(n, n - 1);
    }
}
