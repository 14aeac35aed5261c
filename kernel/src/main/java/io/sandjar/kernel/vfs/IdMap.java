// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Ranges of ids of a user namespace and what they are for the kernel (uid_map of user_namespaces(7)). Immutable. */
public final class IdMap {
    /** As many lines as Linux takes. */
    public static final int MAX_RANGES = 340;

    /** Every id is itself. */
    public static final IdMap ALL = new IdMap(new int[] {0}, new int[] {0}, new int[] {-1});

    private final int[] inner;
    private final int[] kernel;
    private final int[] count;

    /** Ranges from {@code inner[i]} and {@code kernel[i]} on, {@code count[i]} long; unsigned numbers, no overlaps. */
    public IdMap(int[] inner, int[] kernel, int[] count) {
        this.inner = inner;
        this.kernel = kernel;
        this.count = count;
    }

    public int size() {
        return inner.length;
    }

    public int inner(int i) {
        return inner[i];
    }

    public int kernel(int i) {
        return kernel[i];
    }

    public int count(int i) {
        return count[i];
    }

    /** -1 for an id without one. */
    public int toKernel(int id) {
        return map(inner, kernel, id);
    }

    /** -1 for an id without one. */
    public int fromKernel(int id) {
        return map(kernel, inner, id);
    }

    private int map(int[] from, int[] to, int id) {
        for (int i = 0; i < from.length; i++) {
            int at = id - from[i];
            if (Integer.compareUnsigned(id, from[i]) >= 0 && Integer.compareUnsigned(at, count[i]) < 0) {
                return to[i] + at;
            }
        }
        return -1;
    }

    /** The kernel's number of {@code id} when it and the {@code n} - 1 ids after it lie in one range; else -1. */
    public int rangeToKernel(int id, int n) {
        for (int i = 0; i < inner.length; i++) {
            long at = (id & 0xffffffffL) - (inner[i] & 0xffffffffL);
            if (at >= 0 && at + (n & 0xffffffffL) <= (count[i] & 0xffffffffL)) {
                return kernel[i] + (int) at;
            }
        }
        return -1;
    }
}
