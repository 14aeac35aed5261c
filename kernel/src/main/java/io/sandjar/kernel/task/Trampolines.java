// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
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

    private final HashSet<Long> tried = new HashSet<>();
    private final long[] sites;

    /** For each: the compare's length, and what it compares with. */
    private final byte[] lengths;

    private volatile long area;

    Trampolines() {
        sites = new long[AREA / SIZE];
        lengths = new byte[AREA / SIZE];
    }

    /** Those of a forked child. */
    Trampolines(Trampolines o) {
        sites = o.sites.clone();
        lengths = o.lengths.clone();
        area = o.area;
        tried.addAll(o.tried);
    }

    long area() {
        return area;
    }

    void setArea(long area) {
        this.area = area;
    }

    /** Whether an address lies in a trampoline. */
    boolean contains(long ip) {
        long a = area;
        return a != 0 && ip >= a && ip < a + AREA;
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
        long a = area;
        if (a == 0 || Math.abs(site - a) > Integer.MAX_VALUE - AREA) {
            return 0;
        }
        // trampoline - (site + 5) has the byte in question where it should be
        long from = site + 5;
        long window = a + ((from + (INVALID_INSTRUCTION << 8) - a) & 0xffff);
        for (int i = 0; i < WINDOW; i++) {
            long at = window + i;
            int n = (int) ((at - a) / SIZE);
            if (at % SIZE == 0 && n < sites.length && sites[n] == 0 && (at - from >> 8 & 0xff) == INVALID_INSTRUCTION) {
                sites[n] = site;
                lengths[n] = (byte) (eax4095 ? -compareLength : compareLength);
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
        if (!contains(ip)) {
            return;
        }
        int n = (int) ((ip - area) / SIZE);
        int at = (int) ((ip - area) % SIZE);
        long site = sites[n];
        if (site == 0) {
            return;
        }
        if (at <= CALL) {
            f.setReg(TrapFrame.RIP, site);
        } else if (at == AFTER) {
            int length = Math.abs(lengths[n]);
            long with = lengths[n] < 0 ? -4095 : -4096;
            long rax = f.reg(TrapFrame.RAX);
            long flags = f.reg(TrapFrame.EFLAGS) & ~(CF | PF | AF | ZF | SF | OF);
            f.setReg(TrapFrame.EFLAGS, flags | compare(length == 5 ? (int) rax : rax, with, length == 5));
            f.setReg(TrapFrame.RIP, site + 2 + length);
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
