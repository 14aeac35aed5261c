// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/**
 * Little-endian access to byte arrays by plain shifts, which the JIT compiles to single moves. VarHandles would do the
 * same but cost milliseconds at start-up.
 */
public final class Bytes {
    public static int u8(byte[] b, int at) {
        return b[at] & 0xff;
    }

    public static int u16(byte[] b, int at) {
        return (b[at] & 0xff) | ((b[at + 1] & 0xff) << 8);
    }

    public static int i32(byte[] b, int at) {
        return (b[at] & 0xff) | ((b[at + 1] & 0xff) << 8) | ((b[at + 2] & 0xff) << 16) | (b[at + 3] << 24);
    }

    public static long u32(byte[] b, int at) {
        return i32(b, at) & 0xffffffffL;
    }

    public static long i64(byte[] b, int at) {
        return u32(b, at) | ((long) i32(b, at + 4) << 32);
    }

    public static void put8(byte[] b, int at, int value) {
        b[at] = (byte) value;
    }

    public static void put16(byte[] b, int at, int value) {
        b[at] = (byte) value;
        b[at + 1] = (byte) (value >> 8);
    }

    public static void put32(byte[] b, int at, int value) {
        b[at] = (byte) value;
        b[at + 1] = (byte) (value >> 8);
        b[at + 2] = (byte) (value >> 16);
        b[at + 3] = (byte) (value >> 24);
    }

    public static void put64(byte[] b, int at, long value) {
        put32(b, at, (int) value);
        put32(b, at + 4, (int) (value >> 32));
    }

    /** Sixteen bits in network order, as ports are. */
    public static int be16(byte[] b, int at) {
        return ((b[at] & 0xff) << 8) | (b[at + 1] & 0xff);
    }

    public static void putBe16(byte[] b, int at, int value) {
        b[at] = (byte) (value >> 8);
        b[at + 1] = (byte) value;
    }

    public static int be32(byte[] b, int at) {
        return (be16(b, at) << 16) | be16(b, at + 2);
    }

    public static void putBe32(byte[] b, int at, int value) {
        putBe16(b, at, value >> 16);
        putBe16(b, at + 2, value);
    }

    private Bytes() {}
}
