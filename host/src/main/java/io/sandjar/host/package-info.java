// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** The fence: the only module that calls the host. */
@NullMarked
package io.sandjar.host;

import org.jspecify.annotations.NullMarked;
