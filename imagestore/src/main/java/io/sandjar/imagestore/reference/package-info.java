// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Names of images. */
@NullMarked
package io.sandjar.imagestore.reference;

import org.jspecify.annotations.NullMarked;
