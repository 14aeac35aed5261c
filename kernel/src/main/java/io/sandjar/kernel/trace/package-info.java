// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** What is told about a running guest: system calls as text, counts. */
@NullMarked
package io.sandjar.kernel.trace;

import org.jspecify.annotations.NullMarked;
