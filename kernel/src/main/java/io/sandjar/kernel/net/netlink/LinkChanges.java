// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.fs.nsfs.NsFile;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * The requests of rtnetlink(7) that change links: the kinds dummy, veth and bridge, settings, ports of bridges, moves to other
 * networks.
 */
final class LinkChanges {
    private static final int IFLA_MASTER = 10;
    private static final int ALIAS_MAX = 256;

    private final NetStack net;
    private final Interfaces all;

    LinkChanges(NetStack net) {
        this.net = net;
        this.all = net.interfaces();
    }

    int make(Request q) {
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
        int[] error = new int[1];
        NetStack target = target(q, a, error);
        if (target == null) {
            return error[0];
        }
        if (target != net) {
            if (name != null && !target.interfaces().free(name)) {
                return -EEXIST;
            }
        }
        Link peer = null;
        NetStack peerHome = target;
        Attrs more = info == null ? null : info.nested(Rtnl.IFLA_INFO_DATA, 0);
        if (kind.equals("veth")) {
            Attrs other = more == null ? null : more.nested(Rtnl.VETH_INFO_PEER, 16);
            String otherName = other == null ? null : other.string(Net.IFLA_IFNAME);
            byte[] otherMac = other == null ? null : other.get(Net.IFLA_ADDRESS);
            NetStack chosen = other == null ? target : target(q, other, error);
            if (chosen == null) {
                return error[0];
            }
            peerHome = other != null && movesTo(other) ? chosen : target;
            if (otherName != null
                    && !otherName.isEmpty()
                    && !peerHome.interfaces().free(otherName)) {
                return -EEXIST;
            }
            peer = peerHome.interfaces()
                    .create(
                            pattern(otherName, kind),
                            kind,
                            otherMac != null && otherMac.length == 6 ? otherMac : null,
                            0);
            if (peer == null) {
                return -ENFILE;
            }
        }
        Interfaces there = target.interfaces();
        Link made = there.create(pattern(name, kind), kind, mac, index);
        if (made == null) {
            if (peer != null) {
                peerHome.interfaces().delete(peer);
            }
            return -ENFILE;
        }
        if (peer != null) {
            there.join(made, peer);
            peerHome.interfaces().announce();
        }
        int r = new LinkChanges(target).modify(q, made, a);
        there.announce();
        return r;
    }

    private static String pattern(@Nullable String name, String kind) {
        return name == null || name.isEmpty() ? kind + "%d" : name;
    }

    private int modify(Request q, Link l, Attrs a) {
        int[] error = new int[1];
        NetStack target = target(q, a, error);
        if (target == null) {
            return error[0];
        }
        if (target != net && movesTo(a) && l.home() == net) {
            int moved = move(l, target, a.string(Net.IFLA_IFNAME));
            return moved < 0 ? moved : new LinkChanges(target).settings(q, l, a);
        }
        return settings(q, l, a);
    }

    /** Whether a network is named. */
    private static boolean movesTo(Attrs a) {
        return a.has(Rtnl.IFLA_NET_NS_PID) || a.has(Rtnl.IFLA_NET_NS_FD);
    }

    /** The network that a request names by a process or a file, else this one; null with the errno in {@code error[0]}. */
    private @Nullable NetStack target(Request q, Attrs a, int[] error) {
        Namespace found = net;
        if (a.has(Rtnl.IFLA_NET_NS_PID)) {
            found = q.caller.networkOf(a.int32(Rtnl.IFLA_NET_NS_PID, 0));
            error[0] = -ESRCH;
        } else if (a.has(Rtnl.IFLA_NET_NS_FD)) {
            FileDescription f = q.caller.fget(a.int32(Rtnl.IFLA_NET_NS_FD, -1));
            found = f instanceof NsFile n ? n.namespace() : null;
            error[0] = f == null ? -EBADF : -EINVAL;
        }
        if (!(found instanceof NetStack n)) {
            return null;
        }
        if (n != net && (n.hostNetwork() || !q.caller.creds().has(n.owner(), Cap.CAP_NET_ADMIN))) {
            error[0] = -EPERM;
            return null;
        }
        return n;
    }

    /** Takes an interface to another network, where it is down and has no addresses. */
    private int move(Link l, NetStack target, @Nullable String name) {
        String wanted = name == null || name.isEmpty() ? l.name : name;
        if (!target.interfaces().free(wanted)) {
            return -EEXIST;
        }
        if (!"veth".equals(l.kind) && !"dummy".equals(l.kind)) {
            return -EINVAL; // the loopback and bridges stay where they are
        }
        int r = all.take(l);
        if (r == 0) {
            all.announce();
            l.name = wanted;
            r = target.interfaces().put(l);
            target.interfaces().announce();
        }
        return r;
    }

    private int settings(Request q, Link l, Attrs a) {
        if (a.has(IFLA_MASTER)) {
            int index = a.int32(IFLA_MASTER, 0);
            Link bridge = index == 0 ? null : all.byIndex(index);
            if (index != 0 && (bridge == null || !"bridge".equals(bridge.kind))) {
                return bridge == null ? -EINVAL : -EOPNOTSUPP;
            }
            int e = all.enslave(l, bridge);
            if (e < 0) {
                return e;
            }
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
            tellFarEnd(l);
        }
        return 0;
    }

    /** The other end of a cable may have got, or lost, its carrier. */
    private void tellFarEnd(Link l) {
        Link far = l.peer;
        NetStack there = far == null ? null : far.home();
        if (far != null && there != null && there != net && far.up()) {
            there.interfaces().changed(far);
            there.interfaces().announce();
        }
    }

    private static String cut(@Nullable String s) {
        return s == null ? "" : s.length() >= ALIAS_MAX ? s.substring(0, ALIAS_MAX - 1) : s;
    }

    int delete(Request q) {
        if (q.bodyLength() < 16) {
            return -EINVAL;
        }
        Attrs a = q.attrs(16);
        Link l = RouteAnswers.named(all, q, a);
        if (l == null) {
            boolean said = q.i32(4) != 0 || a.has(Net.IFLA_IFNAME) || a.has(Rtnl.IFLA_ALT_IFNAME);
            return said ? -ENODEV : -EINVAL;
        }
        Link far = l.peer;
        int r = all.delete(l);
        NetStack there = far == null ? null : far.home();
        if (r == 0 && far != null && there != null) {
            there.interfaces().delete(far);
            there.interfaces().announce();
        }
        return r;
    }
}
