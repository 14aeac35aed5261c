// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** What installs the runtime on the nodes of a cluster, configures, upgrades and removes it. */
@NullMarked
package io.sandjar.installer;

import org.jspecify.annotations.NullMarked;
