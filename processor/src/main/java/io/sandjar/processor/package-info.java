// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** The annotation processor that wires system calls: it runs inside javac and is not part of the product. */
@NullMarked
package io.sandjar.processor;

import org.jspecify.annotations.NullMarked;
