// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Shares of the heap that guests can make the kernel use, so that a guest which takes too much of anything gets the errno
 * of that call and not the end of its kernel. What can be made again and again - descriptions, tables of descriptors, items
 * of epoll sets, buffers, messages, threads - is counted here by its rough size. Static, because the heap is the JVM's and
 * not a kernel's.
 */
public final class HeapRoom {
    /** What keeps memory that was taken here until its task ends, at the latest. */
    public interface Holder {
        void giveBack();
    }

    private static final int PARTS = 16;

    /** Of all shares together; the rest is the kernel's own, and what calls need while they run. */
    private static final HeapRoom TOGETHER = new HeapRoom(11, null);

    /** Nodes of files in memory. */
    public static final HeapRoom FILES = new HeapRoom(10, TOGETHER);

    /** Bytes on their way in pipes and sockets. */
    public static final HeapRoom BUFFERS = new HeapRoom(4, TOGETHER);

    /** Everything else that has a name or a number. */
    public static final HeapRoom OBJECTS = new HeapRoom(6, TOGETHER);

    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final @Nullable HeapRoom within;

    private HeapRoom(int parts, @Nullable HeapRoom within) {
        this.limit = Runtime.getRuntime().maxMemory() / PARTS * parts;
        this.within = within;
    }

    /** A share of its own, as {@link #FILES}, for a kernel's parts without the kernel. */
    public static HeapRoom alone() {
        return new HeapRoom(10, null);
    }

    /** Takes bytes if they are there. */
    public boolean take(long bytes) {
        if (used.addAndGet(bytes) > limit || (within != null && !within.take(bytes))) {
            used.addAndGet(-bytes);
            missed();
            return false;
        }
        return true;
    }

    private void missed() {
        if (this == OBJECTS || this == TOGETHER) {
            Collected.missed();
        }
    }

    /** Takes what cannot be refused, or negative to give back. */
    public void count(long bytes) {
        used.addAndGet(bytes);
        if (within != null) {
            within.count(bytes);
        }
    }

    public void give(long bytes) {
        count(-bytes);
    }

    /** Whether {@code bytes} more would be given now. */
    public boolean has(long bytes) {
        if (used.get() + bytes > limit || (within != null && !within.has(bytes))) {
            missed();
            return false;
        }
        return true;
    }

    public long used() {
        return used.get();
    }

    public long limit() {
        return limit;
    }
}
