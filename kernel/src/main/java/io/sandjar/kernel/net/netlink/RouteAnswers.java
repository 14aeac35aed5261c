// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.Neighbours;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import org.jspecify.annotations.Nullable;

/** Answers to rtnetlink(7): what there is; {@link RouteChanges} carries out what is to be changed. */
final class RouteAnswers {
    private final NetStack net;
    private final Interfaces all;

    RouteAnswers(NetStack net) {
        this.net = net;
        this.all = net.interfaces();
    }

    /**
     * Answers one request.
     *
     * @return 0 or -errno; where something other than an acknowledgement was written, {@link NlWriter#length} tells
     */
    int answer(Request q, NlWriter out) {
        if (q.type < Rtnl.RTM_BASE || q.type > Rtnl.RTM_MAX) {
            q.dumping = false;
            return -EOPNOTSUPP;
        }
        if ((q.type - Rtnl.RTM_BASE & 3) != 2) {
            if (!q.admin) {
                return -EPERM;
            }
            int r = new RouteChanges(net).change(q);
            all.announce();
            return r;
        }
        if (q.bodyLength() < 1) {
            return q.strict ? q.refuse(-EINVAL, "Invalid header for dump request") : 0;
        }
        if (q.dump()) {
            return dump(q, out);
        }
        return switch (q.type) {
            case Net.RTM_GETLINK -> link(q, out);
            case Net.RTM_GETROUTE -> way(q, out);
            case Net.RTM_GETADDR -> address(q, out);
            case Net.RTM_GETNEIGH -> neighbour(q, out);
            default -> -EOPNOTSUPP;
        };
    }

    // ---- everything ----

    private int dump(Request q, NlWriter out) {
        switch (q.type) {
            case Net.RTM_GETLINK -> {
                return links(q, out);
            }
            case Net.RTM_GETADDR -> {
                return addresses(q, out);
            }
            case Net.RTM_GETROUTE -> {
                return routes(q, out);
            }
            case Net.RTM_GETRULE -> {
                int family = q.u8(0);
                if (family == Net.AF_UNSPEC || family == Net.AF_INET) {
                    RouteMessages.rule(out, Net.AF_INET, 0, Rtnl.RT_TABLE_LOCAL, q.seq, q.port);
                    RouteMessages.rule(out, Net.AF_INET, 32766, Rtnl.RT_TABLE_MAIN, q.seq, q.port);
                    RouteMessages.rule(out, Net.AF_INET, 32767, Rtnl.RT_TABLE_DEFAULT, q.seq, q.port);
                }
                if (family == Net.AF_UNSPEC || family == Net.AF_INET6) {
                    RouteMessages.rule(out, Net.AF_INET6, 0, Rtnl.RT_TABLE_LOCAL, q.seq, q.port);
                    RouteMessages.rule(out, Net.AF_INET6, 32766, Rtnl.RT_TABLE_MAIN, q.seq, q.port);
                }
                return 0;
            }
            case Rtnl.RTM_GETQDISC -> {
                for (Link l : all.links()) {
                    RouteMessages.qdisc(out, l, q.seq, q.port);
                }
                return 0;
            }
            case Net.RTM_GETNEIGH -> {
                return neighbours(q, out);
            }
            default -> {
                return 0;
            }
        }
    }

    private int links(Request q, NlWriter out) {
        if (q.strict && (q.bodyLength() < 16 || q.i32(4) != 0 || q.i32(8) != 0 || q.i32(12) != 0)) {
            return q.refuse(-EINVAL, "Invalid values in header for link dump request");
        }
        Attrs a = q.attrs(16);
        Attrs info = a.nested(Rtnl.IFLA_LINKINFO, 0);
        String kind = info == null ? null : info.string(Rtnl.IFLA_INFO_KIND);
        for (Link l : all.links()) {
            if (kind == null || kind.equals(l.kind)) {
                RouteMessages.link(out, l, Net.RTM_NEWLINK, multi(kind != null), q.seq, q.port);
            }
        }
        return 0;
    }

    private static int multi(boolean filtered) {
        return Net.NLM_F_MULTI | (filtered ? Net.NLM_F_DUMP_FILTERED : 0);
    }

    private int addresses(Request q, NlWriter out) {
        int family = q.u8(0);
        int index = 0;
        if (q.strict) {
            if (q.bodyLength() < 8 || q.u8(1) != 0 || q.u8(2) != 0 || q.u8(3) != 0) {
                return q.refuse(-EINVAL, "Invalid values in header for address dump request");
            }
            index = q.i32(4);
            if (index != 0 && all.byIndex(index) == null) {
                return -ENODEV;
            }
        }
        for (int f : new int[] {Net.AF_INET, Net.AF_INET6}) {
            for (Link l : all.links()) {
                if ((family != Net.AF_UNSPEC && family != f) || (index != 0 && index != l.index)) {
                    continue;
                }
                for (Link.Address a : all.addressesOf(l)) {
                    if (a.family() == f) {
                        RouteMessages.address(out, l, a, Net.RTM_NEWADDR, multi(index != 0), q.seq, q.port);
                    }
                }
            }
        }
        return 0;
    }

    private int routes(Request q, NlWriter out) {
        int family = q.u8(0);
        int table = 0;
        int protocol = 0;
        int type = 0;
        int index = 0;
        if (q.strict) {
            if (q.bodyLength() < 12 || q.u8(1) != 0 || q.u8(2) != 0 || q.u8(3) != 0 || q.u8(6) != 0) {
                return q.refuse(-EINVAL, "Invalid values in header for FIB dump request");
            }
            Attrs a = q.attrs(12);
            protocol = q.u8(5);
            type = q.u8(7);
            table = a.int32(Net.RTA_TABLE, q.u8(4));
            index = a.int32(Net.RTA_OIF, 0);
            if (index != 0 && all.byIndex(index) == null) {
                return -ENODEV;
            }
        }
        boolean filtered = (table | protocol | type | index) != 0;
        for (Route r : all.routes()) {
            if ((family == Net.AF_UNSPEC || family == r.family())
                    && (table == 0 || table == r.table())
                    && (protocol == 0 || protocol == r.protocol())
                    && (type == 0 || type == r.type())
                    && (index == 0 || index == r.link())) {
                RouteMessages.route(out, r, Net.RTM_NEWROUTE, multi(filtered), q.seq, q.port);
            }
        }
        return 0;
    }

    private int neighbours(Request q, NlWriter out) {
        int family = q.u8(0);
        int index = q.attrs(12).int32(RouteMessages.NDA_IFINDEX, 0);
        for (Neighbours.Entry e : all.neighbours().all()) {
            boolean four = e.address().length == 4;
            if ((family == Net.AF_UNSPEC || family == (four ? Net.AF_INET : Net.AF_INET6))
                    && (index == 0 || index == e.link().index)) {
                RouteMessages.neighbour(out, e, Net.NLM_F_MULTI, q.seq, q.port);
            }
        }
        return 0;
    }

    // ---- one ----

    private int neighbour(Request q, NlWriter out) {
        byte[] address = q.attrs(12).get(RouteMessages.NDA_DST);
        Link l = all.byIndex(q.i32(4));
        if (address == null || q.bodyLength() < 12) {
            return -EINVAL;
        }
        if (l == null) {
            return q.i32(4) == 0 ? -EINVAL : -ENODEV;
        }
        Neighbours.Entry e = all.neighbours().get(l, address);
        if (e == null) {
            return -ENOENT;
        }
        RouteMessages.neighbour(out, e, 0, q.seq, q.port);
        return 0;
    }

    /** The link that a request names by index or name. */
    static @Nullable Link named(Interfaces all, Request q, Attrs a) {
        int index = q.i32(4);
        if (index != 0) {
            return all.byIndex(index);
        }
        String name = a.string(Net.IFLA_IFNAME);
        if (name == null || name.isEmpty()) {
            name = a.string(Rtnl.IFLA_ALT_IFNAME);
        }
        return name == null || name.isEmpty() ? null : all.byName(name);
    }

    private int link(Request q, NlWriter out) {
        if (q.bodyLength() < 16) {
            return -EINVAL;
        }
        Attrs a = q.attrs(16);
        if (q.i32(4) == 0 && !a.has(Net.IFLA_IFNAME) && !a.has(Rtnl.IFLA_ALT_IFNAME)) {
            return -EINVAL;
        }
        Link l = named(all, q, a);
        if (l == null) {
            return -ENODEV;
        }
        RouteMessages.link(out, l, Net.RTM_NEWLINK, 0, q.seq, q.port);
        return 0;
    }

    /** One address: for IPv6 only, as in Linux. */
    private int address(Request q, NlWriter out) {
        byte[] wanted = q.attrs(8).get(Net.IFA_ADDRESS);
        if (q.u8(0) != Net.AF_INET6) {
            return -EOPNOTSUPP;
        }
        if (wanted == null || wanted.length != 16) {
            return -EINVAL;
        }
        for (Link l : all.links()) {
            Link.Address a = all.find(l, Net.AF_INET6, wanted, -1);
            if (a != null && (q.i32(4) == 0 || q.i32(4) == l.index)) {
                RouteMessages.address(out, l, a, Net.RTM_NEWADDR, 0, q.seq, q.port);
                return 0;
            }
        }
        return -EADDRNOTAVAIL;
    }

    /** Which way a destination takes (ip route get). */
    private int way(Request q, NlWriter out) {
        if (q.bodyLength() < 12) {
            return -EINVAL;
        }
        int family = q.u8(0);
        if (family != Net.AF_INET && family != Net.AF_INET6) {
            return -EOPNOTSUPP;
        }
        Attrs a = q.attrs(12);
        byte[] dst = a.get(Net.RTA_DST);
        if (dst == null) {
            dst = new byte[family == Net.AF_INET ? 4 : 16];
        }
        if (dst.length != (family == Net.AF_INET ? 4 : 16)) {
            return -EINVAL;
        }
        int index = a.int32(Net.RTA_OIF, 0);
        Link through = index == 0 ? null : all.byIndex(index);
        if (index != 0 && through == null) {
            return -ENODEV;
        }
        Route r = all.lookup(dst, through);
        if (r == null || r.type() == Rtnl.RTN_UNREACHABLE) {
            return r == null ? -ENETUNREACH : -EHOSTUNREACH;
        }
        if (r.type() == Rtnl.RTN_BLACKHOLE || r.type() == Rtnl.RTN_PROHIBIT) {
            return r.type() == Rtnl.RTN_BLACKHOLE ? -EINVAL : -EACCES;
        }
        byte[] source = r.source();
        Link l = all.byIndex(r.link());
        if (source == null && l != null) {
            boolean own = r.type() == Rtnl.RTN_LOCAL;
            Link.Address first = null;
            for (Link.Address x : all.addressesOf(l)) {
                if (x.family() == family && first == null) {
                    first = x;
                }
            }
            source = own ? dst : first == null ? dst : first.bytes();
        }
        RouteMessages.way(out, r, dst, source == null ? dst : source, q);
        return 0;
    }
}
