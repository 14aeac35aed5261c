// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Layers: archives of hostile origin, made into directories. */
@NullMarked
package io.sandjar.imagestore.layer;

import org.jspecify.annotations.NullMarked;
