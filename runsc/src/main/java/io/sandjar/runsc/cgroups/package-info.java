// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/**
 * Control groups of the host: finding the hierarchies (v1, hybrid, v2), one container's groups in them, limits and
 * figures. Everything is files; a root directory stands before every path, so that tests run on a tree of their own.
 */
@NullMarked
package io.sandjar.runsc.cgroups;

import org.jspecify.annotations.NullMarked;
