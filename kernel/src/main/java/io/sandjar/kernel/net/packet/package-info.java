// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.net.packet;

import org.jspecify.annotations.NullMarked;
