// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/**
 * The runtime-spec 1.0 to 1.3 as values: config.json read and checked, what this runtime can do, and a container's state.
 *
 * <p>Strings hold bytes: each char is one byte of the UTF-8 that stood in the file (ISO-8859-1), as everywhere in Sandjar.
 * Lists and maps are never null; a string that was not given is empty; {@code @Nullable} says "may be absent" for the rest.
 */
@NullMarked
package io.sandjar.oci;

import org.jspecify.annotations.NullMarked;
