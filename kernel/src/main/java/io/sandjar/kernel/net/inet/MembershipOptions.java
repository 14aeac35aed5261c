// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;

/** The options by which sockets join multicast groups and say whose datagrams they want (ip(7), ipv6(7), RFC 3678). */
final class MembershipOptions {
    /** What {@link #set} and {@link #get} answer for an option that is none of these. */
    static final int OTHER = 1;

    /** struct group_req: an index, then a sockaddr_storage. */
    private static final int GROUP_REQ = 136;

    /** struct group_source_req: the sender's after it. */
    private static final int GROUP_SOURCE_REQ = 264;

    private static final int STORAGE = 128;
    private static final int GROUP_AT = 8;

    /** struct group_filter before its list. */
    private static final int GROUP_FILTER = 144;

    /** struct ip_msfilter before its list. */
    private static final int IP_FILTER = 16;

    private static final int INCLUDE = 1;

    private final NetStack net;
    private final Memberships groups;
    private final int family;

    MembershipOptions(NetStack net, Memberships groups, int family) {
        this.net = net;
        this.groups = groups;
        this.family = family;
    }

    /** Sets one: 0, -errno or {@link #OTHER}. */
    int set(int level, int name, byte[] v, int len) {
        if (level == Net.SOL_IP) {
            switch (name) {
                case Net.IP_ADD_MEMBERSHIP, Net.IP_DROP_MEMBERSHIP -> {
                    return len < 8 ? -EINVAL : member(v, len, name == Net.IP_ADD_MEMBERSHIP);
                }
                case Net.IP_ADD_SOURCE_MEMBERSHIP,
                        Net.IP_DROP_SOURCE_MEMBERSHIP,
                        Net.IP_BLOCK_SOURCE,
                        Net.IP_UNBLOCK_SOURCE -> {
                    return len != 12 ? -EINVAL : source(name, v);
                }
                case Net.IP_MSFILTER -> {
                    return filter(v, len);
                }
                default -> {}
            }
        } else if (level != Net.SOL_IPV6 || family != Net.AF_INET6) {
            return OTHER;
        } else if (name == Net.IPV6_JOIN_GROUP || name == Net.IPV6_LEAVE_GROUP) {
            if (len < 20) {
                return -EINVAL;
            }
            InetAddr group = InetAddr.read6(v, 0, 0);
            if (group.isV4()) {
                return -EINVAL; // its groups are joined at its own level
            }
            return name == Net.IPV6_JOIN_GROUP ? join(group, Bytes.i32(v, 16)) : leave(group, Bytes.i32(v, 16));
        }
        boolean four = level == Net.SOL_IP;
        return switch (name) {
            case Net.MCAST_JOIN_GROUP, Net.MCAST_LEAVE_GROUP -> {
                if (len < GROUP_REQ) {
                    yield -EINVAL;
                }
                if (!isOf(four, v, GROUP_AT)) {
                    yield four ? -EINVAL : -EADDRNOTAVAIL;
                }
                InetAddr group = read(four, v, GROUP_AT);
                if (group.isV4() != four) {
                    yield -EINVAL;
                }
                yield name == Net.MCAST_JOIN_GROUP ? join(group, Bytes.i32(v, 0)) : leave(group, Bytes.i32(v, 0));
            }
            case Net.MCAST_BLOCK_SOURCE,
                    Net.MCAST_UNBLOCK_SOURCE,
                    Net.MCAST_JOIN_SOURCE_GROUP,
                    Net.MCAST_LEAVE_SOURCE_GROUP ->
                len < GROUP_SOURCE_REQ || (four && len > GROUP_SOURCE_REQ) ? -EINVAL : genericSource(four, name, v);
            case Net.MCAST_MSFILTER -> genericFilter(four, v, len);
            default -> OTHER;
        };
    }

    /** Tells one that was asked for with what {@code out} holds: its length, -errno or {@link #OTHER}. */
    int get(int level, int name, byte[] out, int len) {
        boolean four = level == Net.SOL_IP;
        if (four && name == Net.IP_MSFILTER) {
            if (len < IP_FILTER) {
                return -EINVAL;
            }
            InetAddr group = InetAddr.v4(Bytes.be32(out, 0), 0);
            int link = group.isMulticast() ? device(group, Bytes.be32(out, 4), 0) : -EINVAL;
            Membership.Filter f = link < 0 ? null : groups.filter(group, link);
            if (f == null) {
                return link < 0 ? link : -EADDRNOTAVAIL;
            }
            int room = Math.min(Bytes.i32(out, 12), (len - IP_FILTER) / 4);
            int n = told(f, out, 8, room);
            for (int i = 0; i < n; i++) {
                Bytes.putBe32(out, IP_FILTER + i * 4, f.sources()[i].v4());
            }
            return IP_FILTER + n * 4;
        }
        if (name != Net.MCAST_MSFILTER || !(four || (level == Net.SOL_IPV6 && family == Net.AF_INET6))) {
            return OTHER;
        }
        if (len < GROUP_FILTER) {
            return -EINVAL;
        }
        if (!isOf(four, out, GROUP_AT)) {
            return -EADDRNOTAVAIL;
        }
        InetAddr group = read(four, out, GROUP_AT);
        boolean right = group.isMulticast() && group.isV4() == four;
        int link = right ? device(group, 0, Bytes.i32(out, 0)) : -EINVAL;
        Membership.Filter f = link < 0 ? null : groups.filter(group, link);
        if (f == null) {
            return link < 0 ? link : -EADDRNOTAVAIL;
        }
        int room = Math.min(Bytes.i32(out, 140), (len - GROUP_FILTER) / STORAGE);
        int n = told(f, out, 136, room);
        for (int i = 0; i < n; i++) {
            int at = GROUP_FILTER + i * STORAGE;
            byte[] shown = new byte[STORAGE];
            f.sources()[i].encode(four ? Net.AF_INET : Net.AF_INET6, shown);
            System.arraycopy(shown, 0, out, at, STORAGE);
        }
        return GROUP_FILTER + n * STORAGE;
    }

    /** Puts mode and number: how many senders are to follow. */
    private static int told(Membership.Filter f, byte[] out, int at, int room) {
        Bytes.put32(out, at, f.include() ? INCLUDE : 0);
        Bytes.put32(out, at + 4, f.sources().length);
        return Math.max(0, Math.min(room, f.sources().length));
    }

    // ---- joining and leaving ----

    private int member(byte[] v, int len, boolean join) {
        InetAddr group = InetAddr.v4(Bytes.be32(v, 0), 0);
        int address = Bytes.be32(v, 4);
        int index = len >= 12 ? Bytes.i32(v, 8) : 0;
        if (join && !group.isMulticast()) {
            return -EINVAL;
        }
        int link = device(group, address, index);
        if (join) {
            return link < 0 ? link : groups.join(group, link, Membership.Filter.ALL);
        }
        if (link < 0 && index == 0) {
            return address == 0 ? link : -EADDRNOTAVAIL;
        }
        return groups.leave(group, link < 0 ? index : link);
    }

    private int join(InetAddr group, int index) {
        if (!group.isMulticast()) {
            return -EINVAL;
        }
        int link = device(group, 0, index);
        return link < 0 ? link : groups.join(group, link, Membership.Filter.ALL);
    }

    private int leave(InetAddr group, int index) {
        if (!group.isMulticast() && !group.isV4()) {
            return -EINVAL;
        }
        int link = group.isV4() ? device(group, 0, index) : index;
        return link < 0 ? (index == 0 ? link : -EADDRNOTAVAIL) : groups.leave(group, link);
    }

    // ---- senders ----

    private int source(int name, byte[] v) {
        InetAddr group = InetAddr.v4(Bytes.be32(v, 0), 0);
        InetAddr source = InetAddr.v4(Bytes.be32(v, 8), 0);
        boolean include = name == Net.IP_ADD_SOURCE_MEMBERSHIP || name == Net.IP_DROP_SOURCE_MEMBERSHIP;
        boolean add = name == Net.IP_ADD_SOURCE_MEMBERSHIP || name == Net.IP_BLOCK_SOURCE;
        return source(group, device(group, Bytes.be32(v, 4), 0), source, include, add);
    }

    private int genericSource(boolean four, int name, byte[] v) {
        int at = GROUP_AT + STORAGE;
        if (!isOf(four, v, GROUP_AT) || !isOf(four, v, at)) {
            return -EADDRNOTAVAIL;
        }
        InetAddr group = read(four, v, GROUP_AT);
        if (group.isV4() != four) {
            return -EINVAL;
        }
        boolean include = name == Net.MCAST_JOIN_SOURCE_GROUP || name == Net.MCAST_LEAVE_SOURCE_GROUP;
        boolean add = name == Net.MCAST_JOIN_SOURCE_GROUP || name == Net.MCAST_BLOCK_SOURCE;
        return source(group, device(group, 0, Bytes.i32(v, 0)), read(four, v, at), include, add);
    }

    private int source(InetAddr group, int link, InetAddr source, boolean include, boolean add) {
        if (!group.isMulticast()) {
            return -EINVAL;
        }
        if (link < 0) {
            return link;
        }
        if (include && add) {
            int r = groups.join(group, link, Membership.Filter.NONE);
            if (r < 0 && r != -EADDRINUSE) {
                return r;
            }
        }
        return groups.source(group, link, source, include, add);
    }

    private int filter(byte[] v, int len) {
        if (len < IP_FILTER) {
            return -EINVAL;
        }
        InetAddr group = InetAddr.v4(Bytes.be32(v, 0), 0);
        int n = Bytes.i32(v, 12);
        if (n < 0 || n > Memberships.sourcesMax(group)) {
            return -ENOBUFS;
        }
        if (IP_FILTER + n * 4 > len) {
            return -EINVAL;
        }
        InetAddr[] sources = new InetAddr[n];
        for (int i = 0; i < n; i++) {
            sources[i] = InetAddr.v4(Bytes.be32(v, IP_FILTER + i * 4), 0);
        }
        return filter(group, device(group, Bytes.be32(v, 4), 0), Bytes.i32(v, 8), sources);
    }

    private int genericFilter(boolean four, byte[] v, int len) {
        if (len < GROUP_FILTER) {
            return -EINVAL;
        }
        int n = Bytes.i32(v, 140);
        if (n < 0 || n > Memberships.sourcesMax(four ? InetAddr.ANY4 : InetAddr.ANY6)) {
            return -ENOBUFS;
        }
        if (GROUP_FILTER + n * STORAGE > len) {
            return -EINVAL;
        }
        if (!isOf(four, v, GROUP_AT)) {
            return -EADDRNOTAVAIL;
        }
        InetAddr[] sources = new InetAddr[n];
        for (int i = 0; i < n; i++) {
            int at = GROUP_FILTER + i * STORAGE;
            if (!isOf(four, v, at)) {
                return -EADDRNOTAVAIL;
            }
            sources[i] = read(four, v, at);
        }
        InetAddr group = read(four, v, GROUP_AT);
        if (group.isV4() != four) {
            return -EINVAL;
        }
        return filter(group, device(group, 0, Bytes.i32(v, 0)), Bytes.i32(v, 136), sources);
    }

    private int filter(InetAddr group, int link, int mode, InetAddr[] sources) {
        if (!group.isMulticast() || (mode != 0 && mode != INCLUDE)) {
            return -EINVAL;
        }
        return link < 0 ? link : groups.filter(group, link, new Membership.Filter(mode == INCLUDE, sources));
    }

    // ---- addresses ----

    private static boolean isOf(boolean four, byte[] v, int at) {
        return Bytes.u16(v, at) == (four ? Net.AF_INET : Net.AF_INET6);
    }

    private static InetAddr read(boolean four, byte[] v, int at) {
        return four ? InetAddr.v4(Bytes.be32(v, at + 4), 0) : InetAddr.read6(v, at + 8, 0);
    }

    /** The interface that is meant: by its index, by an address of its own or by the way to the group; -ENODEV for none. */
    private int device(InetAddr group, int address, int index) {
        if (index != 0) {
            return net.interfaces().byIndex(index) == null ? -ENODEV : index;
        }
        int link = address != 0 ? Groupcast.linkOf(net, InetAddr.v4(address, 0)) : Groupcast.linkTo(net, group);
        return link == 0 ? -ENODEV : link;
    }
}
