// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What goes to many: to a multicast group or, by broadcast, to all that an interface is connected with. It stays on the cables and bridges
 * of that interface; nobody passes it on.
 */
final class Groupcast {
    private Groupcast() {}

    /** Whether an address means many. */
    static boolean means(NetStack net, InetAddr to) {
        return to.isMulticast() || isBroadcast(net, to);
    }

    static boolean isBroadcast(NetStack net, InetAddr to) {
        if (to.isBroadcast()) {
            return true;
        }
        if (!to.isV4() || net.interfaces().plain()) {
            return false;
        }
        Route r = net.interfaces().lookup(to.bytes(Net.AF_INET), null);
        return r != null && r.type() == Rtnl.RTN_BROADCAST;
    }

    // ---- interfaces ----

    /** The interface that has an address of its own; 0 for none. */
    static int linkOf(NetStack net, InetAddr own) {
        Route r = net.interfaces().lookup(bytes(own), null);
        return r != null && r.type() == Rtnl.RTN_LOCAL ? r.link() : 0;
    }

    /**
     * The interface that what goes to a group or to all takes where nobody has said one; 0 for none. As long as there is nothing but the
     * loopback of the start it is that, although Linux knows no way then: programs take an interface for granted.
     */
    static int linkTo(NetStack net, InetAddr to) {
        Interfaces all = net.interfaces();
        if (all.plain()) {
            return Interfaces.LOOPBACK_INDEX;
        }
        if (!to.isV4()) { // ff00::/8 leads to every interface
            for (Link l : all.links()) {
                if (l.up() && !l.loopback() && (l.flags & Net.IFF_MULTICAST) != 0) {
                    return l.index;
                }
            }
            return 0;
        }
        Route r = all.lookup(bytes(to), null);
        return r != null && (r.type() == Rtnl.RTN_UNICAST || r.type() == Rtnl.RTN_BROADCAST) ? r.link() : 0;
    }

    /** The address that what leaves by an interface comes from. */
    static InetAddr source(NetStack net, int link, InetAddr to) {
        if (link == Interfaces.LOOPBACK_INDEX) {
            return to.isV4() ? InetAddr.v4(0x7f000001, 0) : new InetAddr(0, 1, 0);
        }
        int family = to.isV4() ? Net.AF_INET : Net.AF_INET6;
        Link out = net.interfaces().byIndex(link);
        Link.Address found = out == null ? null : out.first(family);
        for (Link l : net.interfaces().links()) {
            if (found == null && !l.loopback()) {
                found = l.first(family);
            }
        }
        return found == null ? InetAddr.any(family) : InetAddr.of(found.bytes());
    }

    private static byte[] bytes(InetAddr a) {
        return a.bytes(a.isV4() ? Net.AF_INET : Net.AF_INET6);
    }

    // ---- sending ----

    /**
     * Sends a datagram. With the network's lock held.
     *
     * @param header the interface in it is the one to leave by
     * @param loop whether the own network gets it, too
     */
    static void datagram(NetStack net, InetAddr from, Header header, int protocol, byte[] data, boolean loop) {
        Link out = net.interfaces().byIndex(header.link());
        if (out == null) {
            return;
        }
        Packets p = new Packets(from, header, protocol, data);
        show(net, out, Wire.OUTGOING, p);
        if (out.loopback()) {
            show(net, out, Wire.HOST, p);
        }
        if (loop || out.loopback()) {
            arrive(net, out, p); // those who look on do not see the copy that comes back
        }
        if (header.hops() == 0) {
            return;
        }
        for (Link in : Segment.behind(out)) {
            NetStack there = in.home();
            if (there != null) {
                show(there, in, header.to().isMulticast() ? Wire.MULTICAST : Wire.BROADCAST, p);
                arrive(there, in, p);
            }
        }
    }

    private static void show(NetStack there, Link in, int type, Packets p) {
        if (there.wire().watched() != 0) {
            there.wire().seen(p.whole(), in.index, type);
        }
    }

    private static void arrive(NetStack there, Link in, Packets p) {
        InetAddr to = p.header.to();
        if (there.wire().watched() != 0 && (!to.isMulticast() || there.groups().accepts(to, p.from, in.index))) {
            there.wire().raw(p.whole(), in.index);
        }
        UdpSocket.spread(there, p.protocol, p.from, p.header.by(in.index), p.data);
    }

    /** A datagram, and the packet that it would be, which is made when somebody looks on. */
    private static final class Packets {
        final InetAddr from;
        final Header header;
        final int protocol;
        final byte[] data;
        private byte @Nullable [] whole;

        Packets(InetAddr from, Header header, int protocol, byte[] data) {
            this.from = from;
            this.header = header;
            this.protocol = protocol;
            this.data = data;
        }

        byte[] whole() {
            byte[] w = whole;
            if (w == null) {
                byte[] transport = Ip.udp(from, header.to(), protocol, data);
                w = Ip.packet(from, header.to(), protocol, header.hops(), header.trafficClass(), 0, transport);
                whole = w;
            }
            return w;
        }
    }

    /** Sends a packet that a guest has made. With the network's lock held. */
    static void packet(NetStack net, int link, byte[] packet, boolean loop) {
        Link out = net.interfaces().byIndex(link);
        Packet p = Packet.parse(packet);
        if (out == null || p == null) {
            return;
        }
        net.wire().seen(packet, out.index, Wire.OUTGOING);
        if (out.loopback()) {
            StackInput.frame(net, packet.clone(), out.index, Wire.HOST);
        } else if (loop) {
            StackInput.take(net, packet.clone(), out.index);
        }
        if (p.hops() == 0) {
            return;
        }
        int type = p.dst().isMulticast() ? Wire.MULTICAST : Wire.BROADCAST;
        for (Link in : Segment.behind(out)) {
            NetStack there = in.home();
            if (there != null) {
                StackInput.frame(there, Arrays.copyOf(packet, packet.length), in.index, type);
            }
        }
    }

    /** The errno for no interface. */
    static int orUnreachable(NetStack net, int link) {
        Link l = net.interfaces().byIndex(link);
        return l == null ? (link == 0 ? -ENETUNREACH : -ENODEV) : l.up() ? link : -ENETUNREACH;
    }
}
