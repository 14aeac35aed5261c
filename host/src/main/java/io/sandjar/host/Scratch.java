// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A piece of native memory for the arguments of one host call. Pooled, because a virtual thread that uses one does not
 * park in between, so a handful serves all.
 */
public final class Scratch {
    public static final int SIZE = 65536;
    private static final AtomicReferenceArray<Scratch> POOL = new AtomicReferenceArray<>(16);

    public final ByteBuffer buf;
    public final long address;

    private Scratch() {
        long p = Native.sys(Nr.mmap, 0, SIZE, 3, 0x22, -1, 0);
        if (p < 0 && p > -4096) {
            throw new OutOfMemoryError("mmap: errno " + -p);
        }
        address = p;
        buf = Native.buffer(p, SIZE).order(ByteOrder.LITTLE_ENDIAN);
    }

    public static Scratch take() {
        for (int i = 0; i < POOL.length(); i++) {
            if (POOL.getPlain(i) != null) {
                Scratch s = POOL.getAndSet(i, null);
                if (s != null) {
                    return s;
                }
            }
        }
        return new Scratch();
    }

    public void give() {
        for (int i = 0; i < POOL.length(); i++) {
            if (POOL.getPlain(i) == null && POOL.compareAndSet(i, null, this)) {
                return;
            }
        }
        Native.sys(Nr.munmap, address, SIZE, 0, 0, 0, 0);
    }

    /** Puts a NUL-terminated string; returns its address. */
    public long putString(int off, String s) {
        byte[] b = s.getBytes(StandardCharsets.ISO_8859_1);
        if (off + b.length + 1 > SIZE) {
            throw new IllegalArgumentException("string of " + b.length + " bytes");
        }
        buf.put(off, b);
        buf.put(off + b.length, (byte) 0);
        return address + off;
    }

    public String getString(int off, int len) {
        byte[] b = new byte[len];
        buf.get(off, b);
        return new String(b, StandardCharsets.ISO_8859_1);
    }
}
