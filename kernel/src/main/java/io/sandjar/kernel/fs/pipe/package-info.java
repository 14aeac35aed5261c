// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Pipes and FIFOs. */
@NullMarked
package io.sandjar.kernel.fs.pipe;

import org.jspecify.annotations.NullMarked;
