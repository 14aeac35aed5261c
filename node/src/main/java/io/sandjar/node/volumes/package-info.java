// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Volumes of pods: directories of the host that containers are shown. */
@NullMarked
package io.sandjar.node.volumes;

import org.jspecify.annotations.NullMarked;
