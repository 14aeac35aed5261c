// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Clocks and timers. */
@NullMarked
package io.sandjar.kernel.time;

import org.jspecify.annotations.NullMarked;
