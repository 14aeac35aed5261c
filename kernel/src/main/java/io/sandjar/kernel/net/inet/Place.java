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
 * Where a destination lies: in the same network, or in one at the other end of cables (veth) and bridges. No packet
 * travels; the sockets of both ends are joined in memory.
 *
 * @param found the network whose address it is; null where nobody is
 * @param error why there is no way, as -errno; 0 where there is a way and perhaps nobody at its end
 * @param source the address that is seen as the sender's
 * @param out index of the interface by which packets leave the sender's network
 * @param in index of the one by which they come to the receiver's
 */
record Place(@Nullable NetStack found, int error, InetAddr source, int out, int in) {
    /** Networks and bridges that a way may pass. */
    private static final int HOPS_MAX = 16;

    /** @param device the index of the interface that must be taken; 0 for any */
    static Place of(NetStack net, InetAddr to, int device) {
        InetAddr own = to.sourceFor(0);
        Interfaces all = net.interfaces();
        if (all.plain()) {
            return to.isLoopback() && device <= Interfaces.LOOPBACK_INDEX
                    ? new Place(net, 0, own, Interfaces.LOOPBACK_INDEX, Interfaces.LOOPBACK_INDEX)
                    : nowhere(-ENETUNREACH, to);
        }
        byte[] address = bytes(to);
        Route r = all.lookup(address, device == 0 ? null : all.byIndex(device));
        if (r == null) {
            return nowhere(-ENETUNREACH, to);
        }
        switch (r.type()) {
            case Rtnl.RTN_LOCAL -> {
                return device == 0 || r.link() == device
                        ? new Place(net, 0, own, Interfaces.LOOPBACK_INDEX, Interfaces.LOOPBACK_INDEX)
                        : nowhere(0, to);
            }
            case Rtnl.RTN_UNREACHABLE -> {
                return nowhere(-EHOSTUNREACH, to);
            }
            case Rtnl.RTN_BLACKHOLE -> {
                return nowhere(-EINVAL, to);
            }
            case Rtnl.RTN_PROHIBIT -> {
                return nowhere(-EACCES, to);
            }
            default -> {
                return beyond(net, r, address, to);
            }
        }
    }

    /** Behind an interface of {@code net}. */
    private static Place beyond(NetStack net, Route r, byte[] address, InetAddr to) {
        Link out = net.interfaces().byIndex(r.link());
        if (out == null) {
            return nowhere(0, to);
        }
        InetAddr source = source(net.interfaces(), r, out, to);
        Link in = follow(net, r, out, address, HOPS_MAX);
        NetStack there = in == null ? null : in.home();
        return new Place(there, 0, source, out.index, in == null ? 0 : in.index);
    }

    /** The interface by which packets for {@code address} come to whose it is; null when they do not. */
    private static @Nullable Link follow(NetStack net, Route r, Link out, byte[] address, int hops) {
        byte[] gateway = r.gateway();
        byte[] next = gateway == null ? address : gateway;
        Link in = out.up() ? Segment.owner(out, next) : null;
        if (!out.loopback()) {
            net.interfaces().met(out, next, in);
        }
        NetStack there = in == null ? null : in.home();
        if (there == null || hops == 0) {
            return null;
        }
        Interfaces all = there.interfaces();
        if (all.isLocal(address)) {
            return in;
        }
        boolean passes = address.length == 4 ? there.forwarding() : there.forwarding6();
        Route further = passes ? all.lookup(address, null) : null;
        Link way = further == null || further.type() != Rtnl.RTN_UNICAST ? null : all.byIndex(further.link());
        return further == null || way == null ? null : follow(there, further, way, address, hops - 1);
    }

    private static InetAddr source(Interfaces all, Route r, Link out, InetAddr to) {
        byte[] given = r.source();
        if (given == null) {
            byte[] gateway = r.gateway();
            byte[] next = gateway == null ? bytes(to) : gateway;
            Link.Address first = null;
            for (Link.Address a : all.addressesOf(out)) {
                if (a.bytes().length != next.length) {
                    continue;
                }
                boolean near = Arrays.equals(Route.prefix(a.bytes(), a.bits()), Route.prefix(next, a.bits()));
                if (first == null || near) {
                    first = a;
                }
                if (near) {
                    break;
                }
            }
            if (first == null) {
                return InetAddr.any(to.isV4() ? Net.AF_INET : Net.AF_INET6);
            }
            given = first.bytes();
        }
        return InetAddr.of(given);
    }

    private static Place nowhere(int error, InetAddr to) {
        return new Place(null, error, to.sourceFor(0), 0, 0);
    }

    private static byte[] bytes(InetAddr a) {
        return a.bytes(a.isV4() ? Net.AF_INET : Net.AF_INET6);
    }

    /** Shows a datagram of UDP to those who look on, at both ends. */
    void watch(NetStack net, InetAddr from, Header h, int protocol, byte[] data) {
        NetStack there = found;
        if (there != null && (net.wire().watched() | there.wire().watched()) != 0) {
            byte[] transport = Ip.udp(from, h.to(), protocol, data);
            show(net, Ip.packet(from, h.to(), protocol, h.hops(), h.trafficClass(), 0, transport));
        }
    }

    /** Shows a packet to those who look on, at both ends: whether a raw socket at the far one took it. */
    boolean show(NetStack net, byte[] packet) {
        NetStack there = found;
        net.wire().seen(packet, out, Wire.OUTGOING);
        if (there == null) {
            return false;
        }
        there.wire().seen(packet, in, Wire.HOST);
        return there.wire().raw(packet, in);
    }
}
