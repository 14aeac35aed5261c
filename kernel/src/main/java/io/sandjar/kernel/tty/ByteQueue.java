// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import java.util.Arrays;

/** A growing ring of bytes. Guarded by the terminal's lock. */
final class ByteQueue {
    private static final int FIRST = 256;

    private byte[] ring = new byte[FIRST];
    private int head;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        head = 0;
        size = 0;
        if (ring.length > 16384) {
            ring = new byte[FIRST];
        }
    }

    /** Throws away what came last, so that at most {@code n} are left. */
    void truncate(int n) {
        size = Math.min(size, n);
    }

    void add(int b) {
        if (size == ring.length) {
            grow(size + 1);
        }
        ring[(head + size) & (ring.length - 1)] = (byte) b;
        size++;
    }

    void add(byte[] src, int off, int n) {
        if (size + n > ring.length) {
            grow(size + n);
        }
        int at = (head + size) & (ring.length - 1);
        int first = Math.min(n, ring.length - at);
        System.arraycopy(src, off, ring, at, first);
        System.arraycopy(src, off + first, ring, 0, n - first);
        size += n;
    }

    /** Copies up to {@code n} bytes out without taking them. */
    int peek(byte[] dst, int off, int n) {
        int k = Math.min(n, size);
        int first = Math.min(k, ring.length - head);
        System.arraycopy(ring, head, dst, off, first);
        System.arraycopy(ring, 0, dst, off + first, k - first);
        return k;
    }

    void drop(int n) {
        head = (head + n) & (ring.length - 1);
        size -= n;
        if (size == 0) {
            head = 0;
        }
    }

    private void grow(int need) {
        int to = ring.length;
        while (to < need) {
            to *= 2;
        }
        byte[] next = Arrays.copyOf(new byte[0], to);
        peek(next, 0, size);
        ring = next;
        head = 0;
    }
}
