// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a container.
 *
 * @param pid of its process on the host, 0 if there is none
 * @param exit set exactly when it has ended
 */
public record ContainerState(
        String id, Phase phase, int pid, @Nullable ExitStatus exit) {

    /** The states of the OCI runtime specification, and one for what nobody knows. */
    public enum Phase {
        CREATED,
        RUNNING,
        EXITED,
        UNKNOWN
    }
}
