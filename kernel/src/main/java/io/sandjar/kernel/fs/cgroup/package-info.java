// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
@NullMarked
package io.sandjar.kernel.fs.cgroup;

import org.jspecify.annotations.NullMarked;
