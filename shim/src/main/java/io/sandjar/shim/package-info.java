// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The containerd shim: the Task service over ttrpc, for all pods of a node. */
@NullMarked
package io.sandjar.shim;

import org.jspecify.annotations.NullMarked;
