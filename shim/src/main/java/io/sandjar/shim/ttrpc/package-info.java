// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** ttrpc, the protocol of shims: for those who serve and those who call, the shim itself and the node agent. */
@NullMarked
package io.sandjar.shim.ttrpc;

import org.jspecify.annotations.NullMarked;
