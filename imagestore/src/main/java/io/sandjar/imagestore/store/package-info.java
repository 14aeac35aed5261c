// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The store itself: records, layers, roots. */
@NullMarked
package io.sandjar.imagestore.store;

import org.jspecify.annotations.NullMarked;
