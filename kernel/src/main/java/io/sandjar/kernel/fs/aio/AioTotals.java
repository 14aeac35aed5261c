// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.aio;

/** The events that all contexts of a kernel may hold: /proc/sys/fs/aio-nr and aio-max-nr. */
public final class AioTotals {
    private long max = 65536;
    private long used;

    public synchronized long max() {
        return max;
    }

    public synchronized void setMax(long n) {
        max = n;
    }

    public synchronized long used() {
        return used;
    }

    /** Counts a context in; false when there would be too many events. */
    public synchronized boolean add(int events) {
        if (used + events > max) {
            return false;
        }
        used += events;
        return true;
    }

    public synchronized void remove(int events) {
        used -= events;
    }
}
