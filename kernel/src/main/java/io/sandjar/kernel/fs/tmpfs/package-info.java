// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.fs.tmpfs;

import org.jspecify.annotations.NullMarked;
