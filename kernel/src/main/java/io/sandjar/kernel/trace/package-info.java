// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** What a sandbox tells about its guests: calls as strace(1) prints them, and sums of them. */
@NullMarked
package io.sandjar.kernel.trace;

import org.jspecify.annotations.NullMarked;
