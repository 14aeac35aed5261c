// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

/**
 * Figures of one group; -1 is unknown.
 *
 * @param timeNanos System.nanoTime of the reading
 * @param cpuNanos CPU time since the group was made
 * @param memoryBytes usage with page cache
 * @param workingSetBytes usage without inactive page cache: what kubectl top shows
 * @param oomKills processes that were killed for memory
 */
public record GroupUsage(
        long timeNanos,
        long cpuNanos,
        long throttledNanos,
        long memoryBytes,
        long workingSetBytes,
        long memoryLimitBytes,
        long pids,
        long oomKills) {}
