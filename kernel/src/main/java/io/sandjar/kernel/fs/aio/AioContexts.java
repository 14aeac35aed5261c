// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.aio;

import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** The I/O contexts of a process by their addresses. A forked child has none. */
public final class AioContexts {
    private @Nullable HashMap<Long, AioContext> all;

    public synchronized void add(AioContext c) {
        HashMap<Long, AioContext> m = all;
        if (m == null) {
            m = new HashMap<>();
            all = m;
        }
        m.put(c.address(), c);
    }

    public synchronized @Nullable AioContext find(long address) {
        return all == null ? null : all.get(address);
    }

    public synchronized @Nullable AioContext remove(long address) {
        return all == null ? null : all.remove(address);
    }

    /** The address space is gone. */
    public void clear() {
        AioContext[] left;
        synchronized (this) {
            if (all == null) {
                return;
            }
            left = all.values().toArray(new AioContext[0]);
            all = null;
        }
        for (AioContext c : left) {
            c.close();
        }
    }
}
