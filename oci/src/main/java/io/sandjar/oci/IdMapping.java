// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

/** A range of a user namespace's ids; unsigned 32-bit numbers. */
public record IdMapping(long containerId, long hostId, long size) {}
