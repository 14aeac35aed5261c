// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Pods as they run: a worker each, probes, hooks, restarts, and what is kept on disk so that an agent's death changes nothing. */
@NullMarked
package io.sandjar.node.pods;

import org.jspecify.annotations.NullMarked;
