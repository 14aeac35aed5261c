// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import org.jspecify.annotations.Nullable;

/**
 * Memory limits with cgroup v1. The limit of memory and swap together is never below that of memory, at any moment, so
 * which one is written first depends on whether they grow or shrink.
 */
final class V1Memory {
    private static final String LIMIT = "memory.limit_in_bytes";
    private static final String SWAP = "memory.memsw.limit_in_bytes";
    private static final String WHERE = "linux.resources.memory.";

    private V1Memory() {}

    static void apply(String group, Limits l, Cgroups notes) {
        long limit = l.memoryLimit == null ? 0 : l.memoryLimit;
        long swap = l.memorySwap == null ? 0 : l.memorySwap;
        boolean swapCounted = Files.exists(group + "/" + SWAP);
        if (limit == -1 && swap == 0 && swapCounted) {
            swap = -1; // no limit of memory with one of swap would be none at all
        }
        if (swap != 0 && !swapCounted) {
            notes.note(WHERE + "swap: this kernel does not count swap (" + SWAP + "); left out");
            swap = 0;
        }
        if (l.checkBeforeUpdate && limit > 0) {
            checkUsage(group, limit);
        }
        sizes(group, limit, swap);
        number(group, "memory.soft_limit_in_bytes", l.memoryReservation, "reservation");
        if (Boolean.TRUE.equals(l.useHierarchy)) {
            Files.write(group + "/memory.use_hierarchy", "1"); // newer kernels know nothing else
        }
        if (Boolean.TRUE.equals(l.disableOomKiller)) {
            Setter.set(group, "memory.oom_control", "1", WHERE + "disableOOMKiller");
        }
        Long swappiness = l.swappiness;
        if (swappiness != null && swappiness != -1) {
            if (swappiness < 0 || swappiness > 100) {
                throw new CgroupError(WHERE + "swappiness: " + swappiness + " is not between 0 and 100", "");
            }
            Setter.set(group, "memory.swappiness", Long.toString(swappiness), WHERE + "swappiness");
        }
    }

    static void checkUsage(String group, long limit) {
        String now = Files.line(group + "/memory.usage_in_bytes");
        checkUsage(limit, now == null ? 0 : Text.number(now, 0));
    }

    static void checkUsage(long limit, long usage) {
        if (usage >= limit) {
            throw new CgroupError(
                    WHERE + "limit: " + limit + " bytes is less than the container uses now (" + usage + ")",
                    "a higher limit, or checkBeforeUpdate false");
        }
    }

    private static void sizes(String group, long limit, long swap) {
        if (limit != 0 && swap != 0) {
            String now = Files.line(group + "/" + LIMIT);
            long current = now == null ? 0 : Text.number(now, 0);
            if (swap == -1 || current < swap) {
                size(group, SWAP, swap, "swap");
                size(group, LIMIT, limit, "limit");
            } else {
                size(group, LIMIT, limit, "limit");
                size(group, SWAP, swap, "swap");
            }
        } else if (limit != 0) {
            size(group, LIMIT, limit, "limit");
        } else if (swap != 0) {
            size(group, SWAP, swap, "swap");
        }
    }

    private static void size(String group, String file, long bytes, String name) {
        int r = Files.write(group + "/" + file, Long.toString(bytes));
        if (r == -Files.EBUSY) {
            throw new CgroupError(
                    WHERE + name + ": cannot lower it to " + bytes + " bytes: the container uses "
                            + Files.line(group + "/memory.usage_in_bytes") + " and the kernel cannot take that back",
                    "");
        }
        Setter.check(r, group, file, Long.toString(bytes), WHERE + name);
    }

    private static void number(String group, String file, @Nullable Long n, String name) {
        if (n != null && n != 0) {
            Setter.set(group, file, Long.toString(n), WHERE + name);
        }
    }
}
