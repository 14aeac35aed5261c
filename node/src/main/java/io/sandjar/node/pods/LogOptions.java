// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What of a log is wanted; numbers below 0 mean everything. */
public record LogOptions(
        boolean follow, long tailLines, @Nullable Instant since, boolean timestamps, long limitBytes) {
    public static final LogOptions ALL = new LogOptions(false, -1, null, false, -1);
}
