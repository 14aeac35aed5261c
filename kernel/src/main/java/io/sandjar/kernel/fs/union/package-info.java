// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Overlays that guests mount: directories of the guest shown as one, changes written to the uppermost. */
@NullMarked
package io.sandjar.kernel.fs.union;

import org.jspecify.annotations.NullMarked;
