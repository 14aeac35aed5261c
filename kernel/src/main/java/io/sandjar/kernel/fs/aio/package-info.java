// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Asynchronous I/O (io_setup(2)): contexts with their rings, requests that wait. */
@NullMarked
package io.sandjar.kernel.fs.aio;

import org.jspecify.annotations.NullMarked;
