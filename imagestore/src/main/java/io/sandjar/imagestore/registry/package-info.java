// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The client of OCI and Docker registries. */
@NullMarked
package io.sandjar.imagestore.registry;

import org.jspecify.annotations.NullMarked;
