// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.mm.UserMemory;
import java.util.Arrays;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the call sites of an address space lead that were rewritten. Each has a trampoline in one small area of memory;
 * its place is bound to the site's, so that the jump's second byte is no instruction: a thread that stands between the
 * call and what follows when its site is rewritten meets an invalid instruction, which the stub mends. Guarded by the
 * task lock, but for what only looks.
 */
final class Trampolines {
    static final int SIZE = 64;

    /** Room for one window of each site, and one behind for places that wrap around. */
    static final int AREA = 0x20000;

    /** Where the trampoline has its own call, and the instruction behind it. */
    static final int CALL = 13;

    static final int AFTER = 15;

    private static final int JUMP = 5;
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

    /** By area and place in it. */
    private final @Nullable Patch[][] inAreas = new Patch[MOST_AREAS][];

    /** The same in one row; replaced, never changed. */
    private volatile Patch[] patches = {};

    /** Replaced, never changed. */
    private volatile long[] areas = {};

    Trampolines() {}

    /** Those of a forked child. */
    Trampolines(Trampolines o) {
        areas = o.areas;
        patches = o.patches;
        for (int i = 0; i < areas.length; i++) {
            inAreas[i] = o.inAreas[i].clone();
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
            inAreas[n] = new Patch[AREA / SIZE];
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

    /**
     * A free trampoline for a site, or 0.
     *
     * @param bytes the first eight there, of a kind that can be rewritten
     */
    long take(long site, long bytes) {
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
                    && n < inAreas[k].length
                    && inAreas[k][n] == null
                    && (at - from >> 8 & 0xff) == INVALID_INSTRUCTION) {
                Patch p = new Patch(site, at, bytes);
                inAreas[k][n] = p;
                Patch[] more = Arrays.copyOf(patches, patches.length + 1);
                more[patches.length] = p;
                patches = more;
                return at;
            }
        }
        return 0;
    }

    private @Nullable Patch at(long ip) {
        int k = within(areas, ip);
        return k < 0 ? null : inAreas[k][(int) ((ip - areas[k]) / SIZE)];
    }

    /** The address behind a call as the program knows it. */
    long shown(long ip) {
        Patch p = at(ip);
        return p == null || ip - p.trampoline != AFTER ? ip : p.site + 2;
    }

    /**
     * Takes the registers of a thread that stands in a trampoline to the site it stands for: signal handlers and unwinders
     * know only that.
     */
    void leave(TrapFrame f) {
        Patch p = at(f.reg(TrapFrame.RIP));
        if (p == null) {
            return;
        }
        long at = f.reg(TrapFrame.RIP) - p.trampoline;
        if (at <= CALL) {
            f.setReg(TrapFrame.RIP, p.site);
        } else if (at == AFTER) {
            boolean narrow = p.length == 5;
            long rax = f.reg(TrapFrame.RAX);
            long flags = f.reg(TrapFrame.EFLAGS) & ~(CF | PF | AF | ZF | SF | OF);
            f.setReg(TrapFrame.EFLAGS, flags | compare(narrow ? (int) rax : rax, p.with, narrow));
            f.setReg(TrapFrame.RIP, p.site + 2 + p.length);
        } else if (at == AFTER + p.length) {
            f.setReg(TrapFrame.RIP, p.site + 2 + p.length);
        }
    }

    /**
     * The same for a thread that is traced, whose every instruction may be looked at: its site becomes what it was, so that
     * it goes on there, whether the call is to be made, was made or is to be made again.
     */
    void leaveForGood(Task t, TrapFrame f) {
        Patch p = at(f.reg(TrapFrame.RIP));
        if (p == null || !p.undo(t.mem())) {
            return;
        }
        long at = f.reg(TrapFrame.RIP) - p.trampoline;
        f.setReg(TrapFrame.RIP, at <= CALL ? p.site : at == AFTER ? p.site + 2 : p.site + 2 + p.length);
    }

    /** Puts what programs know into bytes that were read from text, in the place of our jumps. */
    void show(long address, byte[] b, int off, int len) {
        for (Patch p : patches) {
            long from = Math.max(p.site, address);
            long to = Math.min(p.site + JUMP, address + len);
            if (from < to && p.isJump(b, (int) (off + from - address), from, to)) {
                for (long a = from; a < to; a++) {
                    b[(int) (off + a - address)] = (byte) (p.bytes >>> 8 * (a - p.site));
                }
            }
        }
    }

    /** Somebody is about to write to text: jumps that would be cut in pieces are taken out before. */
    void clear(UserMemory mem, long address, int len) {
        for (Patch p : patches) {
            if (p.site < address + len && address < p.site + JUMP) {
                p.undo(mem);
            }
        }
    }

    /** A site that leads to a trampoline. */
    private static final class Patch {
        final long site;
        final long trampoline;

        /** What stood there. */
        final long bytes;

        /** Its compare: how long it is, and with what it compares. */
        final int length;

        final long with;

        Patch(long site, long trampoline, long bytes) {
            this.site = site;
            this.trampoline = trampoline;
            this.bytes = bytes;
            length = compareLength(bytes);
            with = (bytes >>> (length == 5 ? 24 : 32) & 1) != 0 ? -4095 : -4096;
        }

        /** Whether these are the bytes of our jump from one address to another. */
        boolean isJump(byte[] b, int off, long from, long to) {
            long jump = (trampoline - (site + JUMP)) << 8 | 0xe9;
            for (long a = from; a < to; a++) {
                if (b[(int) (off + a - from)] != (byte) (jump >>> 8 * (a - site))) {
                    return false;
                }
            }
            return true;
        }

        /** @return whether the site is now as it was */
        boolean undo(UserMemory mem) {
            byte[] b = new byte[JUMP];
            if (mem.read(site, b) < 0) {
                return false;
            }
            if (isJump(b, 0, site, site + JUMP)) {
                for (int i = 0; i < JUMP; i++) {
                    b[i] = (byte) (bytes >>> 8 * i);
                }
                return TraceMemory.forced(mem, site, b, 0, JUMP) == JUMP;
            }
            return true;
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
}
