// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A list of system calls that a new process carries out before it becomes another program. The layout is mirrored in
 * spawn.c. Used once, from a thread that lives as long as its children should.
 */
public final class SpawnPlan {
    /** Goes on after an error of this call. */
    public static final int IGNORE_ERROR = 1;

    /** The first argument is what the call before returned. */
    public static final int FIRST_ARG_IS_PREVIOUS = 2;

    private static final int HEADER = 48;
    private static final int OP = 72;
    private static final int SIZE = 262144;

    private final int size;
    private final ByteBuffer buf;
    private final long address;
    private int count;
    private int data = 65536;

    public SpawnPlan() {
        this(0);
    }

    /** @param strings bytes that strings and vectors may take beyond what is usual */
    public SpawnPlan(int strings) {
        size = SIZE + (strings + 4095 & ~4095);
        address = Native.sys(Nr.mmap, 0, size, 3, 0x22, -1, 0);
        if (address < 0 && address > -4096) {
            throw new OutOfMemoryError("mmap: errno " + -address);
        }
        buf = Native.buffer(address, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Appends a call. */
    public SpawnPlan call(int flags, int nr, long... args) {
        int at = HEADER + count * OP;
        buf.putLong(at, nr);
        for (int i = 0; i < args.length; i++) {
            buf.putLong(at + 8 + 8 * i, args[i]);
        }
        buf.putLong(at + 56, flags);
        count++;
        return this;
    }

    /** Puts a NUL-terminated string into the plan's memory; returns its address. */
    public long string(String s) {
        byte[] b = s.getBytes(StandardCharsets.ISO_8859_1);
        int at = data;
        buf.put(at, b);
        buf.put(at + b.length, (byte) 0);
        data = at + b.length + 8 & ~7;
        return address + at;
    }

    /** Puts a vector of addresses with its terminating null; returns its address. */
    public long vector(long... addresses) {
        int at = data;
        for (int i = 0; i < addresses.length; i++) {
            buf.putLong(at + 8 * i, addresses[i]);
        }
        buf.putLong(at + 8 * addresses.length, 0);
        data = at + 8 * addresses.length + 8;
        return address + at;
    }

    /** Puts 32-bit words; returns the address of the first. */
    public long words(int... values) {
        int at = data;
        for (int i = 0; i < values.length; i++) {
            buf.putInt(at + 4 * i, values[i]);
        }
        data = at + 4 * values.length + 7 & ~7;
        return address + at;
    }

    /**
     * Starts the process.
     *
     * @param cloneFlags CLONE_NEW* bits
     * @return its host pid, or -errno when it could not be made; whether its calls went well, {@link #failure} tells
     */
    public int run(long cloneFlags) {
        buf.putLong(0, cloneFlags);
        buf.putLong(8, count);
        buf.putLong(32, address + size - 64);
        return (int) Native.spawn(address);
    }

    /** A sentence about the call that failed, or the empty string. */
    public String failure() {
        long index = buf.getLong(16);
        if (index < 0) {
            return "";
        }
        long nr = buf.getLong(HEADER + (int) index * OP);
        return Nr.name((int) nr) + ": " + io.sandjar.abi.Errno.name((int) buf.getLong(24));
    }

    /** Gives the memory back. */
    public void free() {
        Native.sys(Nr.munmap, address, size, 0, 0, 0, 0);
    }
}
