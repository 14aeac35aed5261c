// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** The command line: one class per command. */
@NullMarked
package io.sandjar.runsc;

import org.jspecify.annotations.NullMarked;
