// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Sets of descriptors that are waited for together (epoll(7)). */
@NullMarked
package io.sandjar.kernel.fs.epoll;

import org.jspecify.annotations.NullMarked;
