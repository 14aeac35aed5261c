// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Files that stand for namespaces. */
@NullMarked
package io.sandjar.kernel.fs.nsfs;

import org.jspecify.annotations.NullMarked;
