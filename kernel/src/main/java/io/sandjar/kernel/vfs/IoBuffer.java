// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.kernel.base.Ref;

/**
 * The memory side of a read or write: guest memory (one or more pieces) or a kernel array. A position advances with
 * every transfer.
 */
public abstract class IoBuffer {
    /** Bytes that are left. */
    public abstract long remaining();

    /** Copies {@code n} bytes (at most {@link #remaining()}) into the buffer: the result of a read. 0 or -EFAULT. */
    public abstract int put(byte[] src, int off, int n);

    /** Copies {@code n} bytes out of the buffer: the data of a write. 0 or -EFAULT. */
    public abstract int get(byte[] dst, int off, int n);

    /**
     * Reads up to {@code n} bytes of a host file into the buffer.
     *
     * @param off file offset, or -1 to read at the host descriptor's own position (streams)
     * @return bytes read (0 at end of file) or -errno
     */
    public abstract long fromHost(int hostFd, long off, long n);

    /** Writes up to {@code n} bytes of the buffer to a host file; see {@link #fromHost}. */
    public abstract long toHost(int hostFd, long off, long n);

    /** Puts {@code n} zero bytes. 0 or -EFAULT. */
    public int putZeros(long n) {
        byte[] zeros = new byte[(int) Math.min(n, 65536)];
        long left = n;
        while (left > 0) {
            int k = (int) Math.min(left, zeros.length);
            int r = put(zeros, 0, k);
            if (r < 0) {
                return r;
            }
            left -= k;
        }
        return 0;
    }

    /** Takes everything that is left into a new array (bounded by the caller through {@link #remaining()}). */
    public int getAll(Ref<byte[]> out) {
        byte[] data = new byte[(int) remaining()];
        int r = get(data, 0, data.length);
        out.set(data);
        return r;
    }
}
