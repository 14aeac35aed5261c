// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Images in files and directories. */
@NullMarked
package io.sandjar.imagestore.archive;

import org.jspecify.annotations.NullMarked;
