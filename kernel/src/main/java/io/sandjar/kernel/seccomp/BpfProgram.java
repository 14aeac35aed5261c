// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

import static io.sandjar.kernel.base.Bpf.*;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.base.Bpf;
import org.jspecify.annotations.Nullable;

/**
 * A guest's classic BPF program on struct seccomp_data (seccomp(2), bpf(4)), checked as Linux does when it takes one:
 * jumps go forward and stay inside, loads are aligned words of the data, memory is written before it is read, the last
 * instruction returns. So a run ends after at most as many steps as there are instructions.
 */
final class BpfProgram implements Filter {
    private static final int DATA_SIZE = 64;

    private final int[] code;
    private final int[] k;
    private final int[] jump;

    private BpfProgram(int[] code, int[] k, int[] jump) {
        this.code = code;
        this.k = k;
        this.jump = jump;
    }

    /** The program, or null if Linux would not take it. */
    static @Nullable BpfProgram check(byte[] program) {
        int n = program.length / 8;
        if (n == 0 || n > MAX || program.length % 8 != 0) {
            return null;
        }
        int[] code = new int[n];
        int[] k = new int[n];
        int[] jump = new int[n];
        for (int i = 0; i < n; i++) {
            code[i] = Bytes.u16(program, i * 8);
            jump[i] = Bytes.u8(program, i * 8 + 2) | Bytes.u8(program, i * 8 + 3) << 8;
            k[i] = Bytes.i32(program, i * 8 + 4);
            if (!valid(code[i], k[i], jump[i], n - i - 1)) {
                return null;
            }
        }
        if (code[n - 1] != RET_K && code[n - 1] != RET_A) {
            return null;
        }
        BpfProgram p = new BpfProgram(code, k, jump);
        return Bpf.writtenBeforeRead(code, k, jump) ? p : null;
    }

    /** The program as it was given: struct sock_filter[]. */
    byte[] encode() {
        byte[] b = new byte[code.length * 8];
        for (int i = 0; i < code.length; i++) {
            Bytes.put32(b, i * 8, code[i] | jump[i] << 16);
            Bytes.put32(b, i * 8 + 4, k[i]);
        }
        return b;
    }

    /** @param left how many instructions follow */
    private static boolean valid(int code, int k, int jump, int left) {
        return switch (code) {
            case LD_W_ABS -> k >= 0 && k < DATA_SIZE && (k & 3) == 0;
            case LD_LEN, LDX_LEN -> true;
            default -> Bpf.valid(code, k, jump, left);
        };
    }

    private static int word(int offset, int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        if (offset < 8) {
            return offset == 0 ? nr : Verdict.AUDIT_ARCH_X86_64;
        }
        long v = switch (offset >> 3) {
            case 1 -> ip;
            case 2 -> a0;
            case 3 -> a1;
            case 4 -> a2;
            case 5 -> a3;
            case 6 -> a4;
            default -> a5;
        };
        return (int) ((offset & 4) == 0 ? v : v >>> 32);
    }

    @Override
    public int verdict(int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        int v = run(false, nr, ip, a0, a1, a2, a3, a4, a5);
        return Verdict.known(v & Verdict.ACTION) || (v & Verdict.ACTION) == Verdict.USER_NOTIF
                ? v
                : Verdict.KILL_PROCESS;
    }

    /** Runs the program for a number alone: allowed if it gets to ALLOW without a look at anything else. */
    @Override
    public boolean always(int nr) {
        return run(true, nr, 0, 0, 0, 0, 0, 0, 0) == Verdict.ALLOW;
    }

    @Override
    public int length() {
        return code.length;
    }

    /** @param numberOnly give up, with a verdict that is not ALLOW, when it looks at more than number and architecture */
    private int run(boolean numberOnly, int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        int a = 0;
        int x = 0;
        int[] mem = null;
        for (int pc = 0; ; pc++) {
            int kk = k[pc];
            int c = code[pc];
            switch (c) {
                case LD_W_ABS -> {
                    if (numberOnly && kk >= 8) {
                        return Verdict.KILL_PROCESS;
                    }
                    a = word(kk, nr, ip, a0, a1, a2, a3, a4, a5);
                }
                case LD_LEN -> a = DATA_SIZE;
                case LDX_LEN -> x = DATA_SIZE;
                case LD_IMM -> a = kk;
                case LDX_IMM -> x = kk;
                case LD_MEM -> a = mem == null ? 0 : mem[kk];
                case LDX_MEM -> x = mem == null ? 0 : mem[kk];
                case ST, STX -> {
                    mem = mem == null ? new int[SCRATCH] : mem;
                    mem[kk] = c == ST ? a : x;
                }
                case TAX -> x = a;
                case TXA -> a = x;
                case RET_K -> {
                    return kk;
                }
                case RET_A -> {
                    return a;
                }
                case JA -> pc += kk;
                default -> {
                    if (isJump(c)) {
                        pc += compare(c, a, (c & 8) != 0 ? x : kk) ? jump[pc] & 0xff : jump[pc] >> 8;
                    } else {
                        int operand = (c & 8) != 0 ? x : kk;
                        if (c == 0x3c && operand == 0) {
                            return Verdict.KILL_THREAD; // a division by zero ends the program with 0
                        }
                        a = compute(c & ~8, a, operand);
                    }
                }
            }
        }
    }
}
