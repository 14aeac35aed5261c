// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Timers as files (timerfd_create(2)). */
@NullMarked
package io.sandjar.kernel.fs.timerfd;

import org.jspecify.annotations.NullMarked;
