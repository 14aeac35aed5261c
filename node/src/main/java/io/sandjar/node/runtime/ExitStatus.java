// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.time.Instant;

/**
 * How a container's process ended.
 *
 * @param code as a shell sees it: 128+n after signal n
 * @param signal 0 if it exited by itself
 * @param outOfMemory whether its memory limit was what killed it
 */
public record ExitStatus(int code, int signal, Instant finishedAt, boolean outOfMemory) {}
