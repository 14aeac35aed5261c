// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.mm.UserMemory;

/** Operations that the stub is to carry out in its address space before the guest goes on. */
public final class OpList {
    private final byte[] data = new byte[Stub.MAX_OPS * Stub.OP_SIZE];
    private int count;

    public boolean isEmpty() {
        return count == 0;
    }

    public void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    /** Whether {@code n} more fit. */
    public boolean hasRoom(int n) {
        return count + n <= Stub.MAX_OPS;
    }

    public OpList add(int kind, int flags, long nr, long a0, long a1, long a2, long a3, long a4, long a5) {
        if (count == Stub.MAX_OPS) {
            throw new IllegalStateException("too many stub operations");
        }
        int at = count++ * Stub.OP_SIZE;
        Bytes.put64(data, at, kind | (long) flags << 8);
        Bytes.put64(data, at + 8, nr);
        Bytes.put64(data, at + 16, a0);
        Bytes.put64(data, at + 24, a1);
        Bytes.put64(data, at + 32, a2);
        Bytes.put64(data, at + 40, a3);
        Bytes.put64(data, at + 48, a4);
        Bytes.put64(data, at + 56, a5);
        return this;
    }

    /** A host system call in the guest's process; the filter must allow it from the stub's text. */
    public OpList call(int flags, int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
        return add(Stub.OP_SYSCALL, flags, nr, a0, a1, a2, a3, a4, a5);
    }

    /** Sets the guest's rax. */
    public OpList result(long value) {
        return add(Stub.OP_RESULT, 0, 0, value, 0, 0, 0, 0, 0);
    }

    /** What {@link #result} is to set, or {@code otherwise}. */
    public long queuedResult(long otherwise) {
        for (int i = 0; i < count; i++) {
            if ((Bytes.i64(data, i * Stub.OP_SIZE) & 0xff) == Stub.OP_RESULT) {
                return Bytes.i64(data, i * Stub.OP_SIZE + 16);
            }
        }
        return otherwise;
    }

    /** A copy of what is queued. */
    byte[] save() {
        return java.util.Arrays.copyOf(data, count * Stub.OP_SIZE);
    }

    /** Queues saved operations in place of the present ones. */
    void load(byte[] saved, int n) {
        System.arraycopy(saved, 0, data, 0, n * Stub.OP_SIZE);
        count = n;
    }

    /** Writes the list into a slot's mailbox. 0 or -EFAULT. */
    int store(UserMemory mem, long slot) {
        return mem.write(Stub.mailbox(slot) + Stub.BOX_OPS, data, 0, count * Stub.OP_SIZE);
    }
}
