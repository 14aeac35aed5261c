// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.util.List;

/**
 * What a pod uses: nanoseconds of CPU since its start, and bytes of memory that could not be given back at once (working set).
 * Rates are differences of two of them. Numbers are -1 where the host has no control groups for us.
 */
public record Stats(
        String namespace,
        String pod,
        long timeUnixNanos,
        long cpuNanos,
        long workingSetBytes,
        List<Container> containers) {

    /** The share of one container. */
    public record Container(String name, long cpuNanos, long workingSetBytes) {}
}
