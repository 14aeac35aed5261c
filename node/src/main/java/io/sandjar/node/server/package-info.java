// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Kubernetes' REST interface over a UNIX socket. */
@NullMarked
package io.sandjar.node.server;

import org.jspecify.annotations.NullMarked;
