// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** OCI runtimes and how containers are made, watched and ended through them. */
@NullMarked
package io.sandjar.node.runtime;

import org.jspecify.annotations.NullMarked;
