// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Which task stands behind a host thread: looked up for every call, so two array steps and no boxing. */
public final class HostThreads {
    private static final int PAGE = 1024;
    private static final int PAGES = 4096; // host thread ids go up to 4 million

    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<Task>> pages = new AtomicReferenceArray<>(PAGES);

    public @Nullable Task get(int hostTid) {
        AtomicReferenceArray<Task> page = pages.get(hostTid / PAGE % PAGES);
        return page == null ? null : page.get(hostTid % PAGE);
    }

    void put(int hostTid, Task t) {
        int p = hostTid / PAGE % PAGES;
        AtomicReferenceArray<Task> page = pages.get(p);
        if (page == null) {
            AtomicReferenceArray<Task> made = new AtomicReferenceArray<>(PAGE);
            page = pages.compareAndSet(p, null, made) ? made : pages.get(p);
        }
        page.set(hostTid % PAGE, t);
    }

    /** Removes the entry if it still is {@code t}'s. */
    void remove(int hostTid, Task t) {
        AtomicReferenceArray<Task> page = pages.get(hostTid / PAGE % PAGES);
        if (page != null) {
            page.compareAndSet(hostTid % PAGE, t, null);
        }
    }
}
