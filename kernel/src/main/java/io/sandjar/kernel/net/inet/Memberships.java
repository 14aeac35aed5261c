// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The multicast groups that a socket has joined, each on one interface (ip(7), RFC 3678). */
final class Memberships {
    private static final int GROUPS_MAX = 256;
    private static final int MCAST_JOIN_GROUP = 42;
    private static final int MCAST_LEAVE_GROUP = 45;

    /** What {@link #set} answers for an option that is none of these. */
    static final int OTHER = 1;

    private record Member(InetAddr group, int link) {}

    private final NetStack net;

    /** In the order in which they were joined. Guarded by this. */
    private final ArrayList<Member> members = new ArrayList<>(0);

    Memberships(NetStack net) {
        this.net = net;
    }

    /** Whether the socket has joined a group, on any interface. */
    synchronized boolean has(InetAddr group) {
        return find(group, 0) != null;
    }

    /** An option: 0, -errno or {@link #OTHER}. */
    int set(int family, int level, int name, byte[] v, int len) {
        boolean four = level == Net.SOL_IP;
        if (four && (name == Net.IP_ADD_MEMBERSHIP || name == Net.IP_DROP_MEMBERSHIP)) {
            if (len < 8) {
                return -EINVAL;
            }
            InetAddr group = InetAddr.v4(Bytes.be32(v, 0), 0);
            InetAddr at = InetAddr.v4(Bytes.be32(v, 4), 0);
            int index = len >= 12 ? Bytes.i32(v, 8) : 0;
            return name == Net.IP_ADD_MEMBERSHIP ? join(group, index, at) : leave(group, index, at);
        }
        boolean six = level == Net.SOL_IPV6 && family == Net.AF_INET6;
        if (six && (name == Net.IPV6_JOIN_GROUP || name == Net.IPV6_LEAVE_GROUP)) {
            if (len < 20) {
                return -EINVAL;
            }
            InetAddr group = InetAddr.read6(v, 0, 0);
            int index = Bytes.i32(v, 16);
            return name == Net.IPV6_JOIN_GROUP
                    ? join(group, index, InetAddr.ANY6)
                    : leave(group, index, InetAddr.ANY6);
        }
        if ((four || six) && (name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP)) { // struct group_req
            if (len < 136) {
                return -EINVAL;
            }
            int given = Bytes.u16(v, 8);
            if (given != (four ? Net.AF_INET : Net.AF_INET6)) {
                return four ? -EINVAL : -EADDRNOTAVAIL;
            }
            InetAddr group = four ? InetAddr.v4(Bytes.be32(v, 12), 0) : InetAddr.read6(v, 16, 0);
            InetAddr at = InetAddr.any(given);
            int index = Bytes.i32(v, 0);
            return name == MCAST_JOIN_GROUP ? join(group, index, at) : leave(group, index, at);
        }
        return OTHER;
    }

    private int join(InetAddr group, int index, InetAddr at) {
        if (!group.isMulticast()) {
            return -EINVAL;
        }
        Link link = link(group, index, at);
        if (link == null) {
            return -ENODEV;
        }
        synchronized (this) {
            if (find(group, link.index) != null) {
                return -EADDRINUSE;
            }
            if (members.size() >= GROUPS_MAX) {
                return -ENOBUFS;
            }
            members.add(new Member(group, link.index));
        }
        net.wire().groups().joined(group, link.index);
        return 0;
    }

    private int leave(InetAddr group, int index, InetAddr at) {
        int wanted = index;
        if (group.isV4()) {
            Link link = link(group, index, at);
            if (link == null && index == 0 && at.isAny()) {
                return -ENODEV;
            }
            wanted = link == null ? index == 0 ? -1 : index : link.index;
        } else if (!group.isMulticast()) {
            return -EINVAL;
        }
        Member m;
        synchronized (this) {
            m = find(group, wanted);
            if (m == null) {
                return -EADDRNOTAVAIL;
            }
            members.remove(m);
        }
        net.wire().groups().left(m.group, m.link);
        return 0;
    }

    /** @param link 0 for any */
    private synchronized @Nullable Member find(InetAddr group, int link) {
        for (Member m : members) {
            if ((link == 0 || m.link == link) && m.group.equals(group)) {
                return m;
            }
        }
        return null;
    }

    /** The interface that is meant: by its index, by an address that it has, or by the way to the group. */
    private @Nullable Link link(InetAddr group, int index, InetAddr at) {
        Interfaces all = net.interfaces();
        if (index != 0) {
            return all.byIndex(index);
        }
        if (!at.isAny()) {
            Route own = all.lookup(at.bytes(Net.AF_INET), null);
            return own != null && own.type() == Rtnl.RTN_LOCAL ? all.byIndex(own.link()) : null;
        }
        Route way = all.lookup(group.bytes(group.isV4() ? Net.AF_INET : Net.AF_INET6), null);
        if (way != null) {
            return way.type() == Rtnl.RTN_UNICAST ? all.byIndex(way.link()) : null;
        }
        return group.isV4() ? null : firstForGroups(all);
    }

    /** Linux has a route for the groups of IPv6 on each interface that is up but the loopback; the first is taken. */
    private static @Nullable Link firstForGroups(Interfaces all) {
        for (Link l : all.links()) {
            if (l.up() && !l.loopback()) {
                return l;
            }
        }
        return null;
    }

    /** The socket is closed. */
    void leaveAll() {
        Member[] all;
        synchronized (this) {
            all = members.toArray(new Member[0]);
            members.clear();
        }
        for (Member m : all) {
            net.wire().groups().left(m.group, m.link);
        }
    }
}
