// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Route;
import io.sandjar.kernel.net.SocketInfo;
import java.util.Arrays;

/**
 * The filters that ss(8) sends with a question about sockets (INET_DIAG_REQ_BYTECODE): operations of four bytes (code,
 * where to go on success, where on failure) with their operands behind them. They only jump forward, so they end.
 */
final class DiagFilter {
    private static final int NOP = 0;
    private static final int JMP = 1;
    private static final int S_GE = 2;
    private static final int S_LE = 3;
    private static final int D_GE = 4;
    private static final int D_LE = 5;
    private static final int AUTO = 6;
    private static final int S_COND = 7;
    private static final int D_COND = 8;
    private static final int DEV_COND = 9;
    private static final int MARK_COND = 10;
    private static final int S_EQ = 11;
    private static final int D_EQ = 12;
    private static final int FIRST_EPHEMERAL = 32768;

    private DiagFilter() {}

    /** Whether every operation is known and every jump leads forward to a place inside or just behind the end. */
    static boolean valid(byte[] code) {
        if (code.length % 4 != 0) {
            return false;
        }
        int at = 0;
        while (at < code.length) {
            int op = code[at] & 0xff;
            int yes = code[at + 1] & 0xff;
            int no = Bytes.u16(code, at + 2);
            int least = 4;
            switch (op) {
                case NOP, JMP, AUTO -> {}
                case S_GE, S_LE, D_GE, D_LE, S_EQ, D_EQ, DEV_COND -> least = 8;
                case MARK_COND -> least = 12;
                case S_COND, D_COND -> {
                    if (at + 12 > code.length) {
                        return false;
                    }
                    int bits = code[at + 5] & 0xff;
                    int size = code[at + 4] == 0 ? 0 : code[at + 4] == Net.AF_INET ? 4 : 16;
                    if (bits > size * 8 || (code[at + 4] != 0 && size == 16 && code[at + 4] != Net.AF_INET6)) {
                        return false;
                    }
                    least = 12 + size;
                }
                default -> {
                    return false;
                }
            }
            // one jump behind the end means "no", exactly the end means "yes"
            if (yes < least || yes % 4 != 0 || yes > code.length - at + 4) {
                return false;
            }
            if (op != NOP && (no < 4 || no % 4 != 0 || no > code.length - at + 4)) {
                return false;
            }
            at += yes;
        }
        return true;
    }

    static boolean matches(byte[] code, SocketInfo s) {
        int at = 0;
        while (at < code.length) {
            if (at + 4 > code.length) {
                return false;
            }
            boolean yes = holds(code, at, s);
            int step = yes ? code[at + 1] & 0xff : Bytes.u16(code, at + 2);
            if (step < 4) {
                return false;
            }
            at += step;
        }
        return at == code.length;
    }

    private static boolean holds(byte[] code, int at, SocketInfo s) {
        int op = code[at] & 0xff;
        int operand = at + 8 <= code.length ? Bytes.u16(code, at + 6) : 0;
        return switch (op) {
            case NOP -> true;
            case S_GE -> s.localPort() >= operand;
            case S_LE -> s.localPort() <= operand;
            case S_EQ -> s.localPort() == operand;
            case D_GE -> s.remotePort() >= operand;
            case D_LE -> s.remotePort() <= operand;
            case D_EQ -> s.remotePort() == operand;
            case AUTO -> s.localPort() >= FIRST_EPHEMERAL;
            case S_COND -> host(code, at + 4, s.local(), s.localPort());
            case D_COND -> host(code, at + 4, s.remote(), s.remotePort());
            case DEV_COND -> at + 8 <= code.length && Bytes.i32(code, at + 4) == Interfaces.LOOPBACK_INDEX;
            case MARK_COND -> at + 12 <= code.length && Bytes.i32(code, at + 4) == 0;
            default -> false;
        };
    }

    /** struct inet_diag_hostcond: family, prefix length, port (or -1), address. */
    private static boolean host(byte[] code, int at, byte[] address, int port) {
        if (at + 8 > code.length) {
            return false;
        }
        int family = code[at];
        int bits = code[at + 1] & 0xff;
        int wanted = Bytes.i32(code, at + 4);
        if (wanted != -1 && wanted != port) {
            return false;
        }
        if (family == 0 || bits == 0) {
            return true;
        }
        int size = family == Net.AF_INET ? 4 : 16;
        if (at + 8 + size > code.length) {
            return false;
        }
        byte[] prefix = Arrays.copyOfRange(code, at + 8, at + 8 + size);
        byte[] have = address;
        if (size == 4 && have.length == 16 && Bytes.be32(have, 8) == 0xffff) {
            have = Arrays.copyOfRange(have, 12, 16);
        }
        return have.length == size && Arrays.equals(Route.prefix(have, bits), Route.prefix(prefix, bits));
    }
}
