// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import org.jspecify.annotations.Nullable;

/** Which options of the levels IP, IPv6, TCP and UDP there are, what they take and what they are at first (ip(7), ipv6(7), tcp(7), udp(7)). */
final class OptionRules {
    /**
     * One option that is a number.
     *
     * @param flag whether everything but 0 is told as 1
     * @param stream whether sockets of TCP have it
     */
    record Rule(int name, boolean flag, int least, int most, int initial, boolean stream) {
        /** Not for sockets of TCP. */
        Rule ofDatagrams() {
            return new Rule(name, flag, least, most, initial, false);
        }
    }

    private static final int IPV6_FLOWINFO = 11;
    private static final int IPV6_RECVERR_RFC4884 = 31;
    private static final int IPV6_FLOWINFO_SEND = 33;
    private static final int PMTUDISC_MAX = 5;
    private static final int ANY_LEAST = Integer.MIN_VALUE;
    private static final int ANY_MOST = Integer.MAX_VALUE;

    private static final Rule[] IP = {
        flag(Net.IP_RECVOPTS, 0),
        flag(Net.IP_RETOPTS, 0),
        flag(Net.IP_PKTINFO, 0),
        flag(Net.IP_RECVERR, 0),
        flag(Net.IP_RECVTTL, 0),
        flag(Net.IP_RECVTOS, 0),
        flag(Net.IP_FREEBIND, 0),
        flag(Net.IP_TRANSPARENT, 0),
        flag(Net.IP_RECVORIGDSTADDR, 0),
        flag(Net.IP_BIND_ADDRESS_NO_PORT, 0),
        flag(Net.IP_NODEFRAG, 0),
        flag(Net.IP_CHECKSUM, 0),
        flag(Net.IP_PASSSEC, 0),
        flag(Net.IP_RECVFRAGSIZE, 0).ofDatagrams(),
        flag(Net.IP_MULTICAST_LOOP, 1),
        range(Net.IP_MULTICAST_ALL, 0, 1, 1),
        range(Net.IP_RECVERR_RFC4884, 0, 1, 0),
        range(Net.IP_MTU_DISCOVER, 0, PMTUDISC_MAX, 1),
        range(Net.IP_MINTTL, 0, 255, 0),
        any(Net.IP_ROUTER_ALERT),
        any(Net.IP_UNICAST_IF),
        any(Net.IP_MULTICAST_IF).ofDatagrams(),
        range(Net.IP_MULTICAST_TTL, -1, 255, 1).ofDatagrams(),
        range(Net.IP_TTL, -1, 255, 64),
        any(Net.IP_TOS),
    };

    private static final Rule[] IPV6 = {
        flag(Net.IPV6_V6ONLY, 0),
        flag(Net.IPV6_RECVPKTINFO, 0),
        flag(Net.IPV6_RECVHOPLIMIT, 0),
        flag(Net.IPV6_RECVRTHDR, 0),
        flag(Net.IPV6_RECVHOPOPTS, 0),
        flag(Net.IPV6_RECVDSTOPTS, 0),
        flag(Net.IPV6_RECVTCLASS, 0),
        flag(Net.IPV6_RECVERR, 0),
        flag(Net.IPV6_RECVPATHMTU, 0),
        flag(Net.IPV6_RECVORIGDSTADDR, 0),
        flag(Net.IPV6_RECVFRAGSIZE, 0),
        flag(Net.IPV6_DONTFRAG, 0),
        flag(Net.IPV6_FREEBIND, 0),
        flag(Net.IPV6_TRANSPARENT, 0),
        flag(Net.IPV6_2292PKTINFO, 0),
        flag(Net.IPV6_2292HOPOPTS, 0),
        flag(Net.IPV6_2292DSTOPTS, 0),
        flag(Net.IPV6_2292RTHDR, 0),
        flag(Net.IPV6_2292HOPLIMIT, 0),
        flag(Net.IPV6_ROUTER_ALERT_ISOLATE, 0),
        flag(IPV6_FLOWINFO, 0),
        flag(IPV6_FLOWINFO_SEND, 0),
        range(IPV6_RECVERR_RFC4884, 0, 1, 0),
        flag(Net.IPV6_MULTICAST_ALL, 1),
        flag(Net.IPV6_AUTOFLOWLABEL, 1),
        range(Net.IPV6_MULTICAST_LOOP, 0, 1, 1),
        range(Net.IPV6_MTU_DISCOVER, 0, PMTUDISC_MAX, 1),
        range(Net.IPV6_MINHOPCOUNT, 0, 255, 0),
        range(Net.IPV6_UNICAST_HOPS, -1, 255, 64),
        range(Net.IPV6_MULTICAST_HOPS, -1, 255, 1).ofDatagrams(),
        range(Net.IPV6_TCLASS, -1, 255, 0),
        any(Net.IPV6_MULTICAST_IF).ofDatagrams(),
        any(Net.IPV6_UNICAST_IF),
        any(Net.IPV6_ADDR_PREFERENCES),
    };

    private static final Rule[] TCP = {
        flag(Net.TCP_NODELAY, 0),
        flag(Net.TCP_CORK, 0),
        flag(Net.TCP_QUICKACK, 1),
        range(Net.TCP_THIN_LINEAR_TIMEOUTS, 0, 1, 0),
        range(Net.TCP_THIN_DUPACK, 0, 1, 0),
        range(Net.TCP_FASTOPEN_CONNECT, 0, 1, 0),
        range(Net.TCP_FASTOPEN_NO_COOKIE, 0, 1, 0),
        range(Net.TCP_SAVE_SYN, 0, 2, 0),
        range(Net.TCP_INQ, 0, 1, 0),
        range(Net.TCP_KEEPIDLE, 1, 32767, 7200),
        range(Net.TCP_KEEPINTVL, 1, 32767, 75),
        range(Net.TCP_KEEPCNT, 1, 127, 9),
        range(Net.TCP_SYNCNT, 1, 127, 6),
        range(Net.TCP_USER_TIMEOUT, 0, ANY_MOST, 0),
        range(Net.TCP_FASTOPEN, 0, ANY_MOST, 0),
        range(Net.TCP_TX_DELAY, 0, ANY_MOST, 0),
        any(Net.TCP_NOTSENT_LOWAT),
    };

    private static final Rule[] UDP = {
        flag(Net.UDP_CORK, 0), flag(Net.UDP_GRO, 0), range(Net.UDP_SEGMENT, 0, 65535, 0),
    };

    private static final Rule[] NONE = {};

    private OptionRules() {}

    private static Rule flag(int name, int initial) {
        return new Rule(name, true, ANY_LEAST, ANY_MOST, initial, true);
    }

    private static Rule range(int name, int least, int most, int initial) {
        return new Rule(name, false, least, most, initial, true);
    }

    private static Rule any(int name) {
        return range(name, ANY_LEAST, ANY_MOST, 0);
    }

    /** The rule of an option; null for what is no such number. */
    static @Nullable Rule of(int level, int name) {
        Rule[] all = switch (level) {
            case Net.SOL_IP -> IP;
            case Net.SOL_IPV6 -> IPV6;
            case Net.SOL_TCP -> TCP;
            case Net.SOL_UDP -> UDP;
            default -> NONE;
        };
        for (Rule r : all) {
            if (r.name == name) {
                return r;
            }
        }
        return null;
    }
}
