// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** System V semaphores, message queues and shared memory (sysvipc(7)). */
@NullMarked
package io.sandjar.kernel.ipc;

import org.jspecify.annotations.NullMarked;
