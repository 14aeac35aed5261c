// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** File systems without a tree, for files that have no name. */
@NullMarked
package io.sandjar.kernel.fs.anon;

import org.jspecify.annotations.NullMarked;
