// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import java.util.Arrays;
import java.util.HashSet;

/**
 * Where the call sites of an address space lead that were rewritten. Each has a trampoline in one small area of memory;
 * its place is bound to the site's, so that the jump's second byte is no instruction: a thread that stands between the
 * call and what follows when its site is rewritten meets an invalid instruction, which the stub mends. Guarded by the
 * task lock, but for {@link #contains}.
 */
final class Trampolines {
    static final int SIZE = 64;

    /** Room for one window of each site, and one behind for places that wrap around. */
    static final int AREA = 0x20000;

    /** Where the trampoline has its own call, and the instruction behind it. */
    static final int CALL = 13;

    static final int AFTER = 15;

    private static final int WINDOW = 256;
    private static final int INVALID_INSTRUCTION = 0x06;
    private static final int COMPARE_EAX = 0x3d;
    private static final int CF = 1;
    private static final int PF = 4;
    private static final int AF = 0x10;
    private static final int ZF = 0x40;
    private static final int SF = 0x80;
    private static final int OF = 0x800;

    /** The program, its libraries and their loader may lie far from each other. */
    private static final int MOST_AREAS = 4;

    private static final long REACH = Integer.MAX_VALUE - 4 * AREA;

    private final HashSet<Long> tried = new HashSet<>();

    /** For each trampoline: its site, its compare's length, negative where that compares with -4095. */
    private final long[][] sites = new long[MOST_AREAS][];

    private final byte[][] lengths = new byte[MOST_AREAS][];

    /** Replaced, never changed. */
    private volatile long[] areas = {};

    Trampolines() {}

    /** Those of a forked child. */
    Trampolines(Trampolines o) {
        areas = o.areas;
        for (int i = 0; i < areas.length; i++) {
            sites[i] = o.sites[i].clone();
            lengths[i] = o.lengths[i].clone();
        }
        tried.addAll(o.tried);
    }

    /** Whether a jump from a site reaches one of the areas. */
    boolean reaches(long site) {
        return near(areas, site) >= 0;
    }

    boolean hasRoom() {
        return areas.length < MOST_AREAS;
    }

    void addArea(long area) {
        int n = areas.length;
        if (n < MOST_AREAS) {
            sites[n] = new long[AREA / SIZE];
            lengths[n] = new byte[AREA / SIZE];
            long[] more = Arrays.copyOf(areas, n + 1);
            more[n] = area;
            areas = more;
        }
    }

    private static int near(long[] areas, long site) {
        for (int i = 0; i < areas.length; i++) {
            if (Math.abs(site - areas[i]) < REACH) {
                return i;
            }
        }
        return -1;
    }

    private static int within(long[] areas, long ip) {
        for (int i = 0; i < areas.length; i++) {
            if (ip >= areas[i] && ip < areas[i] + AREA) {
                return i;
            }
        }
        return -1;
    }

    /** Whether an address lies in a trampoline. */
    boolean contains(long ip) {
        return within(areas, ip) >= 0;
    }

    /** Whether this is the first try with a site. */
    boolean first(long site) {
        return tried.add(site);
    }

    /** Length of the compare in the eight bytes at a call site; 0 when the site is not of a kind that can be rewritten. */
    static int compareLength(long bytes) {
        if ((bytes & 0xffff) != 0x050f) {
            return 0;
        }
        long rest = bytes >>> 16;
        if ((rest & 0xff_ffff) == 0xf0003d || (rest & 0xff_ffff) == 0xf0013d) {
            return (rest >>> 24 & 0xffff) == 0xffff ? 5 : 0; // cmp $-4096, %eax
        }
        return rest == 0xffff_f000_3d48L || rest == 0xffff_f001_3d48L ? 6 : 0; // cmp $-4096, %rax
    }

    /** A free trampoline for a site, or 0. */
    long take(long site, int compareLength, boolean eax4095) {
        int k = near(areas, site);
        if (k < 0) {
            return 0;
        }
        long a = areas[k];
        // trampoline - (site + 5) has the byte in question where it should be
        long from = site + 5;
        long window = a + ((from + (INVALID_INSTRUCTION << 8) - a) & 0xffff);
        for (int i = 0; i < WINDOW; i++) {
            long at = window + i;
            int n = (int) ((at - a) / SIZE);
            if (at % SIZE == 0
                    && n < sites[k].length
                    && sites[k][n] == 0
                    && (at - from >> 8 & 0xff) == INVALID_INSTRUCTION) {
                sites[k][n] = site;
                lengths[k][n] = (byte) (eax4095 ? -compareLength : compareLength);
                return at;
            }
        }
        return 0;
    }

    /**
     * Takes the registers of a thread that stands in a trampoline to the site it stands for: signal handlers, debuggers
     * and unwinders know only that.
     */
    void leave(TrapFrame f) {
        long ip = f.reg(TrapFrame.RIP);
        int k = within(areas, ip);
        if (k < 0) {
            return;
        }
        int n = (int) ((ip - areas[k]) / SIZE);
        int at = (int) ((ip - areas[k]) % SIZE);
        long site = sites[k][n];
        if (site == 0) {
            return;
        }
        if (at <= CALL) {
            f.setReg(TrapFrame.RIP, site);
        } else if (at == AFTER) {
            int length = Math.abs(lengths[k][n]);
            long with = lengths[k][n] < 0 ? -4095 : -4096;
            long rax = f.reg(TrapFrame.RAX);
            long flags = f.reg(TrapFrame.EFLAGS) & ~(CF | PF | AF | ZF | SF | OF);
            f.setReg(TrapFrame.EFLAGS, flags | compare(length == 5 ? (int) rax : rax, with, length == 5));
            f.setReg(TrapFrame.RIP, site + 2 + length);
        } else if (at == AFTER + Math.abs(lengths[k][n])) {
            f.setReg(TrapFrame.RIP, site + 2 + Math.abs(lengths[k][n]));
        }
    }

    /** The flags of {@code cmp b, a}. */
    static long compare(long a, long b, boolean narrow) {
        long d = narrow ? (int) (a - b) : a - b;
        long flags = 0;
        if (narrow ? Integer.compareUnsigned((int) a, (int) b) < 0 : Long.compareUnsigned(a, b) < 0) {
            flags |= CF;
        }
        if ((Integer.bitCount((int) d & 0xff) & 1) == 0) {
            flags |= PF;
        }
        if ((a & 15) < (b & 15)) {
            flags |= AF;
        }
        if (d == 0) {
            flags |= ZF;
        }
        if (d < 0) {
            flags |= SF;
        }
        if (((a ^ b) & (a ^ d)) < 0) {
            flags |= OF;
        }
        return flags;
    }

    static boolean comparesWith4095(byte[] site, int compareLength) {
        return Bytes.u16(site, compareLength == 5 ? 3 : 4) == 0xf001;
    }
}
