// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.signal;

import org.jspecify.annotations.NullMarked;
