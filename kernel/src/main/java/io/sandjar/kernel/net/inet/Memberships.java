// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.net.NetStack;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The multicast groups that a socket has joined, and whose datagrams it wants of them (ip(7), RFC 3678). */
final class Memberships {
    /** What the groups of a socket may take, as net.core.optmem_max bounds them in Linux; those of IPv4 are counted, too. */
    private static final int BYTES_MAX = 128 * 1024;

    private static final int GROUP_BYTES = 100;
    private static final int SOURCE_BYTES = 40;

    /** net.ipv4.igmp_max_msf, net.ipv6.mld_max_msf. */
    private static final int SOURCES_MAX_V4 = 10;

    private static final int SOURCES_MAX_V6 = 64;

    private final NetStack net;
    private final ArrayList<Membership> all = new ArrayList<>(1);

    /** What they take of {@link HeapRoom#OBJECTS}. */
    private int bytes;

    Memberships(NetStack net) {
        this.net = net;
    }

    static int sourcesMax(InetAddr group) {
        return group.isV4() ? SOURCES_MAX_V4 : SOURCES_MAX_V6;
    }

    /**
     * Whether what {@code from} sends to a group and comes by an interface is for this socket.
     *
     * @param others whether it wants groups that it has not joined itself
     */
    synchronized boolean wants(InetAddr group, InetAddr from, int link, boolean others) {
        for (Membership m : all) {
            if (m.group.sameHost(group) && (m.link == link || !group.isV4())) {
                return m.filter.accepts(from);
            }
        }
        return others;
    }

    /** Joins: 0 or -errno. */
    synchronized int join(InetAddr group, int link, Membership.Filter filter) {
        if (find(group, link) != null) {
            return -EADDRINUSE;
        }
        if (group.isV4() && all.size() >= Net.IP_MAX_MEMBERSHIPS) {
            return -ENOBUFS;
        }
        if (!take(GROUP_BYTES + bytesOf(filter))) {
            return group.isV4() ? -ENOBUFS : -ENOMEM;
        }
        Membership m = new Membership(group, link, filter);
        all.add(m);
        net.groups().joined(m);
        return 0;
    }

    /** Leaves: 0 or -errno. {@code link} is 0 for any. */
    synchronized int leave(InetAddr group, int link) {
        for (Membership m : all) {
            if (m.group.sameHost(group) && (link == 0 || m.link == link)) {
                all.remove(m);
                give(GROUP_BYTES + bytesOf(m.filter));
                net.groups().left(m);
                return 0;
            }
        }
        return -EADDRNOTAVAIL;
    }

    /**
     * Adds a sender to those who are wanted or not wanted, or takes one away: 0 or -errno.
     *
     * @param include whether it is about those who are wanted
     */
    synchronized int source(InetAddr group, int link, InetAddr source, boolean include, boolean add) {
        Membership m = find(group, link);
        if (m == null) {
            return -EINVAL;
        }
        InetAddr[] now = m.filter.sources();
        if (m.filter.include() != include) {
            if (now.length != 0) {
                return -EINVAL;
            }
            m.filter = include ? Membership.Filter.NONE : Membership.Filter.ALL;
        }
        if (m.filter.has(source) == add) {
            return -EADDRNOTAVAIL;
        }
        InetAddr[] then;
        if (add) {
            if (now.length >= sourcesMax(group)) {
                return -ENOBUFS;
            }
            then = Arrays.copyOf(now, now.length + 1);
            then[now.length] = source;
        } else {
            if (include && now.length == 1) {
                return leave(group, link); // nobody is wanted any more
            }
            then = new InetAddr[now.length - 1];
            int n = 0;
            for (InetAddr s : now) {
                if (!s.sameHost(source)) {
                    then[n++] = s;
                }
            }
        }
        return change(m, new Membership.Filter(include, then));
    }

    /** Says whose datagrams are wanted: 0 or -errno. */
    synchronized int filter(InetAddr group, int link, Membership.Filter filter) {
        if (filter.include() && filter.sources().length == 0) {
            return leave(group, link);
        }
        Membership m = find(group, link);
        if (m == null) {
            return -EINVAL;
        }
        return change(m, filter);
    }

    private int change(Membership m, Membership.Filter filter) {
        int more = bytesOf(filter) - bytesOf(m.filter);
        if (more > 0 && !take(more)) {
            return -ENOBUFS;
        }
        if (more < 0) {
            give(-more);
        }
        m.filter = filter;
        return 0;
    }

    private static int bytesOf(Membership.Filter f) {
        return f.sources().length * SOURCE_BYTES;
    }

    private boolean take(int more) {
        if (bytes + more > BYTES_MAX || !HeapRoom.OBJECTS.take(more)) {
            return false;
        }
        bytes += more;
        return true;
    }

    private void give(int less) {
        bytes -= less;
        HeapRoom.OBJECTS.give(less);
    }

    /** Whose datagrams are wanted; null when the group was not joined. */
    synchronized Membership.@Nullable Filter filter(InetAddr group, int link) {
        Membership m = find(group, link);
        return m == null ? null : m.filter;
    }

    private @Nullable Membership find(InetAddr group, int link) {
        for (Membership m : all) {
            if (m.is(group, link)) {
                return m;
            }
        }
        return null;
    }

    /** The socket is closed. */
    synchronized void leaveAll() {
        for (Membership m : all) {
            net.groups().left(m);
        }
        all.clear();
        give(bytes);
    }
}
