// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** What runs inside the kernel JVM of a sandbox: its boot, the control socket, and the life of its containers. */
@NullMarked
package io.sandjar.runsc.sandbox;

import org.jspecify.annotations.NullMarked;
