// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Digests and the files that are named by them. */
@NullMarked
package io.sandjar.imagestore.content;

import org.jspecify.annotations.NullMarked;
