// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.Neighbours;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import java.util.Arrays;

/** Links, addresses, routes and rules as messages of rtnetlink(7): for answers and for notices. */
final class RouteMessages {
    private static final int RT_TABLE_COMPAT = 252;
    private static final int RTA_SRC = 2;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINK_NETNSID = 37;
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NDA_IFINDEX = 8;
    private static final int NDA_CACHEINFO = 3;

    /** Marks an answer about an address of the network's own. */
    private static final int RTCF_LOCAL = 0x80000000;

    private RouteMessages() {}

    static void link(NlWriter out, Link l, int type, int flags, int seq, int pid) {
        out.begin(type, flags, seq, pid);
        int at = out.space(16);
        byte[] b = out.bytes();
        Bytes.put16(b, at + 2, l.hardware);
        Bytes.put32(b, at + 4, l.index);
        Bytes.put32(b, at + 8, l.shownFlags());
        out.attrString(Net.IFLA_IFNAME, l.name);
        out.attr32(Net.IFLA_TXQLEN, l.queueLength);
        out.attr8(Net.IFLA_OPERSTATE, l.operState());
        out.attr8(Net.IFLA_LINKMODE, 0);
        out.attr32(Net.IFLA_MTU, l.mtu);
        out.attr32(Rtnl.IFLA_MIN_MTU, l.loopback() ? 0 : 68);
        out.attr32(Rtnl.IFLA_MAX_MTU, l.loopback() ? 0 : 65535);
        out.attr32(Rtnl.IFLA_GROUP, l.group);
        out.attr32(Rtnl.IFLA_PROMISCUITY, 0);
        out.attr32(Rtnl.IFLA_NUM_TX_QUEUES, 1);
        out.attr32(Rtnl.IFLA_GSO_MAX_SEGS, 65535);
        out.attr32(Rtnl.IFLA_GSO_MAX_SIZE, 65536);
        out.attr32(Rtnl.IFLA_NUM_RX_QUEUES, 1);
        out.attr8(Rtnl.IFLA_CARRIER, l.carrier() && (l.loopback() || l.up()) ? 1 : 0);
        out.attrString(Net.IFLA_QDISC, l.queued ? "noqueue" : "noop");
        out.attr32(Rtnl.IFLA_CARRIER_CHANGES, 0);
        out.attr8(Rtnl.IFLA_PROTO_DOWN, 0);
        out.attr(Net.IFLA_ADDRESS, l.mac);
        byte[] all = new byte[6];
        Arrays.fill(all, l.loopback() ? 0 : (byte) 0xff);
        out.attr(Net.IFLA_BROADCAST, all);
        String alias = l.alias;
        if (alias != null) {
            out.attrString(Rtnl.IFLA_IFALIAS, alias);
        }
        out.attr(Net.IFLA_STATS64, new byte[200]);
        out.attr(Net.IFLA_STATS, new byte[96]);
        Link peer = l.peer;
        if (peer != null) {
            out.attr32(Net.IFLA_LINK, peer.index);
            NetStack home = l.home();
            NetStack there = peer.home();
            if (home != null && there != null && home != there) {
                out.attr32(IFLA_LINK_NETNSID, home.nameOf(there));
            }
        }
        Link master = l.master;
        if (master != null) {
            out.attr32(IFLA_MASTER, master.index);
        }
        String kind = l.kind;
        if (kind != null) {
            int nest = out.beginNest(Rtnl.IFLA_LINKINFO);
            out.attrString(Rtnl.IFLA_INFO_KIND, kind);
            out.endNest(nest);
        }
        out.end();
    }

    static void address(NlWriter out, Link l, Link.Address a, int type, int flags, int seq, int pid) {
        out.begin(type, flags, seq, pid);
        int at = out.space(8);
        byte[] b = out.bytes();
        b[at] = (byte) a.family();
        b[at + 1] = (byte) a.bits();
        b[at + 2] = (byte) a.flags();
        b[at + 3] = (byte) a.scope();
        Bytes.put32(b, at + 4, l.index);
        out.attr(Net.IFA_ADDRESS, a.bytes());
        if (a.family() == Net.AF_INET) {
            out.attr(Net.IFA_LOCAL, a.bytes());
            byte[] broadcast = a.broadcast();
            if (broadcast != null) {
                out.attr(Net.IFA_BROADCAST, broadcast);
            }
            out.attrString(Net.IFA_LABEL, l.name);
        }
        out.attr32(Net.IFA_FLAGS, a.flags());
        byte[] cache = new byte[16];
        Arrays.fill(cache, 0, 8, (byte) 0xff); // valid for ever
        out.attr(Rtnl.IFA_CACHEINFO, cache);
        out.end();
    }

    static void route(NlWriter out, Route r, int type, int flags, int seq, int pid) {
        boolean four = r.family() == Net.AF_INET;
        out.begin(type, flags, seq, pid);
        int at = out.space(12);
        byte[] b = out.bytes();
        b[at] = (byte) r.family();
        b[at + 1] = (byte) r.bits();
        b[at + 3] = (byte) r.tos();
        b[at + 4] = (byte) (r.table() < 256 ? r.table() : RT_TABLE_COMPAT);
        b[at + 5] = (byte) r.protocol();
        b[at + 6] = (byte) r.scope();
        b[at + 7] = (byte) r.type();
        out.attr32(Net.RTA_TABLE, r.table());
        if (r.bits() > 0) {
            out.attr(Net.RTA_DST, r.dst());
        }
        if (r.priority() != 0 || !four) {
            out.attr32(Rtnl.RTA_PRIORITY, r.priority());
        }
        byte[] source = r.source();
        if (source != null) {
            out.attr(Net.RTA_PREFSRC, source);
        }
        byte[] gateway = r.gateway();
        if (gateway != null) {
            out.attr(Net.RTA_GATEWAY, gateway);
        }
        if (r.link() != 0) {
            out.attr32(Net.RTA_OIF, r.link());
        }
        if (!four) {
            out.attr(Rtnl.RTA_CACHEINFO, new byte[32]);
            out.attr8(Rtnl.RTA_PREF, 0);
        }
        out.end();
    }

    /** The answer to `which way?`: one destination, with the address that would be the source. */
    static void way(NlWriter out, Route r, byte[] dst, byte[] source, Request q) {
        boolean four = r.family() == Net.AF_INET;
        out.begin(Net.RTM_NEWROUTE, 0, q.seq, q.port);
        int at = out.space(12);
        byte[] b = out.bytes();
        b[at] = (byte) r.family();
        b[at + 1] = (byte) (dst.length * 8);
        b[at + 4] = (byte) (four ? Rtnl.RT_TABLE_MAIN : r.table());
        b[at + 5] = (byte) (four ? 0 : r.protocol());
        b[at + 7] = (byte) r.type();
        Bytes.put32(b, at + 8, four ? Rtnl.RTM_F_CLONED | (r.type() == Rtnl.RTN_LOCAL ? RTCF_LOCAL : 0) : 0);
        out.attr32(Net.RTA_TABLE, four ? Rtnl.RT_TABLE_MAIN : r.table());
        out.attr(Net.RTA_DST, dst);
        if (!four) {
            out.bytes()[at + 2] = (byte) 128;
            out.attr(RTA_SRC, new byte[16]);
        }
        if (r.link() != 0) {
            boolean own = four && r.type() == Rtnl.RTN_LOCAL;
            out.attr32(Net.RTA_OIF, own ? Interfaces.LOOPBACK_INDEX : r.link());
        }
        byte[] gateway = r.gateway();
        if (gateway != null) {
            out.attr(Net.RTA_GATEWAY, gateway);
        }
        out.attr(Net.RTA_PREFSRC, source);
        if (four) {
            out.attr32(Rtnl.RTA_UID, 0);
        } else {
            out.attr32(Rtnl.RTA_PRIORITY, r.priority());
        }
        out.attr(Rtnl.RTA_CACHEINFO, new byte[32]);
        if (!four) {
            out.attr8(Rtnl.RTA_PREF, 0);
        }
        out.end();
    }

    static void rule(NlWriter out, int family, int priority, int table, int seq, int pid) {
        out.begin(Net.RTM_GETRULE - 2, Net.NLM_F_MULTI, seq, pid);
        int at = out.space(12);
        byte[] b = out.bytes();
        b[at] = (byte) family;
        b[at + 4] = (byte) table;
        b[at + 7] = Rtnl.FR_ACT_TO_TBL;
        out.attr32(Rtnl.FRA_TABLE, table);
        out.attr32(Rtnl.FRA_SUPPRESS_PREFIXLEN, -1);
        out.attr8(Rtnl.FRA_PROTOCOL, Rtnl.RTPROT_KERNEL);
        if (priority != 0) {
            out.attr32(Rtnl.FRA_PRIORITY, priority);
        }
        out.end();
    }

    static void neighbour(NlWriter out, Neighbours.Entry e, int flags, int seq, int pid) {
        out.begin(Rtnl.RTM_NEWNEIGH, flags, seq, pid);
        int at = out.space(12);
        byte[] b = out.bytes();
        b[at] = (byte) (e.address().length == 4 ? Net.AF_INET : Net.AF_INET6);
        Bytes.put32(b, at + 4, e.link().index);
        Bytes.put16(b, at + 8, e.state());
        b[at + 11] = Rtnl.RTN_UNICAST;
        out.attr(NDA_DST, e.address());
        byte[] mac = e.mac();
        if (mac != null) {
            out.attr(NDA_LLADDR, mac);
        }
        out.attr(NDA_CACHEINFO, new byte[16]);
        out.end();
    }

    /** The queueing discipline of a link that needs none. */
    static void qdisc(NlWriter out, Link l, int seq, int pid) {
        out.begin(Rtnl.RTM_GETQDISC - 2, Net.NLM_F_MULTI, seq, pid);
        int at = out.space(20);
        byte[] b = out.bytes();
        Bytes.put32(b, at + 4, l.index);
        Bytes.put32(b, at + 12, -1); // TC_H_ROOT
        Bytes.put32(b, at + 16, 2);
        out.attrString(1, l.queued ? "noqueue" : "noop");
        out.end();
    }
}
