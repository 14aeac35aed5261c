// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A program that decides which devices the processes of a control group may open (BPF_PROG_TYPE_CGROUP_DEVICE), as container
 * runtimes write them: arithmetic, loads from the context, jumps forward (Documentation/bpf/standardization/instruction-set.rst).
 * Anything else is refused when it is loaded, as by a verifier: no helpers, maps, stack, loops; R1 is the context until
 * something else is put into it, which is nowhere before a load.
 */
public final class DeviceProgram {
    public static final int MOST_INSTRUCTIONS = 4096;
    public static final int BLOCK = 1;
    public static final int CHARACTER = 2;
    public static final int MKNOD = 1;
    public static final int READ = 2;
    public static final int WRITE = 4;

    private static final int SIZE = 8;
    private static final int CONTEXT_SIZE = 12;
    private static final int CONTEXT = 1;
    private static final int REGISTERS = 10;

    private static final int CLASS_LD = 0;
    private static final int CLASS_LDX = 1;
    private static final int CLASS_ALU = 4;
    private static final int CLASS_JMP = 5;
    private static final int CLASS_JMP32 = 6;
    private static final int CLASS_ALU64 = 7;
    private static final int FROM_REGISTER = 8;
    private static final int LOAD_IMMEDIATE_64 = 0x18;
    private static final int EXIT = 0x95;

    private final byte[] code;
    private final int id;

    private DeviceProgram(byte[] code, int id) {
        this.code = code;
        this.id = id;
    }

    /**
     * Checks a program.
     *
     * @param code instructions, 8 bytes each
     * @param error gets -errno in {@code error[0]}: EINVAL, EACCES
     */
    public static @Nullable DeviceProgram load(byte[] code, int id, int[] error) {
        int n = code.length / SIZE;
        boolean[] secondHalf = new boolean[n];
        for (int i = 0; i < n; i++) {
            if ((code[i * SIZE] & 0xff) == LOAD_IMMEDIATE_64 && i + 1 < n) {
                secondHalf[++i] = true;
            }
        }
        boolean context = true; // R1 still holds it: jumps go forward, so what comes later cannot have happened
        for (int i = 0; i < n; i++) {
            error[0] = secondHalf[i] ? 0 : check(code, i, n, secondHalf, context);
            context &= secondHalf[i] || !writesContext(code, i);
            if (error[0] != 0) {
                return null;
            }
        }
        int last = (code[(n - 1) * SIZE] & 0xff);
        if (last != EXIT && last != 0x05) { // it would run out of its end; a jump there has nowhere to go forward to
            error[0] = -EINVAL;
            return null;
        }
        return new DeviceProgram(code, id);
    }

    private static boolean writesContext(byte[] code, int i) {
        int kind = code[i * SIZE] & 7;
        boolean result = kind == CLASS_LD || kind == CLASS_LDX || kind == CLASS_ALU || kind == CLASS_ALU64;
        return result && (code[i * SIZE + 1] & 15) == CONTEXT;
    }

    private static int check(byte[] code, int i, int n, boolean[] secondHalf, boolean context) {
        int at = i * SIZE;
        int op = code[at] & 0xff;
        int dst = code[at + 1] & 15;
        int src = code[at + 1] >> 4 & 15;
        int off = (short) (code[at + 2] & 0xff | code[at + 3] << 8);
        int kind = op & 7;
        if (op == EXIT) {
            return 0;
        }
        if (dst >= REGISTERS || src >= REGISTERS) {
            return -EACCES; // the stack
        }
        switch (kind) {
            case CLASS_LD -> {
                return op == LOAD_IMMEDIATE_64 && src == 0 && i + 1 < n ? 0 : -EINVAL;
            }
            case CLASS_LDX -> {
                int width = width(op);
                boolean inside = width > 0 && off >= 0 && off % width == 0 && off + width <= CONTEXT_SIZE;
                return (op & 0xe0) != 0x60 ? -EINVAL : inside && src == CONTEXT && context ? 0 : -EACCES;
            }
            case CLASS_ALU, CLASS_ALU64 -> {
                boolean known = (op & 0xf0) <= 0xc0 && off == 0;
                return known ? 0 : -EINVAL;
            }
            case CLASS_JMP, CLASS_JMP32 -> {
                int what = op & 0xf0;
                boolean known = what <= 0xd0 && what != 0x80 && what != 0x90 && (kind == CLASS_JMP || what != 0);
                int to = i + 1 + off;
                return known && off >= 0 && to < n && !secondHalf[to] ? 0 : -EINVAL;
            }
            default -> {
                return -EACCES; // stores
            }
        }
    }

    private static int width(int op) {
        return switch (op & 0x18) {
            case 0x00 -> 4;
            case 0x08 -> 2;
            case 0x10 -> 1;
            default -> 0;
        };
    }

    public int id() {
        return id;
    }

    /** Whether it lets an access through. */
    boolean allows(int type, int access, int major, int minor) {
        long[] context = {access << 16 | type, major, minor};
        long[] r = new long[REGISTERS];
        int n = code.length / SIZE;
        for (int i = 0; i < n; i++) {
            int at = i * SIZE;
            int op = code[at] & 0xff;
            int dst = code[at + 1] & 15;
            int src = code[at + 1] >> 4 & 15;
            int off = (short) (code[at + 2] & 0xff | code[at + 3] << 8);
            long value = (op & FROM_REGISTER) != 0 ? r[src % REGISTERS] : Bytes.i32(code, at + 4);
            if (op == EXIT) {
                return (int) r[0] != 0;
            }
            switch (op & 7) {
                case CLASS_LD -> {
                    r[dst] = Bytes.i32(code, at + 4) & 0xffffffffL | (long) Bytes.i32(code, at + SIZE + 4) << 32;
                    i++;
                }
                case CLASS_LDX -> {
                    long word = (context[off / 4] & 0xffffffffL) >>> 8 * (off % 4);
                    int width = width(op);
                    r[dst] = width == 4 ? word : word & (1L << 8 * width) - 1;
                }
                case CLASS_ALU -> r[dst] = alu32(op & 0xf0, (int) r[dst], (int) value) & 0xffffffffL;
                case CLASS_ALU64 -> r[dst] = alu64(op & 0xf0, r[dst], value);
                case CLASS_JMP32 -> i += jumps(op & 0xf0, (int) r[dst], (int) value, true) ? off : 0;
                default -> i += jumps(op & 0xf0, r[dst], value, false) ? off : 0;
            }
        }
        return false;
    }

    private static long alu64(int what, long a, long b) {
        return switch (what) {
            case 0x00 -> a + b;
            case 0x10 -> a - b;
            case 0x20 -> a * b;
            case 0x30 -> b == 0 ? 0 : Long.divideUnsigned(a, b);
            case 0x40 -> a | b;
            case 0x50 -> a & b;
            case 0x60 -> a << b;
            case 0x70 -> a >>> b;
            case 0x80 -> -a;
            case 0x90 -> b == 0 ? a : Long.remainderUnsigned(a, b);
            case 0xa0 -> a ^ b;
            case 0xb0 -> b;
            default -> a >> b;
        };
    }

    private static int alu32(int what, int a, int b) {
        return switch (what) {
            case 0x00 -> a + b;
            case 0x10 -> a - b;
            case 0x20 -> a * b;
            case 0x30 -> b == 0 ? 0 : Integer.divideUnsigned(a, b);
            case 0x40 -> a | b;
            case 0x50 -> a & b;
            case 0x60 -> a << b;
            case 0x70 -> a >>> b;
            case 0x80 -> -a;
            case 0x90 -> b == 0 ? a : Integer.remainderUnsigned(a, b);
            case 0xa0 -> a ^ b;
            case 0xb0 -> b;
            default -> a >> b;
        };
    }

    private static boolean jumps(int what, long a, long b, boolean narrow) {
        long ua = narrow ? a & 0xffffffffL : a;
        long ub = narrow ? b & 0xffffffffL : b;
        return switch (what) {
            case 0x00 -> true;
            case 0x10 -> a == b;
            case 0x20 -> Long.compareUnsigned(ua, ub) > 0;
            case 0x30 -> Long.compareUnsigned(ua, ub) >= 0;
            case 0x40 -> (ua & ub) != 0;
            case 0x50 -> a != b;
            case 0x60 -> a > b;
            case 0x70 -> a >= b;
            case 0xa0 -> Long.compareUnsigned(ua, ub) < 0;
            case 0xb0 -> Long.compareUnsigned(ua, ub) <= 0;
            case 0xc0 -> a < b;
            default -> a <= b;
        };
    }
}
