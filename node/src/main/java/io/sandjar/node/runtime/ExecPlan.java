// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.util.List;

/**
 * A program with its arguments that runs another process in a container: whoever has the terminal executes it directly, so that
 * no byte passes through the agent.
 */
public record ExecPlan(List<String> argv) {
    public ExecPlan {
        argv = List.copyOf(argv);
    }
}
