// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Descriptors that stand for processes. */
@NullMarked
package io.sandjar.kernel.fs.pidfd;

import org.jspecify.annotations.NullMarked;
