// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/**
 * The host's part of a container's life: reading its bundle, opening what its sandbox may have, running its hooks, keeping
 * its state. All of it runs as the caller, outside the walls; the sandbox gets descriptors and never a path.
 */
@NullMarked
package io.sandjar.runsc.create;

import org.jspecify.annotations.NullMarked;
