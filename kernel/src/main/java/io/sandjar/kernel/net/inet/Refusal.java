// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.net.NetStack;

/**
 * Why a packet does not get to where it is sent, as ICMP says it (RFC 792, 4443).
 *
 * @param by the network that says so: a router's, or the sender's own
 * @param four whether it is of IPv4
 */
record Refusal(NetStack by, boolean four, int type, int code) {
    private static final int V4_UNREACHABLE = 3;
    private static final int V4_TIME_EXCEEDED = 11;
    private static final int V6_UNREACHABLE = 1;
    private static final int V6_TIME_EXCEEDED = 3;
    private static final int V4_PORT = 3;
    private static final int V4_FILTERED = 13;
    private static final int V6_PROHIBITED = 1;
    private static final int V6_ADDRESS = 3;
    private static final int V6_PORT = 4;

    static Refusal noRoute(NetStack by, boolean four) {
        return new Refusal(by, four, four ? V4_UNREACHABLE : V6_UNREACHABLE, 0);
    }

    /** A route says so, which IPv6 does not tell from none. */
    static Refusal unreachable(NetStack by, boolean four) {
        return four ? nobody(by, true) : noRoute(by, false);
    }

    /** Nobody answers for the address on the last stretch. */
    static Refusal nobody(NetStack by, boolean four) {
        return new Refusal(by, four, four ? V4_UNREACHABLE : V6_UNREACHABLE, four ? 1 : V6_ADDRESS);
    }

    static Refusal prohibited(NetStack by, boolean four) {
        return new Refusal(by, four, four ? V4_UNREACHABLE : V6_UNREACHABLE, four ? V4_FILTERED : V6_PROHIBITED);
    }

    static Refusal port(NetStack by, boolean four) {
        return new Refusal(by, four, four ? V4_UNREACHABLE : V6_UNREACHABLE, four ? V4_PORT : V6_PORT);
    }

    static Refusal timeExceeded(NetStack by, boolean four) {
        return new Refusal(by, four, four ? V4_TIME_EXCEEDED : V6_TIME_EXCEEDED, 0);
    }

    /** Whether a message of ICMP is one that says such a thing. */
    static boolean isOne(boolean four, int type) {
        return four ? type == V4_UNREACHABLE || type == V4_TIME_EXCEEDED || type == 12 : type < 128;
    }

    /** The address that says so to {@code to}. */
    InetAddr offender(InetAddr to) {
        return Place.of(by, to, 0).source().withPort(0);
    }

    /** What programs hear of it. */
    int errno() {
        return four ? errnoV4() : errnoV6();
    }

    private int errnoV4() {
        if (type != V4_UNREACHABLE) {
            return type == V4_TIME_EXCEEDED ? EHOSTUNREACH : EPROTO;
        }
        return switch (code) {
            case 0, 6, 9 -> ENETUNREACH;
            case 2 -> ENOPROTOOPT;
            case V4_PORT -> ECONNREFUSED;
            case 4 -> EMSGSIZE;
            case 5 -> EOPNOTSUPP;
            default -> EHOSTUNREACH;
        };
    }

    private int errnoV6() {
        if (type != V6_UNREACHABLE) {
            return type == V6_TIME_EXCEEDED ? EHOSTUNREACH : type == 2 ? EMSGSIZE : EPROTO;
        }
        return switch (code) {
            case 0 -> ENETUNREACH;
            case V6_PROHIBITED -> EACCES;
            case V6_PORT -> ECONNREFUSED;
            default -> EHOSTUNREACH;
        };
    }

    /** Whether a connected socket hears of it that has not asked for such news. */
    boolean isHard() {
        return four
                ? type == V4_UNREACHABLE && (code == 2 || code == V4_PORT || code == V4_FILTERED)
                : type == V6_UNREACHABLE && (code == V6_PROHIBITED || code == V6_PORT);
    }
}
