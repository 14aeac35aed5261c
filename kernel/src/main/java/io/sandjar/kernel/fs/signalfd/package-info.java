// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Signals as files (signalfd(2)). */
@NullMarked
package io.sandjar.kernel.fs.signalfd;

import org.jspecify.annotations.NullMarked;
