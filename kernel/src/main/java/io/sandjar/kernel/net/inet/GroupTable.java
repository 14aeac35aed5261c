// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

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

    /** What {@link Source} tells of. */
    private record Named(InetAddr group, InetAddr source) {}

    private static final Membership[] NONE = {};

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
        LinkedHashMap<InetAddr, int[]> users = new LinkedHashMap<>();
        for (InetAddr a : automatic(l, four)) {
            users.computeIfAbsent(a, k -> new int[1])[0]++;
        }
        int automatic = users.size();
        for (Membership m : joinedOn(l)) {
            if (m.group.isV4() == four) {
                users.computeIfAbsent(m.group, k -> new int[1])[0]++;
            }
        }
        Entry[] all = new Entry[users.size()];
        int family = four ? Net.AF_INET : Net.AF_INET6;
        int i = 0;
        for (Map.Entry<InetAddr, int[]> e : users.entrySet()) {
            all[all.length - 1 - i] = new Entry(e.getKey().bytes(family), e.getValue()[0], i < automatic);
            i++;
        }
        return all;
    }

    /** A copy, so that nobody who sends has to wait for one who counts. */
    private synchronized Membership[] joinedOn(Link l) {
        ArrayList<Membership> of = joined.get(l.index);
        return of == null ? NONE : of.toArray(NONE);
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
    public Source[] sources(Link l, boolean four) {
        LinkedHashMap<Named, int[]> users = new LinkedHashMap<>();
        for (Membership m : joinedOn(l)) {
            if (m.group.isV4() == four) {
                Membership.Filter f = m.filter;
                for (InetAddr s : f.sources()) {
                    users.computeIfAbsent(new Named(m.group, s), k -> new int[2])[f.include() ? 0 : 1]++;
                }
            }
        }
        Source[] found = new Source[users.size()];
        int family = four ? Net.AF_INET : Net.AF_INET6;
        int i = 0;
        for (Map.Entry<Named, int[]> e : users.entrySet()) {
            int[] n = e.getValue();
            Named named = e.getKey();
            found[i++] = new Source(named.group.bytes(family), named.source.bytes(family), n[0], n[1]);
        }
        return found;
    }
}
