// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** How often one thread made calls from which site, roughly: in a small table rare sites make room for others. */
final class HotSites {
    private static final int PLACES = 32;
    private static final int TRIES = 4;

    private final long[] sites = new long[PLACES];
    private final int[] counts = new int[PLACES];

    /** How often, this time included. */
    int count(long ip) {
        int first = (int) ((ip * 0x9E3779B97F4A7C15L) >>> 59);
        int rarest = first;
        for (int i = 0; i < TRIES; i++) {
            int at = first + i & PLACES - 1;
            if (sites[at] == ip) {
                return ++counts[at];
            }
            if (counts[at] < counts[rarest]) {
                rarest = at;
            }
        }
        sites[rarest] = ip;
        counts[rarest] = 1;
        return 1;
    }
}
