// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The objects that the agent was told and what it found out: kept on disk, watched by everyone else. */
@NullMarked
package io.sandjar.node.store;

import org.jspecify.annotations.NullMarked;
