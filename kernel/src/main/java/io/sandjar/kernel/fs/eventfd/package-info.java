// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Event counters (eventfd(2)). */
@NullMarked
package io.sandjar.kernel.fs.eventfd;

import org.jspecify.annotations.NullMarked;
