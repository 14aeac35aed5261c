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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * @param routers the networks that pass them on, in their order
 * @param refusal what the sender hears where nobody is; null for silence
 */
record Place(
        @Nullable NetStack found,
        int error,
        InetAddr source,
        int out,
        int in,
        List<NetStack> routers,
        @Nullable Refusal refusal) {
    /** Networks that a way may pass; bridges do not count. */
    private static final int HOPS_MAX = 16;

    private static final List<NetStack> NO_ROUTERS = List.of();

    /** @param device the index of the interface that must be taken; 0 for any */
    static Place of(NetStack net, InetAddr to, int device) {
        InetAddr own = to.sourceFor(0);
        Interfaces all = net.interfaces();
        if (all.plain()) {
            return to.isLoopback() && device <= Interfaces.LOOPBACK_INDEX ? here(net, own) : nowhere(-ENETUNREACH, to);
        }
        byte[] address = bytes(to);
        Route r = all.lookup(address, device == 0 ? null : all.byIndex(device));
        if (r == null) {
            return nowhere(-ENETUNREACH, to);
        }
        switch (r.type()) {
            case Rtnl.RTN_LOCAL -> {
                return device == 0 || r.link() == device ? here(net, own) : nowhere(0, to);
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
        ArrayList<NetStack> routers = new ArrayList<>(1);
        NetStack at = net;
        Route way = r;
        Link by = out;
        while (true) {
            byte[] gateway = way.gateway();
            byte[] next = gateway == null ? address : gateway;
            Link in = by.up() ? Segment.owner(by, next) : null;
            if (!by.loopback()) {
                at.interfaces().met(by, next, in);
            }
            NetStack there = in == null ? null : in.home();
            if (in == null || there == null) {
                return new Place(null, 0, source, out.index, 0, routers, Refusal.nobody(at, to.isV4()));
            }
            Interfaces all = there.interfaces();
            if (all.isLocal(address)) {
                return new Place(there, 0, source, out.index, in.index, routers, null);
            }
            boolean passes = to.isV4() ? there.forwarding() : there.forwarding6();
            if (!passes || routers.size() >= HOPS_MAX) {
                return new Place(null, 0, source, out.index, 0, routers, null);
            }
            Route further = all.lookup(address, null);
            Link onward = further == null || further.type() != Rtnl.RTN_UNICAST ? null : all.byIndex(further.link());
            if (further == null || onward == null) {
                return new Place(null, 0, source, out.index, 0, routers, refused(there, further, to.isV4()));
            }
            routers.add(there); // who knows no way says so before it counts
            at = there;
            way = further;
            by = onward;
        }
    }

    /** What a router says that does not pass a packet on; null for nothing. */
    private static @Nullable Refusal refused(NetStack by, @Nullable Route r, boolean four) {
        return switch (r == null ? Rtnl.RTN_UNICAST : r.type()) {
            case Rtnl.RTN_UNICAST -> Refusal.noRoute(by, four);
            case Rtnl.RTN_UNREACHABLE -> Refusal.unreachable(by, four);
            case Rtnl.RTN_PROHIBIT -> Refusal.prohibited(by, four);
            default -> null;
        };
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
        return new Place(null, error, to.sourceFor(0), 0, 0, NO_ROUTERS, null);
    }

    /** In the network itself. */
    private static Place here(NetStack net, InetAddr own) {
        return new Place(net, 0, own, Interfaces.LOOPBACK_INDEX, Interfaces.LOOPBACK_INDEX, NO_ROUTERS, null);
    }

    /** What the sender of a packet that may be passed on so often hears; null where it comes to its end. */
    @Nullable
    Refusal refusal(int hops, boolean four) {
        return hops > routers.size() || routers.isEmpty()
                ? refusal
                : Refusal.timeExceeded(routers.get(Math.max(0, hops - 1)), four);
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
        byte[] come = Ip.aged(packet, routers.size());
        there.wire().seen(come, in, Wire.HOST);
        return there.wire().raw(come, in);
    }
}
