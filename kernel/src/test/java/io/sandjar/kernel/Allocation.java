// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import java.lang.reflect.Method;

/** Counts what the calling thread allocates; by reflection, as the kernel's module does not read the management ones. */
public final class Allocation {
    private final Object bean;
    private final Method bytes;

    public Allocation() throws ReflectiveOperationException {
        bean = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        bytes = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
    }

    /** The least that one of several runs of {@code work} allocates, but for some 100 bytes of the counting itself. */
    public long least(Runnable work) throws ReflectiveOperationException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = (long) bytes.invoke(bean);
            work.run();
            least = Math.min(least, (long) bytes.invoke(bean) - before);
        }
        return least;
    }
}
