// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.EINVAL;
import static io.sandjar.abi.Errno.ENOMEM;
import static io.sandjar.kernel.base.Bpf.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.base.Bpf;
import io.sandjar.kernel.base.Collected;
import io.sandjar.kernel.vfs.Caller;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A guest's classic BPF program on packets (SO_ATTACH_FILTER): how many bytes of one the socket gets, 0 for nothing. */
public final class PacketFilter {
    // loads of packet data: words, halves and bytes in network order, at a constant or relative to X
    private static final int LD_H_ABS = 0x28;
    private static final int LD_B_ABS = 0x30;
    private static final int LD_W_IND = 0x40;
    private static final int LD_H_IND = 0x48;
    private static final int LD_B_IND = 0x50;
    private static final int LDX_B_MSH = 0xb1;

    // what lies at negative offsets (linux/filter.h)
    private static final int AD_OFF = -0x1000;
    private static final int NET_OFF = -0x100000;
    private static final int LL_OFF = -0x200000;
    private static final int AD_PROTOCOL = 0;
    private static final int AD_PKTTYPE = 4;
    private static final int AD_IFINDEX = 8;
    private static final int AD_HATYPE = 28;
    private static final int AD_RANDOM = 56;
    private static final int AD_MAX = 64;

    // what a filter takes of the heap
    private static final int FIXED_BYTES = 128;
    private static final int STEP_BYTES = 12;

    private final int[] code;
    private final int[] k;
    private final int[] jump;

    private PacketFilter(int[] code, int[] k, int[] jump) {
        this.code = code;
        this.k = k;
        this.jump = jump;
    }

    /** What a filter may ask about a packet beside its bytes. */
    public record About(int protocol, int packetType, int link, int hardware, int networkAt) {
        static final About NOTHING = new About(0, 0, Interfaces.LOOPBACK_INDEX, Net.ARPHRD_LOOPBACK, 0);
    }

    /**
     * Reads struct sock_fprog.
     *
     * @param error gets -errno where the answer is null
     */
    static @Nullable PacketFilter read(Caller c, byte[] fprog, int len, int[] error) {
        error[0] = -EINVAL;
        if (len != 16) {
            return null;
        }
        int n = Bytes.u16(fprog, 0);
        if (n == 0 || n > MAX) {
            return null;
        }
        byte[] program = new byte[n * 8];
        int r = c.mem().read(Bytes.i64(fprog, 8), program);
        if (r < 0) {
            error[0] = r;
            return null;
        }
        PacketFilter f = check(program);
        if (f != null && !Collected.count(f, FIXED_BYTES + (long) n * STEP_BYTES)) {
            error[0] = -ENOMEM;
            return null;
        }
        return f;
    }

    static @Nullable PacketFilter check(byte[] program) {
        int n = program.length / 8;
        int[] code = new int[n];
        int[] k = new int[n];
        int[] jump = new int[n];
        for (int i = 0; i < n; i++) {
            code[i] = Bytes.u16(program, i * 8);
            jump[i] = Bytes.u8(program, i * 8 + 2) | Bytes.u8(program, i * 8 + 3) << 8;
            k[i] = Bytes.i32(program, i * 8 + 4);
            if (!valid(code[i], k[i]) && !Bpf.valid(code[i], k[i], jump[i], n - i - 1)) {
                return null;
            }
        }
        boolean ends = n > 0 && (code[n - 1] == RET_K || code[n - 1] == RET_A);
        return ends && Bpf.writtenBeforeRead(code, k, jump) ? new PacketFilter(code, k, jump) : null;
    }

    private static boolean valid(int code, int k) {
        return switch (code) {
            case LD_W_ABS, LD_H_ABS, LD_B_ABS -> k < AD_OFF || k >= 0 || k < AD_OFF + AD_MAX;
            case LD_W_IND, LD_H_IND, LD_B_IND, LDX_B_MSH, LD_LEN, LDX_LEN -> true;
            default -> false;
        };
    }

    /** How many bytes of a packet pass. */
    public int run(byte[] packet) {
        return run(packet, About.NOTHING);
    }

    public int run(byte[] p, About about) {
        int a = 0;
        int x = 0;
        int[] mem = null;
        for (int pc = 0; ; pc++) {
            int kk = k[pc];
            int c = code[pc];
            switch (c) {
                case LD_W_ABS, LD_H_ABS, LD_B_ABS, LD_W_IND, LD_H_IND, LD_B_IND -> {
                    boolean indirect = c >= LD_W_IND;
                    long v = load(p, indirect ? kk + x : kk, 4 >> (c >> 3 & 3), about);
                    if (v < 0) {
                        return 0; // a load beyond the packet ends the program
                    }
                    a = (int) v;
                }
                case LDX_B_MSH -> {
                    long v = load(p, kk, 1, about);
                    if (v < 0) {
                        return 0;
                    }
                    x = ((int) v & 15) << 2;
                }
                case LD_LEN -> a = p.length;
                case LDX_LEN -> x = p.length;
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
                    return length(kk);
                }
                case RET_A -> {
                    return length(a);
                }
                case JA -> pc += kk;
                default -> {
                    if (isJump(c)) {
                        pc += compare(c, a, (c & 8) != 0 ? x : kk) ? jump[pc] & 0xff : jump[pc] >> 8;
                    } else {
                        int operand = (c & 8) != 0 ? x : kk;
                        if (c == 0x3c && operand == 0) {
                            return 0;
                        }
                        a = compute(c & ~8, a, operand);
                    }
                }
            }
        }
    }

    /** The program's result, which is unsigned, as a length. */
    private static int length(int result) {
        return result < 0 ? Integer.MAX_VALUE : result;
    }

    /** Bytes in network order; -1 where there are none. */
    private static long load(byte[] p, int offset, int size, About about) {
        int at = offset;
        if (at < 0) {
            if (at >= AD_OFF && at < AD_OFF + AD_MAX) {
                return about(at - AD_OFF, about);
            }
            if (at >= NET_OFF && at < AD_OFF) {
                at = at - NET_OFF + about.networkAt();
            } else if (at >= LL_OFF && at < NET_OFF) {
                at -= LL_OFF;
            } else {
                return -1;
            }
        }
        if (at > p.length - size) {
            return -1;
        }
        return switch (size) {
            case 4 -> Bytes.be32(p, at) & 0xffffffffL;
            case 2 -> Bytes.be16(p, at);
            default -> p[at] & 0xff;
        };
    }

    private static long about(int what, About about) {
        return switch (what) {
            case AD_PROTOCOL -> about.protocol();
            case AD_PKTTYPE -> about.packetType();
            case AD_IFINDEX -> about.link();
            case AD_HATYPE -> about.hardware();
            case AD_RANDOM -> ThreadLocalRandom.current().nextInt() & 0xffffffffL;
            default -> 0; // no mark, queue, tag; the first CPU
        };
    }
}
