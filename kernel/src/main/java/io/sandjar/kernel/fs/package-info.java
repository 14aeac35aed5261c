// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** File systems, one folder for each, and how the tree of a sandbox is put together from them. */
@NullMarked
package io.sandjar.kernel.fs;

import org.jspecify.annotations.NullMarked;
