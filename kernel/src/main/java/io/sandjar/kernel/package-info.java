// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** What puts a whole kernel together. */
@NullMarked
package io.sandjar.kernel;

import org.jspecify.annotations.NullMarked;
