// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** A client of the Container Runtime Interface, version 1. */
@NullMarked
package io.sandjar.cri;

import org.jspecify.annotations.NullMarked;
