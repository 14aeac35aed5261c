// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Manifests in a directory that is watched. */
@NullMarked
package io.sandjar.node.sources;

import org.jspecify.annotations.NullMarked;
