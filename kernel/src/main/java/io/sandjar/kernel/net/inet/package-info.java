// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.net.inet;

import org.jspecify.annotations.NullMarked;
