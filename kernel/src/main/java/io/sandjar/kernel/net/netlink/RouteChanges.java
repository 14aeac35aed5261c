// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.Route;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of rtnetlink(7) that change something: links, addresses, routes. Interfaces can be made of the kinds
 * dummy, veth and bridge; they carry addresses and nothing else.
 */
final class RouteChanges {
    private static final int IFLA_MASTER = 10;
    private static final int ALIAS_MAX = 256;

    private final Interfaces all;

    RouteChanges(Interfaces all) {
        this.all = all;
    }

    int change(Request q, NlWriter out) {
        return switch (q.type) {
            case Net.RTM_NEWLINK, Net.RTM_SETLINK -> newLink(q);
            case Net.RTM_DELLINK -> deleteLink(q);
            case Net.RTM_NEWADDR, Net.RTM_DELADDR -> address(q);
            case Net.RTM_NEWROUTE, Net.RTM_DELROUTE -> route(q);
            default -> -EOPNOTSUPP;
        };
    }

    // ---- links ----

    private int newLink(Request q) {
        if (q.bodyLength() < 16) {
            return -EINVAL;
        }
        Attrs a = q.attrs(16);
        String name = a.string(Net.IFLA_IFNAME);
        if (name != null && !name.isEmpty() && !name.contains("%d") && !Interfaces.goodName(name)) {
            return -EINVAL;
        }
        int index = q.i32(4);
        if (index < 0) {
            return -EINVAL;
        }
        Link l = RouteAnswers.named(all, q, a);
        if (l != null) {
            if (q.type == Net.RTM_NEWLINK && q.has(Net.NLM_F_EXCL)) {
                return -EEXIST;
            }
            return q.type == Net.RTM_NEWLINK && q.has(Net.NLM_F_REPLACE) ? -EOPNOTSUPP : modify(q, l, a);
        }
        if (q.type == Net.RTM_SETLINK || !q.has(Net.NLM_F_CREATE)) {
            boolean unnamed = index == 0 && (name == null || name.isEmpty());
            return q.type == Net.RTM_SETLINK && unnamed ? -EINVAL : -ENODEV;
        }
        Attrs info = a.nested(Rtnl.IFLA_LINKINFO, 0);
        String kind = info == null ? null : info.string(Rtnl.IFLA_INFO_KIND);
        if (kind == null || !(kind.equals("dummy") || kind.equals("veth") || kind.equals("bridge"))) {
            return q.refuse(-EOPNOTSUPP, "Unknown device type");
        }
        if (index != 0 && all.byIndex(index) != null) {
            return -EEXIST;
        }
        byte[] mac = a.get(Net.IFLA_ADDRESS);
        if (mac != null && mac.length != 6) {
            return -EINVAL;
        }
        Link peer = null;
        Attrs more = info == null ? null : info.nested(Rtnl.IFLA_INFO_DATA, 0);
        if (kind.equals("veth")) {
            Attrs other = more == null ? null : more.nested(Rtnl.VETH_INFO_PEER, 16);
            String otherName = other == null ? null : other.string(Net.IFLA_IFNAME);
            byte[] otherMac = other == null ? null : other.get(Net.IFLA_ADDRESS);
            if (otherName != null && !otherName.isEmpty() && all.byName(otherName) != null) {
                return -EEXIST;
            }
            peer = all.create(
                    pattern(otherName, kind), kind, otherMac != null && otherMac.length == 6 ? otherMac : null, 0);
            if (peer == null) {
                return -ENFILE;
            }
        }
        Link made = all.create(pattern(name, kind), kind, mac, index);
        if (made == null) {
            if (peer != null) {
                all.delete(peer);
            }
            return -ENFILE;
        }
        if (peer != null) {
            all.join(made, peer);
        }
        return modify(q, made, a);
    }

    private static String pattern(@Nullable String name, String kind) {
        return name == null || name.isEmpty() ? kind + "%d" : name;
    }

    private int modify(Request q, Link l, Attrs a) {
        if (a.has(Rtnl.IFLA_NET_NS_PID) || a.has(Rtnl.IFLA_NET_NS_FD) || a.int32(IFLA_MASTER, 0) != 0) {
            return -EOPNOTSUPP;
        }
        byte[] mac = a.get(Net.IFLA_ADDRESS);
        if (mac != null && mac.length != 6) {
            return -EINVAL;
        }
        int r = 0;
        if (a.has(Net.IFLA_MTU)) {
            r = all.setMtu(l, a.int32(Net.IFLA_MTU, 0));
            if (r < 0) {
                boolean small = a.int32(Net.IFLA_MTU, 0) < 68;
                return q.refuse(r, small ? "mtu less than device minimum" : "mtu greater than device maximum");
            }
        }
        String name = a.string(Net.IFLA_IFNAME);
        if (r == 0 && name != null && !name.isEmpty() && !name.equals(l.name) && !name.contains("%d")) {
            r = all.rename(l, name);
        }
        if (r < 0) {
            return r;
        }
        all.set(
                l,
                mac,
                a.int32(Net.IFLA_TXQLEN, -1),
                a.int32(Rtnl.IFLA_GROUP, -1),
                a.has(Rtnl.IFLA_IFALIAS) ? cut(a.string(Rtnl.IFLA_IFALIAS)) : null);
        int flags = q.i32(8);
        int mask = q.i32(12);
        if (mask == 0) {
            mask = flags == 0 ? 0 : -1;
        }
        mask &= Net.IFF_UP | Net.IFF_NOARP | Net.IFF_MULTICAST | 0x100 | 0x200 | 0x40000; // PROMISC, ALLMULTI, ECHO
        if (mask != 0) {
            all.setFlags(l, flags, mask);
        }
        return 0;
    }

    private static String cut(@Nullable String s) {
        return s == null ? "" : s.length() >= ALIAS_MAX ? s.substring(0, ALIAS_MAX - 1) : s;
    }

    private int deleteLink(Request q) {
        if (q.bodyLength() < 16) {
            return -EINVAL;
        }
        Attrs a = q.attrs(16);
        Link l = RouteAnswers.named(all, q, a);
        if (l == null) {
            boolean said = q.i32(4) != 0 || a.has(Net.IFLA_IFNAME) || a.has(Rtnl.IFLA_ALT_IFNAME);
            return said ? -ENODEV : -EINVAL;
        }
        return all.delete(l);
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
}
