// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The agent as a whole: its options, and how its rooms are put together. */
@NullMarked
package io.sandjar.node.agent;

import org.jspecify.annotations.NullMarked;
