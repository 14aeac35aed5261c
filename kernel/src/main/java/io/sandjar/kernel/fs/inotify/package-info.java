// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** Watching of files (inotify(7)). */
@NullMarked
package io.sandjar.kernel.fs.inotify;

import org.jspecify.annotations.NullMarked;
