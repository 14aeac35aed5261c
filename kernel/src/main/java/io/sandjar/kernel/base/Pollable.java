// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/** Something that can become ready. */
public interface Pollable {
    /** POLL* bits that hold now, POLLERR and POLLHUP included. Never blocks. */
    int poll();

    /** The queue that is woken whenever {@link #poll()} may have gained a bit. */
    WaitQueue waitQueue();
}
