// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/** On which CPUs the host may run a thread: masks as sched_setaffinity(2) has them, CPU 0 the lowest bit of the first byte. */
public final class Affinity {
    /** Longer masks than any host's. */
    public static final int MOST_BYTES = 1024;

    private Affinity() {}

    /**
     * @param tid a thread, 0 for the calling one
     * @return how many bytes of {@code mask} were set, or -errno
     */
    public static int get(int tid, byte[] mask) {
        Scratch s = Scratch.take();
        try {
            int n = (int) Sys.call(Nr.sched_getaffinity, tid, mask.length, s.address);
            if (n > 0) {
                s.buf.get(0, mask, 0, n);
            }
            return n;
        } finally {
            s.give();
        }
    }

    /** 0 or -errno. CPUs that are not there, or not for this process, do not count. */
    public static int set(int tid, byte[] mask, int length) {
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, mask, 0, length);
            return (int) Sys.call(Nr.sched_setaffinity, tid, length, s.address);
        } finally {
            s.give();
        }
    }

    /** The CPU that the calling thread is on; negative when that cannot be told. */
    public static int current() {
        return Native.cpu();
    }

    public static int count(byte[] mask, int length) {
        int n = 0;
        for (int i = 0; i < length; i++) {
            n += Integer.bitCount(mask[i] & 0xff);
        }
        return n;
    }

    /** Takes a CPU out of a mask. */
    public static void remove(byte[] mask, int length, int cpu) {
        if (cpu >> 3 < length) {
            mask[cpu >> 3] &= (byte) ~(1 << (cpu & 7));
        }
    }
}
