// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Container images: references, registries, archives, and root directories made of them. */
@NullMarked
package io.sandjar.imagestore;

import org.jspecify.annotations.NullMarked;
