// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.net.host;

import org.jspecify.annotations.NullMarked;
