// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.kernel.base.HeapRoom;

/**
 * The memory that bytes on their way between sockets may take together, so that a guest which fills many buffers gets
 * ENOBUFS and does not exhaust the kernel's heap.
 */
public final class BufferMemory {
    /** @param optional whether the answer may be no: small first buffers are always given */
    boolean take(int bytes, boolean optional) {
        if (optional) {
            return HeapRoom.BUFFERS.take(bytes);
        }
        HeapRoom.BUFFERS.count(bytes);
        return true;
    }

    /** Takes memory for what is no single message: false when there is none left. */
    public boolean take(int bytes) {
        return take(bytes, true);
    }

    public void give(int bytes) {
        HeapRoom.BUFFERS.give(bytes);
    }
}
