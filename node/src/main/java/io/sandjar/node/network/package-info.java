// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The network of pods: namespaces, addresses, names. */
@NullMarked
package io.sandjar.node.network;

import org.jspecify.annotations.NullMarked;
