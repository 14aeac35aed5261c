// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import java.util.ArrayList;
import java.util.HashMap;

/** The multicast groups that the sockets of one network have joined on its interfaces, as /proc/net/igmp shows them. */
public final class GroupTable {
    private static final InetAddr ALL_HOSTS = InetAddr.v4(0xe0000001, 0);
    private static final InetAddr ALL_NODES = new InetAddr(0xff02L << 48, 1, 0);
    private static final InetAddr ALL_OF_THE_HOST = new InetAddr(0xff01L << 48, 1, 0);

    /** Groups of who has an address with these last three bytes (RFC 4291). */
    private static final long SOLICITED = 0x1_ff00_0000L;

    /**
     * A group on an interface.
     *
     * @param address four or sixteen bytes
     * @param users sockets, or addresses
     * @param automatic whether it is there without a socket
     */
    public record Entry(byte[] address, int users, boolean automatic) {}

    /** A sender whom sockets want, or do not want, in a group. */
    public record Source(byte[] group, byte[] source, int including, int excluding) {}

    private final NetStack net;

    /** By interface, in the order in which they were joined. Guarded by this. */
    private final HashMap<Integer, ArrayList<Membership>> joined = new HashMap<>(2);

    public GroupTable(NetStack net) {
        this.net = net;
    }

    synchronized void joined(Membership m) {
        joined.computeIfAbsent(m.link, k -> new ArrayList<>(2)).add(m);
    }

    synchronized void left(Membership m) {
        ArrayList<Membership> of = joined.get(m.link);
        if (of != null && of.remove(m) && of.isEmpty()) {
            joined.remove(m.link);
        }
    }

    /** An interface is gone. */
    public synchronized void forget(int link) {
        joined.remove(link);
    }

    /** Whether what {@code from} sends to a group is taken when it comes by an interface. */
    boolean accepts(InetAddr group, InetAddr from, int link) {
        synchronized (this) {
            ArrayList<Membership> of = joined.get(link);
            if (of != null) {
                for (int i = 0; i < of.size(); i++) {
                    Membership m = of.get(i);
                    if (m.group.sameHost(group) && m.filter.accepts(from)) {
                        return true;
                    }
                }
            }
        }
        Link l = net.interfaces().byIndex(link);
        if (l != null) {
            for (InetAddr a : automatic(l, group.isV4())) {
                if (a.sameHost(group)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The groups of an interface, the newest first, as Linux lists them. */
    public Entry[] of(Link l, boolean four) {
        ArrayList<InetAddr> groups = new ArrayList<>();
        ArrayList<Integer> users = new ArrayList<>();
        ArrayList<InetAddr> own = automatic(l, four);
        for (InetAddr a : own) {
            count(groups, users, a);
        }
        int automatic = groups.size();
        synchronized (this) {
            ArrayList<Membership> of = joined.get(l.index);
            if (of != null) {
                for (Membership m : of) {
                    if (m.group.isV4() == four) {
                        count(groups, users, m.group);
                    }
                }
            }
        }
        Entry[] all = new Entry[groups.size()];
        int family = four ? Net.AF_INET : Net.AF_INET6;
        for (int i = 0; i < all.length; i++) {
            all[all.length - 1 - i] = new Entry(groups.get(i).bytes(family), users.get(i), i < automatic);
        }
        return all;
    }

    private static void count(ArrayList<InetAddr> groups, ArrayList<Integer> users, InetAddr group) {
        int i = groups.indexOf(group);
        if (i < 0) {
            groups.add(group);
            users.add(1);
        } else {
            users.set(i, users.get(i) + 1);
        }
    }

    /** Groups that an interface is in without anybody's doing, the oldest first; with repetitions. */
    private ArrayList<InetAddr> automatic(Link l, boolean four) {
        ArrayList<InetAddr> found = new ArrayList<>(4);
        if (four) {
            if (l.up()) {
                found.add(ALL_HOSTS);
            }
            return found;
        }
        found.add(ALL_OF_THE_HOST);
        found.add(ALL_NODES);
        if (l.up() && !l.loopback() && (l.shownFlags() & Net.IFF_NOARP) == 0) {
            for (Link.Address a : net.interfaces().addressesOf(l)) {
                if (a.family() == Net.AF_INET6) {
                    long last = InetAddr.of(a.bytes()).lo() & 0xffffff;
                    found.add(new InetAddr(0xff02L << 48, SOLICITED | last, 0));
                }
            }
        }
        return found;
    }

    /** The senders that are named in the groups of an interface. */
    public synchronized Source[] sources(Link l, boolean four) {
        ArrayList<Membership> of = joined.get(l.index);
        ArrayList<Source> found = new ArrayList<>();
        int family = four ? Net.AF_INET : Net.AF_INET6;
        if (of != null) {
            for (int i = 0; i < of.size(); i++) {
                Membership m = of.get(i);
                for (InetAddr s : m.filter.sources()) {
                    if (m.group.isV4() == four && first(of, i, m.group, s)) {
                        found.add(new Source(
                                m.group.bytes(family),
                                s.bytes(family),
                                naming(of, m.group, s, true),
                                naming(of, m.group, s, false)));
                    }
                }
            }
        }
        return found.toArray(new Source[0]);
    }

    private static boolean first(ArrayList<Membership> of, int before, InetAddr group, InetAddr source) {
        for (int i = 0; i < before; i++) {
            if (of.get(i).group.sameHost(group) && of.get(i).filter.has(source)) {
                return false;
            }
        }
        return true;
    }

    private static int naming(ArrayList<Membership> of, InetAddr group, InetAddr source, boolean include) {
        int n = 0;
        for (Membership m : of) {
            n += m.group.sameHost(group) && m.filter.include() == include && m.filter.has(source) ? 1 : 0;
        }
        return n;
    }
}
