// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** From a pod and an image to the config.json of a container. */
@NullMarked
package io.sandjar.node.spec;

import org.jspecify.annotations.NullMarked;
