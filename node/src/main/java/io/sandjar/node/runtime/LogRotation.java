// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

/** When a log is put away and how many files there are in all; the kubelet's defaults. */
public record LogRotation(long maxBytes, int maxFiles) {
    public static final LogRotation DEFAULT = new LogRotation(10L << 20, 5);
}
