// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The image that is built in. */
@NullMarked
package io.sandjar.imagestore.demo;

import org.jspecify.annotations.NullMarked;
