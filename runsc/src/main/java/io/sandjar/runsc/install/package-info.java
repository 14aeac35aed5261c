// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Making the runtime known to engines, and taking it back: edits of configuration files that keep all the rest as it is. */
@NullMarked
package io.sandjar.runsc.install;

import org.jspecify.annotations.NullMarked;
