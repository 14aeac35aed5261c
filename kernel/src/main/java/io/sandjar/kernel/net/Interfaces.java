// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces, addresses and routes of one network. At first there is the loopback; guests with CAP_NET_ADMIN can
 * add others; cables (veth) and bridges lead to other networks, see {@link io.sandjar.kernel.net.inet.InetSocket}. Changes are told after the monitor is left.
 */
public final class Interfaces {
    public static final String LOOPBACK = "lo";
    public static final int LOOPBACK_INDEX = 1;
    public static final int LOOPBACK_MTU = 65536;

    /** Limits of what a guest can make the kernel keep. */
    private static final int LINKS_MAX = 1024;

    private static final int NAME_MAX = 16;
    private static final int ADDRESSES_MAX = 4096;

    private static final byte[] LOCALHOST6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final ArrayList<Link> links = new ArrayList<>(2);
    private final Changes news = new Changes();
    private final RouteTable routes = new RouteTable(news);
    private int lastIndex = LOOPBACK_INDEX;
    private int addressCount;

    /** Whether all is as at the start: the loopback with its addresses and nothing else. */
    private volatile boolean plain;

    /** The network that they belong to; null in tests of tables alone. */
    private final @Nullable NetStack home;

    private final Neighbours neighbours = new Neighbours();

    /** @param up whether the loopback is set up; in a network namespace that a guest makes it is not */
    Interfaces(@Nullable NetStack home, boolean up) {
        this.home = home;
        links.add(new Link(
                LOOPBACK_INDEX, LOOPBACK, null, Net.ARPHRD_LOOPBACK, Net.IFF_LOOPBACK, LOOPBACK_MTU, new byte[6]));
        links.get(0).setHome(home);
        if (up) {
            setFlags(links.get(0), Net.IFF_UP, Net.IFF_UP);
            news.clear();
        }
        plain = up;
    }

    public void setWatcher(Changes.Watcher w) {
        news.setWatcher(w);
    }

    /** Whether programs can reach each other by 127.0.0.1 and only so: then {@link #isLocal} need not be asked. */
    public boolean plain() {
        return plain;
    }

    /** The links as they are now; fields of them may change any time. */
    public synchronized Link[] links() {
        return links.toArray(new Link[0]);
    }

    /** All routes in the order of their destinations, those to the network's own addresses last. */
    public synchronized Route[] routes() {
        return routes.all();
    }

    public synchronized @Nullable Link byIndex(int index) {
        for (Link l : links) {
            if (l.index == index) {
                return l;
            }
        }
        return null;
    }

    public synchronized @Nullable Link byName(String name) {
        for (Link l : links) {
            if (l.name.equals(name)) {
                return l;
            }
        }
        return null;
    }

    /** The addresses of a link now. */
    public synchronized Link.Address[] addressesOf(Link l) {
        return l.addresses.toArray(new Link.Address[0]);
    }

    /** Whether what is sent to an address stays in this network: the tables say it is one of its own. */
    public synchronized boolean isLocal(byte[] address) {
        Route r = lookup(address, null);
        return r != null && r.type() == Rtnl.RTN_LOCAL;
    }

    /** Whether an interface that asks no neighbours has an address of IPv6: that can be bound while the interface is down. */
    public synchronized boolean hasUnasked(byte[] address) {
        for (Link l : links) {
            if ((l.loopback() || (l.flags & Net.IFF_NOARP) != 0) && l.find(Net.AF_INET6, address, -1) != null) {
                return true;
            }
        }
        return false;
    }

    /** The route that an address takes: table local before main, long prefixes before short ones, then the metric. */
    public synchronized @Nullable Route lookup(byte[] address, @Nullable Link through) {
        return routes.lookup(address, through);
    }

    /** The interface whose prefix holds an address, or that has it. */
    public synchronized @Nullable Link linkOf(byte[] address) {
        Route r = lookup(address, null);
        return r == null ? null : byIndex(r.link());
    }

    // ---- changing ----

    /** Tells the watcher what happened. To be called after each change, without locks. */
    public void announce() {
        if (news.announce() && home != null) {
            home.ways().changed();
        }
    }

    /** Makes an interface: null for too many. A name with %d gets a number. */
    public synchronized @Nullable Link create(String wanted, String kind, byte @Nullable [] mac, int index) {
        if (links.size() >= LINKS_MAX) {
            return null;
        }
        String name = wanted;
        for (int i = 0; wanted.contains("%d") || byName(name) != null; i++) {
            name = wanted.replace("%d", Integer.toString(i));
            if (byName(name) == null) {
                break;
            }
            if (i > LINKS_MAX) {
                return null;
            }
        }
        byte[] hardware = mac;
        if (hardware == null) {
            hardware = new byte[6];
            ThreadLocalRandom.current().nextBytes(hardware);
            hardware[0] = (byte) (hardware[0] & 0xfc | 2); // of local administration, not a group
        }
        int flags = Net.IFF_BROADCAST | (kind.equals("dummy") ? Net.IFF_NOARP : Net.IFF_MULTICAST);
        int n = index != 0 ? index : ++lastIndex;
        lastIndex = Math.max(lastIndex, n);
        Link l = new Link(n, name, kind, Net.ARPHRD_ETHER, flags, 1500, hardware);
        l.setHome(home);
        links.add(l);
        plain = false;
        news.link(l, false);
        return l;
    }

    /** Takes an interface out, to be put into another network with {@link #put}: 0 or -errno. */
    public synchronized int take(Link l) {
        if (l.loopback() || !links.contains(l)) {
            return l.loopback() ? -EINVAL : -ENODEV;
        }
        leave(l);
        return 0;
    }

    /** Takes in an interface of another network. It keeps its index where that is free, and is down: 0 or -errno. */
    public synchronized int put(Link l) {
        if (byName(l.name) != null) {
            return -EEXIST;
        }
        if (links.size() >= LINKS_MAX) {
            return -ENFILE;
        }
        if (byIndex(l.index) != null) {
            l.index = ++lastIndex;
        }
        lastIndex = Math.max(lastIndex, l.index);
        l.setHome(home);
        links.add(l);
        plain = false;
        news.link(l, false);
        return 0;
    }

    /** Puts an interface to a bridge, or takes it away from it (null): 0 or -errno. */
    public synchronized int enslave(Link l, @Nullable Link bridge) {
        if (bridge != null && (l.loopback() || bridge == l || "bridge".equals(l.kind))) {
            return l.loopback() ? -EINVAL : -ELOOP;
        }
        if (l.master != bridge) {
            l.master = bridge;
            changed(l);
            if (bridge != null) {
                news.link(bridge, false);
            }
        }
        return 0;
    }

    /** Whether an interface with a name could be put here. */
    public synchronized boolean free(String name) {
        return byName(name) == null;
    }

    // ---- neighbours ----

    /** Somebody looked for the neighbour with an address: behind {@code far}, or nowhere. */
    public void met(Link out, byte[] address, @Nullable Link far) {
        neighbours.met(out, address, far == null ? null : far.mac);
    }

    public Neighbours neighbours() {
        return neighbours;
    }

    /** Takes an interface away, with its addresses and its routes; the other end of a veth is the caller's to take. */
    public synchronized int delete(Link l) {
        if (l.loopback() || !links.contains(l)) {
            return l.loopback() ? -EOPNOTSUPP : -ENODEV;
        }
        leave(l);
        return 0;
    }

    private void leave(Link l) {
        setFlags(l, 0, Net.IFF_UP);
        l.master = null;
        for (Link port : links) {
            port.master = port.master == l ? null : port.master;
        }
        neighbours.forget(l);
        for (Link.Address a : addressesOf(l)) {
            removeAddress(l, a);
        }
        links.remove(l);
        if (home != null) {
            home.groups().forget(l.index);
        }
        news.link(l, true);
    }

    /** Changes flags; IFF_UP brings routes and takes them away. */
    public synchronized void setFlags(Link l, int value, int mask) {
        boolean was = l.up();
        l.flags = l.flags & ~mask | value & mask;
        if (was == l.up()) {
            if (mask != 0) {
                news.link(l, false);
            }
            return;
        }
        plain = false;
        if (l.up()) {
            l.queued = true;
            if (l.loopback()) {
                own(
                        l,
                        new Link.Address(
                                Net.AF_INET,
                                new byte[] {127, 0, 0, 1},
                                8,
                                Rtnl.RT_SCOPE_HOST,
                                Rtnl.IFA_F_PERMANENT,
                                null));
                own(l, new Link.Address(Net.AF_INET6, LOCALHOST6, 128, Rtnl.RT_SCOPE_HOST, Rtnl.IFA_F_PERMANENT, null));
            }
            news.link(l, false);
            for (Link.Address a : addressesOf(l)) {
                automatic(l, a, false);
            }
        } else {
            routes.removeAll(l);
            // addresses of IPv6 go with the interface, those of IPv4 stay
            for (Link.Address a : addressesOf(l)) {
                if (a.family() == Net.AF_INET6) {
                    l.addresses.remove(a);
                    addressCount--;
                    news.address(l, a, true);
                }
            }
            news.link(l, false);
        }
    }

    private void own(Link l, Link.Address a) {
        if (l.find(a.family(), a.bytes(), -1) == null) {
            l.addresses.add(a);
            addressCount++;
            news.address(l, a, false);
        }
    }

    /** Says that settings of a link were changed. */
    public synchronized void changed(Link l) {
        plain = false;
        news.link(l, false);
    }

    /** Adds an address: 0, -EEXIST or -ENOBUFS. */
    public synchronized int addAddress(Link l, Link.Address a, boolean replace) {
        Link.Address old = l.find(a.family(), a.bytes(), a.family() == Net.AF_INET ? a.bits() : -1);
        if (old != null) {
            if (!replace) {
                return -EEXIST;
            }
            l.addresses.set(l.addresses.indexOf(old), a);
            news.address(l, a, false);
            return 0;
        }
        if (addressCount >= ADDRESSES_MAX) {
            return -ENOBUFS;
        }
        plain = false;
        Link.Address added = a;
        for (Link.Address o : l.addresses) {
            if (a.family() == Net.AF_INET && o.family() == Net.AF_INET && o.bits() == a.bits() && samePrefix(o, a)) {
                added = new Link.Address(
                        a.family(), a.bytes(), a.bits(), a.scope(), a.flags() | Rtnl.IFA_F_SECONDARY, a.broadcast());
            }
        }
        l.addresses.add(added);
        addressCount++;
        news.address(l, added, false);
        if (l.up()) {
            automatic(l, added, false);
        }
        return 0;
    }

    private static boolean samePrefix(Link.Address a, Link.Address b) {
        return Arrays.equals(Route.prefix(a.bytes(), a.bits()), Route.prefix(b.bytes(), a.bits()));
    }

    /** Takes an address away: 0 or -EADDRNOTAVAIL. */
    public synchronized int removeAddress(Link l, Link.Address a) {
        if (!l.addresses.remove(a)) {
            return -EADDRNOTAVAIL;
        }
        plain = false;
        addressCount--;
        if (l.up()) {
            automatic(l, a, true);
        }
        news.address(l, a, true);
        return 0;
    }

    /** The address of a link as it was given; null for none. */
    public synchronized Link.@Nullable Address find(Link l, int family, byte[] bytes, int bits) {
        return l.find(family, bytes, bits);
    }

    /** Routes that follow from an address of a link that is up. */
    private void automatic(Link l, Link.Address a, boolean gone) {
        boolean four = a.family() == Net.AF_INET;
        int all = four ? 32 : 128;
        routes.change(
                kernelRoute(l, a, a.bytes(), all, Rtnl.RT_TABLE_LOCAL, Rtnl.RTN_LOCAL, Rtnl.RT_SCOPE_HOST, 0), gone);
        byte[] prefix = Route.prefix(a.bytes(), a.bits());
        boolean secondary = (a.flags() & Rtnl.IFA_F_SECONDARY) != 0;
        if (a.bits() < all && !secondary && (a.flags() & Rtnl.IFA_F_NOPREFIXROUTE) == 0) {
            boolean local = l.loopback() && four;
            routes.change(
                    kernelRoute(
                            l,
                            a,
                            prefix,
                            a.bits(),
                            local ? Rtnl.RT_TABLE_LOCAL : Rtnl.RT_TABLE_MAIN,
                            local ? Rtnl.RTN_LOCAL : Rtnl.RTN_UNICAST,
                            local ? Rtnl.RT_SCOPE_HOST : Rtnl.RT_SCOPE_LINK,
                            four ? 0 : 256),
                    gone);
        }
        if (four && a.bits() < 31 && !secondary) {
            byte[] last = prefix.clone();
            for (int i = a.bits(); i < 32; i++) {
                last[i / 8] |= (byte) (0x80 >>> i % 8);
            }
            routes.change(
                    kernelRoute(l, a, last, 32, Rtnl.RT_TABLE_LOCAL, Rtnl.RTN_BROADCAST, Rtnl.RT_SCOPE_LINK, 0), gone);
        }
    }

    private static Route kernelRoute(
            Link l, Link.Address a, byte[] dst, int bits, int table, int type, int scope, int priority) {
        boolean four = a.family() == Net.AF_INET;
        byte[] source = a.bytes();
        for (Link.Address o : l.addresses) {
            boolean first = (o.flags() & Rtnl.IFA_F_SECONDARY) == 0 && o.bits() == a.bits();
            if (four && first && o.family() == a.family() && samePrefix(o, a)) {
                source = o.bytes();
            }
        }
        return new Route(
                a.family(),
                dst,
                bits,
                table,
                Rtnl.RTPROT_KERNEL,
                four ? scope : 0,
                type,
                l.index,
                null,
                four ? source : null,
                priority,
                0);
    }

    /** Adds a route: 0, -EEXIST, -ENOENT (nothing to replace), -ENOBUFS. */
    public synchronized int addRoute(Route r, boolean create, boolean exclusive, boolean replace) {
        int e = routes.add(r, create, exclusive, replace);
        plain &= e != 0;
        return e;
    }

    /** Takes a route away: 0 or -ESRCH. What {@code like} leaves open (0, null) fits all. */
    public synchronized int removeRoute(Route like) {
        int e = routes.remove(like);
        plain &= e != 0;
        return e;
    }

    // ---- settings ----

    long ioctl(Caller c, int cmd, long arg, boolean admin) {
        return InterfaceIoctl.ioctl(this, c, cmd, arg, admin);
    }

    /** Makes two interfaces the ends of one cable. */
    public synchronized void join(Link a, Link b) {
        a.peer = b;
        b.peer = a;
    }

    /** Sets the MTU: 0 or -EINVAL. */
    public int setMtu(Link l, int mtu) {
        if (mtu < (l.loopback() ? 0 : 68) || (!l.loopback() && mtu > 65535)) {
            return -EINVAL;
        }
        l.mtu = mtu;
        changed(l);
        return 0;
    }

    /** Gives another name: 0, -EINVAL or -EEXIST. */
    public synchronized int rename(Link l, String name) {
        if (!goodName(name)) {
            return -EINVAL;
        }
        Link other = byName(name);
        if (other != null) {
            return other == l ? 0 : -EEXIST;
        }
        l.name = name;
        changed(l);
        return 0;
    }

    /** Sets what is given: not null, not negative. */
    public synchronized void set(Link l, byte @Nullable [] mac, int queueLength, int group, @Nullable String alias) {
        if (mac == null && queueLength < 0 && group < 0 && alias == null) {
            return;
        }
        l.mac = mac == null ? l.mac : mac;
        l.queueLength = queueLength < 0 ? l.queueLength : queueLength;
        l.group = group < 0 ? l.group : group;
        if (alias != null) {
            l.alias = alias.isEmpty() ? null : alias;
        }
        changed(l);
    }

    /** Whether an interface may have a name: as in Linux, one that can be a file name and stand before a colon. */
    public static boolean goodName(String name) {
        if (name.isEmpty() || name.length() >= NAME_MAX || name.equals(".") || name.equals("..")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char ch = name.charAt(i);
            if (ch == '/' || ch == ':' || ch == ' ' || (ch >= 9 && ch <= 13)) {
                return false;
            }
        }
        return true;
    }
}
