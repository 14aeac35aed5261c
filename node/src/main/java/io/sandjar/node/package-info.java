// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The node agent: pods on one machine. */
@NullMarked
package io.sandjar.node;

import org.jspecify.annotations.NullMarked;
