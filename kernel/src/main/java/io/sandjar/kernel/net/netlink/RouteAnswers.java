// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.kernel.net.Interfaces;
import java.util.Arrays;

/** Answers to rtnetlink(7): the links, addresses and routes of a host that has nothing but a loopback. */
final class RouteAnswers {
    private static final int RT_TABLE_LOCAL = 255;
    private static final int RTPROT_KERNEL = 2;
    private static final int RTN_LOCAL = 2;
    private static final int RT_SCOPE_HOST = 254;
    private static final int RTM_BASE = 16;
    private static final int RTM_MAX = 123;
    private static final byte[] LOCALHOST = {127, 0, 0, 1};
    private static final byte[] LOCALHOST6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    /** Answers one request. {@code pid} is the port of the asking socket. */
    static void answer(byte[] req, int at, int len, int pid, NlWriter out) {
        int type = Bytes.u16(req, at + NlmsghdrLayout.nlmsg_type);
        int flags = Bytes.u16(req, at + NlmsghdrLayout.nlmsg_flags);
        int seq = Bytes.i32(req, at + NlmsghdrLayout.nlmsg_seq);
        int family = len > NlmsghdrLayout.SIZEOF ? req[at + NlmsghdrLayout.SIZEOF] & 0xff : 0;
        boolean dump = (flags & Net.NLM_F_DUMP) != 0;
        boolean get = (type - RTM_BASE & 3) == 2;
        if (type < RTM_BASE || type > RTM_MAX) {
            out.error(-EOPNOTSUPP, req, at, len, pid);
            return;
        }
        if (!get) {
            out.error(-EPERM, req, at, len, pid);
            return;
        }
        if (dump) {
            switch (type) {
                case Net.RTM_GETLINK -> link(out, Net.NLM_F_MULTI, seq, pid);
                case Net.RTM_GETADDR -> addresses(out, family, seq, pid);
                case Net.RTM_GETROUTE -> routes(out, family, seq, pid);
                default -> {}
            }
            out.done(seq, pid);
            return;
        }
        switch (type) {
            case Net.RTM_GETLINK -> {
                if (wantsLoopback(req, at, len)) {
                    link(out, 0, seq, pid);
                } else {
                    out.error(-ENODEV, req, at, len, pid);
                }
            }
            case Net.RTM_GETROUTE -> route(req, at, len, seq, pid, out);
            default -> out.error(-EOPNOTSUPP, req, at, len, pid);
        }
        if ((flags & Net.NLM_F_ACK) != 0) {
            out.error(0, req, at, len, pid);
        }
    }

    /** Whether a RTM_GETLINK asks for index 1 or the name lo. */
    private static boolean wantsLoopback(byte[] req, int at, int len) {
        int body = at + NlmsghdrLayout.SIZEOF;
        if (len >= NlmsghdrLayout.SIZEOF + 8 && Bytes.i32(req, body + 4) == Interfaces.LOOPBACK_INDEX) {
            return true;
        }
        int a = body + 16;
        while (a + 4 <= at + len) {
            int alen = Bytes.u16(req, a);
            if (alen < 4 || a + alen > at + len) {
                return false;
            }
            if (Bytes.u16(req, a + 2) == Net.IFLA_IFNAME) {
                return alen >= 6 && req[a + 4] == 'l' && req[a + 5] == 'o' && (alen == 6 || req[a + 6] == 0);
            }
            a += alen + 3 & ~3;
        }
        return false;
    }

    private static void link(NlWriter out, int flags, int seq, int pid) {
        out.begin(Net.RTM_NEWLINK, flags, seq, pid);
        int at = out.space(16);
        byte[] b = out.bytes();
        Bytes.put16(b, at + 2, Net.ARPHRD_LOOPBACK);
        Bytes.put32(b, at + 4, Interfaces.LOOPBACK_INDEX);
        Bytes.put32(b, at + 8, Interfaces.LOOPBACK_FLAGS | Net.IFF_LOWER_UP);
        out.attrString(Net.IFLA_IFNAME, Interfaces.LOOPBACK);
        out.attr32(Net.IFLA_TXQLEN, 1000);
        out.attr8(Net.IFLA_OPERSTATE, 0);
        out.attr8(Net.IFLA_LINKMODE, 0);
        out.attr32(Net.IFLA_MTU, Interfaces.LOOPBACK_MTU);
        out.attrString(Net.IFLA_QDISC, "noqueue");
        out.attr(Net.IFLA_ADDRESS, new byte[6]);
        out.attr(Net.IFLA_BROADCAST, new byte[6]);
        out.attr(Net.IFLA_STATS64, new byte[200]);
        out.attr(Net.IFLA_STATS, new byte[96]);
        out.end();
    }

    private static void addresses(NlWriter out, int family, int seq, int pid) {
        if (family == Net.AF_UNSPEC || family == Net.AF_INET) {
            address(out, Net.AF_INET, 8, LOCALHOST, seq, pid);
        }
        if (family == Net.AF_UNSPEC || family == Net.AF_INET6) {
            address(out, Net.AF_INET6, 128, LOCALHOST6, seq, pid);
        }
    }

    private static void address(NlWriter out, int family, int prefix, byte[] addr, int seq, int pid) {
        out.begin(Net.RTM_NEWADDR, Net.NLM_F_MULTI, seq, pid);
        int at = out.space(8);
        byte[] b = out.bytes();
        b[at] = (byte) family;
        b[at + 1] = (byte) prefix;
        b[at + 2] = (byte) 0x80; // IFA_F_PERMANENT
        b[at + 3] = (byte) RT_SCOPE_HOST;
        Bytes.put32(b, at + 4, Interfaces.LOOPBACK_INDEX);
        out.attr(Net.IFA_ADDRESS, addr);
        if (family == Net.AF_INET) {
            out.attr(Net.IFA_LOCAL, addr);
            out.attrString(Net.IFA_LABEL, Interfaces.LOOPBACK);
        }
        out.attr32(Net.IFA_FLAGS, 0x80);
        byte[] cache = new byte[16];
        Arrays.fill(cache, 0, 8, (byte) 0xff);
        out.attr(6, cache); // IFA_CACHEINFO: valid for ever
        out.end();
    }

    private static void routes(NlWriter out, int family, int seq, int pid) {
        if (family == Net.AF_UNSPEC || family == Net.AF_INET) {
            localRoute(out, Net.AF_INET, 8, new byte[] {127, 0, 0, 0}, Net.NLM_F_MULTI, seq, pid);
            localRoute(out, Net.AF_INET, 32, LOCALHOST, Net.NLM_F_MULTI, seq, pid);
        }
        if (family == Net.AF_UNSPEC || family == Net.AF_INET6) {
            localRoute(out, Net.AF_INET6, 128, LOCALHOST6, Net.NLM_F_MULTI, seq, pid);
        }
    }

    private static void localRoute(NlWriter out, int family, int bits, byte[] dst, int flags, int seq, int pid) {
        out.begin(Net.RTM_NEWROUTE, flags, seq, pid);
        int at = out.space(12);
        byte[] b = out.bytes();
        b[at] = (byte) family;
        b[at + 1] = (byte) bits;
        b[at + 4] = (byte) RT_TABLE_LOCAL;
        b[at + 5] = RTPROT_KERNEL;
        b[at + 6] = (byte) (family == Net.AF_INET ? RT_SCOPE_HOST : 0);
        b[at + 7] = RTN_LOCAL;
        out.attr32(Net.RTA_TABLE, RT_TABLE_LOCAL);
        out.attr(Net.RTA_DST, dst);
        out.attr32(Net.RTA_OIF, Interfaces.LOOPBACK_INDEX);
        if (family == Net.AF_INET) {
            out.attr(Net.RTA_PREFSRC, LOCALHOST);
        }
        out.end();
    }

    /** One destination (ip route get): only the loopback can be reached. */
    private static void route(byte[] req, int at, int len, int seq, int pid, NlWriter out) {
        int body = at + NlmsghdrLayout.SIZEOF;
        int family = len > NlmsghdrLayout.SIZEOF ? req[body] : 0;
        int a = body + 12;
        while (a + 4 <= at + len) {
            int alen = Bytes.u16(req, a);
            if (alen < 4 || a + alen > at + len) {
                break;
            }
            if (Bytes.u16(req, a + 2) == Net.RTA_DST) {
                byte[] dst = Arrays.copyOfRange(req, a + 4, a + alen);
                boolean local =
                        family == Net.AF_INET ? dst.length == 4 && dst[0] == 127 : Arrays.equals(dst, LOCALHOST6);
                if (local) {
                    localRoute(out, family, dst.length * 8, dst, 0, seq, pid);
                    return;
                }
            }
            a += alen + 3 & ~3;
        }
        out.error(-ENETUNREACH, req, at, len, pid);
    }

    private RouteAnswers() {}
}
