// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.host.Netlink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Interfaces, addresses and routes of one network namespace, by rtnetlink(7). */
final class Links implements AutoCloseable {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_GETROUTE = 26;
    private static final int IFINFO = 16;
    private static final int IFADDR = 8;
    private static final int RTMSG = 12;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_PROTINFO = 12;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int AF_BRIDGE = 7;
    private static final int AF_INET = 2;
    private static final int EEXIST = 17;
    private static final int ENODEV = 19;

    private final NetlinkCalls calls;

    /** An interface. */
    record Link(int index, String name, String alias, int master, int mtu, boolean bridge) {}

    /** A route of the main table. */
    record Route(Ipv4.Subnet to, int link, long gateway, long source) {}

    private Links(NetlinkCalls calls) {
        this.calls = calls;
    }

    static Links here() throws NetworkException {
        return new Links(NetlinkCalls.here(Netlink.ROUTE));
    }

    static Links in(String netns) throws NetworkException {
        return new Links(NetlinkCalls.in(netns, Netlink.ROUTE));
    }

    List<Link> all() throws NetworkException {
        NetlinkWriter w = link(RTM_GETLINK, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, 0, 0, 0);
        List<Link> out = new ArrayList<>();
        for (NetlinkCalls.Answer a : calls.dump(w)) {
            ByteBuffer info = a.attr(IFINFO, IFLA_LINKINFO);
            ByteBuffer kind = info == null ? null : NetlinkCalls.Answer.find(info, 0, 1);
            out.add(new Link(
                    a.body().getInt(4),
                    text(a.attr(IFINFO, IFLA_IFNAME)),
                    text(a.attr(IFINFO, IFLA_IFALIAS)),
                    number(a.attr(IFINFO, IFLA_MASTER)),
                    number(a.attr(IFINFO, IFLA_MTU)),
                    text(kind).equals("bridge")));
        }
        return out;
    }

    @Nullable
    Link find(String name) throws NetworkException {
        for (Link l : all()) {
            if (l.name().equals(name)) {
                return l;
            }
        }
        return null;
    }

    private static String text(@Nullable ByteBuffer b) {
        if (b == null) {
            return "";
        }
        byte[] v = new byte[b.limit()];
        b.get(0, v);
        int n = 0;
        while (n < v.length && v[n] != 0) {
            n++;
        }
        return new String(v, 0, n, StandardCharsets.ISO_8859_1);
    }

    private static int number(@Nullable ByteBuffer b) {
        return b == null ? 0 : b.getInt(0);
    }

    private static long address(@Nullable ByteBuffer b) {
        return b == null || b.limit() < 4 ? 0 : Integer.reverseBytes(b.getInt(0)) & 0xffffffffL;
    }

    /** IPv4 addresses with their networks; the interface is the route's link. */
    List<Route> addresses() throws NetworkException {
        NetlinkWriter w = new NetlinkWriter()
                .message(RTM_GETADDR, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, calls.nextSequence())
                .u8(AF_INET)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0);
        List<Route> out = new ArrayList<>();
        for (NetlinkCalls.Answer a : calls.dump(w)) {
            ByteBuffer local = a.attr(IFADDR, 2);
            long address = address(local == null ? a.attr(IFADDR, 1) : local);
            int prefix = a.body().get(1) & 0xff;
            Ipv4.Subnet net = new Ipv4.Subnet(address & Ipv4.Subnet.mask(prefix), prefix);
            out.add(new Route(net, a.body().getInt(4), 0, address));
        }
        return out;
    }

    /** Routes of all tables but the local one. */
    List<Route> routes() throws NetworkException {
        NetlinkWriter w = new NetlinkWriter()
                .message(RTM_GETROUTE, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, calls.nextSequence());
        w.u8(AF_INET).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0);
        List<Route> out = new ArrayList<>();
        for (NetlinkCalls.Answer a : calls.dump(w)) {
            if ((a.body().get(4) & 0xff) == 255) {
                continue;
            }
            Ipv4.Subnet to = new Ipv4.Subnet(address(a.attr(RTMSG, 1)), a.body().get(1) & 0xff);
            out.add(new Route(to, number(a.attr(RTMSG, 4)), address(a.attr(RTMSG, 5)), address(a.attr(RTMSG, 7))));
        }
        return out;
    }

    private NetlinkWriter link(int type, int flags, int index, int state, int change) {
        return new NetlinkWriter()
                .message(type, flags, calls.nextSequence())
                .u8(0)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(state)
                .u32(change);
    }

    private NetlinkWriter change(int index) {
        return link(RTM_NEWLINK, NetlinkWriter.REQUEST | NetlinkWriter.ACK, index, 0, 0);
    }

    private NetlinkWriter create() {
        int flags = NetlinkWriter.REQUEST | NetlinkWriter.ACK | NetlinkWriter.CREATE | NetlinkWriter.EXCL;
        return link(RTM_NEWLINK, flags, 0, 0, 0);
    }

    private void run(NetlinkWriter w, String what, int... tolerated) throws NetworkException {
        int r = calls.acknowledged(w);
        if (r == 0) {
            return;
        }
        for (int t : tolerated) {
            if (r == -t) {
                return;
            }
        }
        throw new NetworkException(what + ": " + Errno.name(-r));
    }

    /** Makes a bridge. The alias comes in a second step, because old kernels take none with a new interface. */
    void addBridge(String name, String alias, byte[] mac) throws NetworkException {
        NetlinkWriter w = create().attr(IFLA_IFNAME, name).attr(IFLA_ADDRESS, mac);
        w.nest(IFLA_LINKINFO).attr(1, "bridge").endNest();
        run(w, "cannot make the bridge " + name);
        Link made = find(name);
        if (made != null) {
            setAlias(made.index(), alias);
        }
    }

    void setAlias(int index, String alias) throws NetworkException {
        run(change(index).attr(IFLA_IFALIAS, alias), "cannot name an interface's owner");
    }

    /** Makes a pair: one end here, the other at once in a namespace. */
    void addVeth(String name, byte[] peerMac, String peer, int netnsFd, int mtu) throws NetworkException {
        NetlinkWriter w = create().attr(IFLA_IFNAME, name).attr32(IFLA_MTU, mtu);
        w.nest(IFLA_LINKINFO).attr(1, "veth").nest(2).nest(1);
        w.u8(0).u8(0).u16(0).u32(0).u32(0).u32(0); // the peer's ifinfomsg
        w.attr(IFLA_IFNAME, peer)
                .attr(IFLA_ADDRESS, peerMac)
                .attr32(IFLA_MTU, mtu)
                .attr32(IFLA_NET_NS_FD, netnsFd);
        w.endNest().endNest().endNest();
        run(w, "cannot make the interface " + name);
    }

    /** Puts an interface into a bridge; frames may go back out of the port on which they came (hairpin). */
    void enslave(int index, int bridge) throws NetworkException {
        run(change(index).attr32(IFLA_MASTER, bridge), "cannot put an interface into the bridge");
        NetlinkWriter w = new NetlinkWriter()
                .message(RTM_SETLINK, NetlinkWriter.REQUEST | NetlinkWriter.ACK, calls.nextSequence())
                .u8(AF_BRIDGE)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(0)
                .u32(0);
        w.nest(IFLA_PROTINFO).attr8(4, 1).endNest();
        run(w, "cannot set hairpin mode");
    }

    void up(int index) throws NetworkException {
        NetlinkWriter w = link(RTM_NEWLINK, NetlinkWriter.REQUEST | NetlinkWriter.ACK, index, 1, 1);
        run(w, "cannot bring an interface up");
    }

    /** Removes an interface; true even when it was gone. */
    void delete(String name) throws NetworkException {
        NetlinkWriter w = link(RTM_DELLINK, NetlinkWriter.REQUEST | NetlinkWriter.ACK, 0, 0, 0)
                .attr(IFLA_IFNAME, name);
        run(w, "cannot remove the interface " + name, ENODEV);
    }

    void addAddress(int index, long address, int prefix) throws NetworkException {
        long broadcast = address | ~Ipv4.Subnet.mask(prefix) & 0xffffffffL;
        int flags = NetlinkWriter.REQUEST | NetlinkWriter.ACK | NetlinkWriter.CREATE | NetlinkWriter.EXCL;
        NetlinkWriter w = new NetlinkWriter()
                .message(RTM_NEWADDR, flags, calls.nextSequence())
                .u8(AF_INET)
                .u8(prefix)
                .u8(0)
                .u8(0)
                .u32(index);
        w.attr(2, Ipv4.bytes(address)).attr(1, Ipv4.bytes(address)).attr(4, Ipv4.bytes(broadcast));
        run(w, "cannot set the address " + Ipv4.text(address), EEXIST);
    }

    /** The default route. */
    void addDefault(int index, long gateway) throws NetworkException {
        int flags = NetlinkWriter.REQUEST | NetlinkWriter.ACK | NetlinkWriter.CREATE | NetlinkWriter.EXCL;
        NetlinkWriter w = new NetlinkWriter().message(RTM_NEWROUTE, flags, calls.nextSequence());
        w.u8(AF_INET)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(254)
                .u8(4)
                .u8(0)
                .u8(1)
                .u32(0); // main table, RTPROT_STATIC, universe, unicast
        w.attr(5, Ipv4.bytes(gateway)).attr32(4, index);
        run(w, "cannot set the default route by " + Ipv4.text(gateway), EEXIST);
    }

    @Override
    public void close() {
        calls.close();
    }
}
