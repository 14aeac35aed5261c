// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Control groups of pods, and what pods use. */
@NullMarked
package io.sandjar.node.cgroups;

import org.jspecify.annotations.NullMarked;
