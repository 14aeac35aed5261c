// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** The Linux user interface of x86-64 as data: numbers, flags, struct layouts. No native calls and no behaviour. */
@NullMarked
package io.sandjar.abi;

import org.jspecify.annotations.NullMarked;
