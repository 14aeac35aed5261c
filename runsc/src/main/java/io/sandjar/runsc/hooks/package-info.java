// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Programs of the host that a bundle wants to be run in a container's life: the runtime-spec's hooks. */
@NullMarked
package io.sandjar.runsc.hooks;

import org.jspecify.annotations.NullMarked;
