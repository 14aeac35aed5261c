// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.nio.file.Path;

/**
 * Where a runtime and its things are.
 *
 * @param handler runsc, runc
 * @param program of the runtime
 * @param podSandboxes see {@link RuntimeDriver#podSandboxes}
 * @param root the runtime's own states (--root)
 * @param containers directories of containers and their monitors; a short path, for sockets are in there
 * @param monitor the program sandjar-monitor
 */
public record OciRuntimeOptions(
        String handler, Path program, boolean podSandboxes, Path root, Path containers, Path monitor) {

    /** The usual places below the agent's run directory. */
    public static OciRuntimeOptions of(String handler, Path program, Path runDir, Path monitor) {
        return new OciRuntimeOptions(
                handler,
                program,
                !handler.equals("runc"),
                runDir.resolve(handler),
                runDir.resolve("c-" + handler),
                monitor);
    }
}
