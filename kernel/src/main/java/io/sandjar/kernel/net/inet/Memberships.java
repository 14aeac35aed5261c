// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;
import java.util.HashSet;

/** The multicast groups that a socket has joined (ip(7), RFC 3678). */
final class Memberships {
    private static final int GROUPS_MAX = 256;
    private static final int MCAST_JOIN_GROUP = 42;
    private static final int MCAST_LEAVE_GROUP = 45;

    /** What {@link #set} answers for an option that is none of these. */
    static final int OTHER = 1;

    private final NetStack net;
    private final HashSet<InetAddr> groups = new HashSet<>(2);

    Memberships(NetStack net) {
        this.net = net;
    }

    /** Whether the socket wants a group: because it joined, or because it wants all that anybody here has joined. */
    synchronized boolean has(InetAddr group) {
        return groups.contains(group);
    }

    /** An option: 0, -errno or {@link #OTHER}. */
    int set(int family, int level, int name, byte[] v, int len) {
        boolean four = level == Net.SOL_IP;
        if (four && (name == Net.IP_ADD_MEMBERSHIP || name == Net.IP_DROP_MEMBERSHIP)) {
            if (len < 8) {
                return -EINVAL;
            }
            int index = len >= 12 ? Bytes.i32(v, 8) : 0;
            return member(InetAddr.v4(Bytes.be32(v, 0), 0), index, name == Net.IP_ADD_MEMBERSHIP);
        }
        boolean six = level == Net.SOL_IPV6 && family == Net.AF_INET6;
        if (six && (name == Net.IPV6_JOIN_GROUP || name == Net.IPV6_LEAVE_GROUP)) {
            return len < 20 ? -EINVAL : member(InetAddr.read6(v, 0, 0), Bytes.i32(v, 16), name == Net.IPV6_JOIN_GROUP);
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
            return member(group, Bytes.i32(v, 0), name == MCAST_JOIN_GROUP);
        }
        return OTHER;
    }

    private int member(InetAddr group, int index, boolean join) {
        if (!group.isMulticast()) {
            return join || !group.isV4() ? -EINVAL : -EADDRNOTAVAIL;
        }
        if (index != 0 && net.interfaces().byIndex(index) == null) {
            return -ENODEV;
        }
        synchronized (this) {
            if (join) {
                if (groups.size() >= GROUPS_MAX) {
                    return -ENOBUFS;
                }
                if (!groups.add(group)) {
                    return -EADDRINUSE;
                }
            } else if (!groups.remove(group)) {
                return -EADDRNOTAVAIL;
            }
        }
        net.wire().joined(group, join ? 1 : -1);
        return 0;
    }

    /** The socket is closed. */
    void leaveAll() {
        InetAddr[] all;
        synchronized (this) {
            all = groups.toArray(new InetAddr[0]);
            groups.clear();
        }
        for (InetAddr g : all) {
            net.wire().joined(g, -1);
        }
    }
}
