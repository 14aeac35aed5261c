// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/**
 * Filters of system calls that belong to guests: a container's profile, and what guests give to seccomp(2). They are run by
 * the kernel before a handler is called. The host's filter, in which guests run as well, is another matter (host.seccomp).
 */
@NullMarked
package io.sandjar.kernel.seccomp;

import org.jspecify.annotations.NullMarked;
