// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.Arrays;

/**
 * What classic BPF programs have in common, whatever they look at (linux/bpf_common.h): filters of calls and of packets.
 * Jumps go forward and stay inside, so that a run ends after at most as many steps as there are instructions.
 */
public final class Bpf {
    /** Instructions, and words of memory, that a program may have. */
    public static final int MAX = 4096;

    public static final int SCRATCH = 16;

    public static final int LD_W_ABS = 0x20;
    public static final int LD_LEN = 0x80;
    public static final int LDX_LEN = 0x81;
    public static final int LD_IMM = 0x00;
    public static final int LDX_IMM = 0x01;
    public static final int LD_MEM = 0x60;
    public static final int LDX_MEM = 0x61;
    public static final int ST = 0x02;
    public static final int STX = 0x03;
    public static final int RET_K = 0x06;
    public static final int RET_A = 0x16;
    public static final int TAX = 0x07;
    public static final int TXA = 0x87;
    public static final int JA = 0x05;

    private Bpf() {}

    /**
     * Whether an instruction is one that does not load data.
     *
     * @param jump where to when true, and from the ninth bit on where to when false
     * @param left how many instructions follow
     */
    public static boolean valid(int code, int k, int jump, int left) {
        return switch (code) {
            case LD_IMM, LDX_IMM, RET_K, RET_A, TAX, TXA -> true;
            case LD_MEM, LDX_MEM, ST, STX -> k >= 0 && k < SCRATCH;
            case JA -> Integer.compareUnsigned(k, left) < 0;
            default -> isJump(code) ? (jump & 0xff) < left && jump >> 8 < left : arithmetic(code, k);
        };
    }

    /** JEQ, JGT, JGE, JSET with a constant or X. */
    public static boolean isJump(int code) {
        return switch (code) {
            case 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d -> true;
            default -> false;
        };
    }

    private static boolean arithmetic(int code, int k) {
        return switch (code) {
            case 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x6c, 0x7c, 0x84, 0xa4, 0xac -> true;
            case 0x34 -> k != 0;
            case 0x64, 0x74 -> k >= 0 && k < 32;
            default -> false;
        };
    }

    /** Follows all ways at once: a word of memory is valid where it was written on every way to here. */
    public static boolean writtenBeforeRead(int[] code, int[] k, int[] jump) {
        int n = code.length;
        int[] valid = new int[n + 1];
        Arrays.fill(valid, -1);
        int now = 0;
        for (int i = 0; i < n; i++) {
            now &= valid[i];
            switch (code[i]) {
                case ST, STX -> now |= 1 << k[i];
                case LD_MEM, LDX_MEM -> {
                    if ((now >> k[i] & 1) == 0) {
                        return false;
                    }
                }
                case JA -> {
                    valid[i + 1 + k[i]] &= now;
                    now = -1;
                }
                default -> {
                    if (isJump(code[i])) {
                        valid[i + 1 + (jump[i] & 0xff)] &= now;
                        valid[i + 1 + (jump[i] >> 8)] &= now;
                        now = -1;
                    }
                }
            }
        }
        return true;
    }

    public static boolean compare(int code, int a, int b) {
        return switch (code & ~8) {
            case 0x15 -> a == b;
            case 0x25 -> Integer.compareUnsigned(a, b) > 0;
            case 0x35 -> Integer.compareUnsigned(a, b) >= 0;
            default -> (a & b) != 0;
        };
    }

    public static int compute(int operation, int a, int b) {
        return switch (operation) {
            case 0x04 -> a + b;
            case 0x14 -> a - b;
            case 0x24 -> a * b;
            case 0x34 -> Integer.divideUnsigned(a, b);
            case 0x44 -> a | b;
            case 0x54 -> a & b;
            case 0x64 -> a << b;
            case 0x74 -> a >>> b;
            case 0x84 -> -a;
            default -> a ^ b;
        };
    }
}
