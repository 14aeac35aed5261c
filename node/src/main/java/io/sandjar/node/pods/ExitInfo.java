// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The end of a container as its status tells it. */
record ExitInfo(
        String containerId,
        int code,
        int signal,
        String reason,
        String message,
        @Nullable Instant startedAt,
        Instant finishedAt) {}
