// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

/** CPU time and working set, from control groups; -1 where they are not known. */
public record ContainerUsage(long cpuNanos, long workingSetBytes) {
    public static final ContainerUsage UNKNOWN = new ContainerUsage(-1, -1);
}
