// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import io.sandjar.host.Ring;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;

/**
 * Any bytes as what a guest thread says in its ring about the memory that it brings along, and accesses of the kernel in and
 * around that. They must find what was brought or the guest's memory, which is this process's own: 4096 bytes of it, and where
 * nobody has any.
 */
public final class RingFuzz {
    private static final int HEAD = 8 * 8;
    private static final int PIECE = 4;
    private static final int AREA = 4096;
    private static final int MOST = 2000;

    /** Offsets in struct ring; see the stub's stub.h. */
    private static final int COUNT = 320;

    private static final int FIRST_WINDOW = 328;
    private static final int WINDOW_SIZE = 32;
    private static final int DATA = 0x1000;

    private static final Scratch MEMORY = Scratch.take();
    private static final UserMemory MEM = new UserMemory(Sys.pid());
    private static final Ring RING = ring();
    private static final UserMemory RAW = new UserMemory(Sys.pid());

    private RingFuzz() {}

    private static Ring ring() {
        int fd = Ring.file();
        Ring r = Ring.map(fd, new long[8], false);
        Sys.close(fd);
        if (r == null) {
            throw new AssertionError("no ring");
        }
        return r;
    }

    private static int at(byte[] data, int i) {
        return i < data.length ? data[i] & 0xff : 0;
    }

    private static int two(byte[] data, int i) {
        return at(data, i) | at(data, i + 1) << 8;
    }

    private static void put(int at, int value) {
        byte[] b = {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
        RAW.write(RING.address() + at, b);
    }

    private static long address(int where, int offset) {
        return (where & 0xf0) == 0xf0 ? (long) where << 56 | offset : MEMORY.address + offset % AREA;
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        put(COUNT, data[0] > 100 ? data[0] << 24 : data[0] % 12);
        for (int i = 0; i < Ring.WINDOWS; i++) {
            int from = 1 + i * 7;
            long address = address(at(data, from), two(data, from + 1));
            int length = two(data, from + 3) << (at(data, from + 5) == 255 ? 16 : 0);
            int w = FIRST_WINDOW + i * WINDOW_SIZE;
            RAW.writeLong(RING.address() + w, address);
            put(w + 8, length);
            put(w + 12, at(data, from + 6) & 1);
        }
        MEM.open(RING);
        byte[] buf = new byte[MOST];
        for (int p = HEAD; p + PIECE <= data.length; p += PIECE) {
            int length = (data[p + 3] & 0xff) * 4;
            long address = address(data[p], two(data, p + 1));
            boolean wide = address >= MEMORY.address && address < MEMORY.address + AREA;
            buf[0] = (byte) p;
            int r = (data[p] & 1) == 0 ? MEM.write(address, buf, 0, length) : MEM.read(address, buf, 0, length);
            if (r != 0 && wide) {
                throw new AssertionError("at " + (address - MEMORY.address) + ", " + length + ": " + r);
            }
        }
        MEM.close();
    }
}
