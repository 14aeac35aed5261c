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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of rtnetlink(7) that change addresses, routes and neighbours. Rules of routing cannot be changed.
 */
final class RouteChanges {
    private final NetStack net;
    private final Interfaces all;

    RouteChanges(NetStack net) {
        this.net = net;
        this.all = net.interfaces();
    }

    int change(Request q) {
        return switch (q.type) {
            case Net.RTM_NEWLINK, Net.RTM_SETLINK -> new LinkChanges(net).make(q);
            case Net.RTM_DELLINK -> new LinkChanges(net).delete(q);
            case Rtnl.RTM_NEWNEIGH, Rtnl.RTM_DELNEIGH -> neighbour(q);
            case Net.RTM_NEWADDR, Net.RTM_DELADDR -> address(q);
            case Net.RTM_NEWROUTE, Net.RTM_DELROUTE -> route(q);
            default -> -EOPNOTSUPP;
        };
    }

    // ---- addresses ----

    private int address(Request q) {
        int family = q.u8(0);
        if (q.bodyLength() < 8) {
            return -EINVAL;
        }
        if (family != Net.AF_INET && family != Net.AF_INET6) {
            return -EOPNOTSUPP;
        }
        int size = family == Net.AF_INET ? 4 : 16;
        Attrs a = q.attrs(8);
        byte[] local = a.get(Net.IFA_LOCAL);
        if (local == null) {
            local = a.get(Net.IFA_ADDRESS);
        }
        int bits = q.u8(1);
        boolean delete = q.type == Net.RTM_DELADDR;
        Link l = all.byIndex(q.i32(4));
        if (local == null && family == Net.AF_INET6) {
            return -EINVAL;
        }
        if (bits > size * 8 || (local != null && local.length != size)) {
            return q.refuse(-EINVAL, "Invalid prefix length");
        }
        if (l == null) {
            return -ENODEV;
        }
        if (delete) {
            int r = remove(l, family, local, bits);
            return r < 0
                    ? q.refuse(r, family == Net.AF_INET ? "ipv4: Address not found" : "ipv6: address not found")
                    : r;
        }
        if (local == null) {
            return -EINVAL;
        }
        byte[] broadcast = a.get(Net.IFA_BROADCAST);
        int flags =
                a.int32(Net.IFA_FLAGS, q.u8(2)) & (Rtnl.IFA_F_NODAD | Rtnl.IFA_F_NOPREFIXROUTE) | Rtnl.IFA_F_PERMANENT;
        int scope = q.u8(3);
        if (family == Net.AF_INET6) {
            boolean loop = all.lookup(local, null) instanceof Route r && r.link() == Interfaces.LOOPBACK_INDEX;
            scope = (local[0] & 0xff) == 0xfe && (local[1] & 0xc0) == 0x80
                    ? Rtnl.RT_SCOPE_LINK
                    : loop && local[15] == 1 && local[0] == 0 ? Rtnl.RT_SCOPE_HOST : Rtnl.RT_SCOPE_UNIVERSE;
        }
        boolean known = broadcast != null && broadcast.length == 4 && family == Net.AF_INET;
        int r = all.addAddress(
                l,
                new Link.Address(family, local, bits, scope, flags, known ? broadcast : null),
                q.has(Net.NLM_F_REPLACE) && !q.has(Net.NLM_F_EXCL));
        return r == -EEXIST
                ? q.refuse(
                        r, family == Net.AF_INET ? "ipv4: Address already assigned" : "ipv6: address already assigned")
                : r;
    }

    private int remove(Link l, int family, byte @Nullable [] local, int bits) {
        for (Link.Address x : all.addressesOf(l)) {
            if (x.family() == family
                    && (local == null || Arrays.equals(local, x.bytes()))
                    && (local == null || bits == x.bits())) {
                return all.removeAddress(l, x);
            }
        }
        return -EADDRNOTAVAIL;
    }

    // ---- routes ----

    private int route(Request q) {
        int family = q.u8(0);
        if (q.bodyLength() < 12) {
            return -EINVAL;
        }
        if (family != Net.AF_INET && family != Net.AF_INET6) {
            return -EOPNOTSUPP;
        }
        int size = family == Net.AF_INET ? 4 : 16;
        Attrs a = q.attrs(12);
        if (a.has(Rtnl.RTA_MULTIPATH)) {
            return q.refuse(-EOPNOTSUPP, "Several next hops are not supported");
        }
        int bits = q.u8(1);
        byte[] dst = a.get(Net.RTA_DST);
        byte[] gateway = a.get(Net.RTA_GATEWAY);
        byte[] source = a.get(Net.RTA_PREFSRC);
        if (dst == null) {
            dst = new byte[size];
        }
        if (bits > size * 8) {
            return q.refuse(-EINVAL, "Invalid prefix length");
        }
        if (dst.length != size || wrong(gateway, size) || wrong(source, size)) {
            return -EINVAL;
        }
        if (!Arrays.equals(Route.prefix(dst, bits), dst)) {
            return q.refuse(-EINVAL, "Invalid prefix for given prefix length");
        }
        int table = a.int32(Net.RTA_TABLE, q.u8(4));
        boolean delete = q.type == Net.RTM_DELROUTE;
        int index = a.int32(Net.RTA_OIF, 0);
        int type = q.u8(7);
        int priority = a.int32(Rtnl.RTA_PRIORITY, 0);
        if (family == Net.AF_INET6 && priority == 0 && !delete) {
            priority = 1024;
        }
        int r = delete ? 0 : leadsSomewhere(q, index, gateway, source, type);
        if (r < 0) {
            return r;
        }
        if (index == 0 && gateway != null && !delete) {
            Link through = all.linkOf(gateway);
            index = through == null ? 0 : through.index;
        }
        Route made = new Route(
                family,
                dst,
                bits,
                table == 0 ? Rtnl.RT_TABLE_MAIN : table,
                q.u8(5),
                family == Net.AF_INET6 ? 0 : q.u8(6),
                delete || type != 0 ? type : Rtnl.RTN_UNICAST,
                index,
                gateway,
                source,
                priority,
                q.u8(3));
        if (delete) {
            return all.removeRoute(made);
        }
        return all.addRoute(made, q.has(Net.NLM_F_CREATE), q.has(Net.NLM_F_EXCL), q.has(Net.NLM_F_REPLACE));
    }

    private static boolean wrong(byte @Nullable [] address, int size) {
        return address != null && address.length != size;
    }

    /** Whether interface and gateway can be reached. */
    private int leadsSomewhere(Request q, int index, byte @Nullable [] gateway, byte @Nullable [] source, int type) {
        if (type == Rtnl.RTN_BLACKHOLE || type == Rtnl.RTN_UNREACHABLE || type == Rtnl.RTN_PROHIBIT) {
            return 0;
        }
        Link l = index == 0 ? null : all.byIndex(index);
        if (index != 0 && l == null) {
            return -ENODEV;
        }
        if (l != null && !l.up()) {
            return q.refuse(-ENETDOWN, "Device for nexthop is not up");
        }
        if (gateway != null) {
            Route to = all.lookup(gateway, l);
            boolean onLink = to != null && to.type() == Rtnl.RTN_UNICAST && to.gateway() == null;
            if (!onLink) {
                boolean own = to != null && to.type() == Rtnl.RTN_LOCAL;
                return q.refuse(own ? -EINVAL : -ENETUNREACH, "Nexthop has invalid gateway");
            }
        } else if (l == null) {
            return q.refuse(-ENODEV, "Nexthop device is not specified");
        }
        if (source != null && !all.isLocal(source)) {
            return q.refuse(-EINVAL, "Invalid prefsrc address");
        }
        return 0;
    }

    // ---- neighbours ----

    private int neighbour(Request q) {
        Attrs a = q.attrs(12);
        byte[] address = a.get(RouteMessages.NDA_DST);
        byte[] mac = a.get(RouteMessages.NDA_LLADDR);
        Link l = all.byIndex(q.i32(4));
        if (q.bodyLength() < 12 || address == null || q.i32(4) == 0) {
            return -EINVAL;
        }
        if (l == null) {
            return -ENODEV;
        }
        if (address.length != (q.u8(0) == Net.AF_INET ? 4 : 16) || (mac != null && mac.length != 6)) {
            return -EINVAL;
        }
        if (q.type == Rtnl.RTM_DELNEIGH) {
            return all.neighbours().remove(l, address) ? 0 : -ENOENT;
        }
        Neighbours.Entry had = all.neighbours().get(l, address);
        if (had == null && !q.has(Net.NLM_F_CREATE)) {
            return -ENOENT;
        }
        if (had != null && q.has(Net.NLM_F_EXCL)) {
            return -EEXIST;
        }
        int state = q.i32(8) & 0xffff;
        return all.neighbours().set(new Neighbours.Entry(l, address, mac, state)) ? 0 : -ENOBUFS;
    }
}
