// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.nio.file.Path;

/**
 * Where a runtime provider and its things are.
 *
 * @param handler what a RuntimeClass calls it
 * @param program of the runtime, for commands in containers that people look at
 * @param root the runtime's own states, one directory below for each namespace of the provider
 * @param containers directories of containers and their loggers; a short path, for sockets are in there
 * @param monitor the program sandjar-monitor, which is the logger
 */
record ProviderOptions(String handler, Path program, Path root, Path containers, Path monitor) {
    /** The usual places below the agent's run directory. */
    static ProviderOptions of(String handler, Path program, Path runDir, Path monitor) {
        return new ProviderOptions(handler, program, runDir.resolve("p-root"), runDir.resolve("p-" + handler), monitor);
    }
}
