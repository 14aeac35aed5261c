// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

/**
 * The outcome of a command in a container, as probes and hooks need it.
 *
 * @param output the beginning of what it wrote to both streams
 */
public record ExecResult(int code, boolean timedOut, String output) {}
