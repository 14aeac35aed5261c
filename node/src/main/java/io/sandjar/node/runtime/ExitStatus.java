// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.time.Instant;

/**
 * How a container's process ended.
 *
 * @param code as a shell sees it: 128+n after signal n
 * @param signal 0 if it exited by itself
 * @param outOfMemory whether processes of it were killed because its memory ran out
 * @param lost whether nobody knows how it ended: its monitor was killed, or the machine was started anew
 */
public record ExitStatus(int code, int signal, Instant finishedAt, boolean outOfMemory, boolean lost) {
    /** What Kubernetes shows for a container that it lost: exit code 137. */
    public static ExitStatus lost(Instant noticed) {
        return new ExitStatus(137, 0, noticed, false, true);
    }
}
