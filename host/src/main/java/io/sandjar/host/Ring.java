// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Memory shared with one guest thread, in which it posts its plain calls and finds their results (struct ring in the
 * stub's stub.h). The file behind it cannot change its size, so that nothing the guest does to it is a fault here; it is
 * never given to a second process. What is read from it is read once.
 */
public final class Ring {
    public static final int SIZE = 0x5000;

    /** Most windows of a call, and bytes for all of them. */
    public static final int WINDOWS = 8;

    public static final int DATA_SIZE = 0x4000;

    // states
    public static final int PARKED = 3;
    public static final int DONE = 5;
    public static final int REFUSED = 6;
    public static final int SIGNALLED = 7;

    private static final int NR = 128;
    private static final int IP = 136;
    private static final int ARGUMENTS = 144;
    private static final int CALLS = 256;
    private static final int COUNT = 320;
    private static final int STUBBORN = 324;
    private static final int FIRST_WINDOW = 328;
    private static final int WINDOW_SIZE = 32;
    private static final int DATA = 0x1000;

    private static final int MFD_CLOEXEC_ALLOW_SEALING = 3;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEAL_SHRINK_GROW_SEAL = 7;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private final ByteBuffer buf;
    private final long address;
    private boolean closed;

    private Ring(long address) {
        this.address = address;
        buf = Native.buffer(address, SIZE).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether this machine and its Linux have what rings need (rdgsbase in programs). */
    public static boolean supported() {
        return Native.fsgsbase();
    }

    /** A file for a ring: a host descriptor, or -errno. */
    public static int file() {
        int fd = Sys.memfd("sandjar-ring", MFD_CLOEXEC_ALLOW_SEALING);
        if (fd < 0) {
            return fd;
        }
        long r = Native.sys(Nr.ftruncate, fd, SIZE, 0, 0, 0, 0);
        if (r == 0) {
            r = Native.sys(Nr.fcntl, fd, F_ADD_SEALS, SEAL_SHRINK_GROW_SEAL, 0, 0, 0);
        }
        if (r < 0) {
            Sys.close(fd);
            return (int) r;
        }
        return fd;
    }

    /**
     * The ring in a file of {@link #file}; null when there is no memory.
     *
     * @param calls a bit for each call number that may come this way
     * @param stubborn for tests: the stub posts calls however crowded the machine is
     */
    public static @Nullable Ring map(int fd, long[] calls, boolean stubborn) {
        long at = Native.sys(Nr.mmap, 0, SIZE, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        if (at < 0 && at > -4096) {
            return null;
        }
        Ring r = new Ring(at);
        for (int i = 0; i < 8; i++) {
            r.buf.putLong(CALLS + 8 * i, calls[i]);
        }
        r.buf.putInt(STUBBORN, stubborn ? 1 : 0);
        return r;
    }

    public long address() {
        return address;
    }

    public int nr() {
        return (int) buf.getLong(NR);
    }

    public long ip() {
        return buf.getLong(IP);
    }

    public long argument(int i) {
        return buf.getLong(ARGUMENTS + 8 * i);
    }

    /** Number of windows as the guest has it. */
    public int windows() {
        return buf.getInt(COUNT);
    }

    public long windowAddress(int i) {
        return buf.getLong(FIRST_WINDOW + i * WINDOW_SIZE);
    }

    public int windowLength(int i) {
        return buf.getInt(FIRST_WINDOW + i * WINDOW_SIZE + 8);
    }

    public boolean windowIsOut(int i) {
        return buf.getInt(FIRST_WINDOW + i * WINDOW_SIZE + 12) != 0;
    }

    /** Tells the stub what to copy out of a window. */
    public void fill(int i, int from, int to) {
        buf.putInt(FIRST_WINDOW + i * WINDOW_SIZE + 16, from);
        buf.putInt(FIRST_WINDOW + i * WINDOW_SIZE + 20, to);
    }

    /** Where a piece of the data begins in our memory. */
    public long dataAddress(int at) {
        return address + DATA + at;
    }

    public void read(int at, byte[] dst, int off, int len) {
        buf.get(DATA + at, dst, off, len);
    }

    public void write(int at, byte[] src, int off, int len) {
        buf.put(DATA + at, src, off, len);
    }

    /** Answers a call that was not answered at once: {@link #DONE} or {@link #SIGNALLED} with its result, {@link
     * #REFUSED}, {@link #PARKED}. */
    public synchronized void answer(int state, long result) {
        if (!closed) {
            Native.ringAnswer(address, state, result);
        }
    }

    /** Ends the mapping, once it is in no {@link RingTable} any more. */
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Native.sys(Nr.munmap, address, SIZE, 0, 0, 0, 0);
        }
    }
}
