// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that bytes on their way between sockets may take together, so that a guest which fills many buffers gets
 * ENOBUFS and does not exhaust the kernel's heap.
 */
public final class BufferMemory {
    private final long limit = Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 4);
    private final AtomicLong used = new AtomicLong();

    /** @param optional whether the answer may be no: small first buffers are always given */
    boolean take(int bytes, boolean optional) {
        long now = used.addAndGet(bytes);
        if (optional && now > limit) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Takes memory for what is no single message: false when there is none left. */
    public boolean take(int bytes) {
        return take(bytes, true);
    }

    public void give(int bytes) {
        used.addAndGet(-bytes);
    }

    public long used() {
        return used.get();
    }
}
