// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;
import java.util.Arrays;

/**
 * Where packets of one network can be seen. There are none: connections are queues. While somebody looks on, a raw or a
 * packet socket, the packets are made that Linux would have sent.
 */
public final class Wire {
    /** Destination, source and protocol before a packet, as on Ethernet. */
    public static final int LINK_HEADER = 14;

    public static final int ETH_P_IP = 0x800;
    public static final int ETH_P_IPV6 = 0x86dd;

    /** PACKET_HOST and so on: for whom it is. */
    public static final int HOST = 0;

    public static final int BROADCAST = 1;
    public static final int MULTICAST = 2;
    public static final int OUTGOING = 4;

    /** Somebody who sees all packets. */
    public interface Tap {
        /** @param type {@link #HOST} and so on */
        void packet(byte[] packet, int protocol, int link, int type);
    }

    private static final RawSocket[] NO_RAWS = {};
    private static final PingSocket[] NO_PINGS = {};
    private static final Tap[] NO_TAPS = {};

    private final NetStack net;
    private volatile RawSocket[] raws = NO_RAWS;
    private volatile PingSocket[] pings = NO_PINGS;
    private volatile Tap[] taps = NO_TAPS;
    private volatile int watched;

    public Wire(NetStack net) {
        this.net = net;
    }

    /** How many look on; 0 when packets need not be made. */
    public int watched() {
        return watched;
    }

    synchronized void add(RawSocket s) {
        raws = Arrays.copyOf(raws, raws.length + 1);
        raws[raws.length - 1] = s;
        watched = raws.length + taps.length;
    }

    synchronized void remove(RawSocket s) {
        raws = without(raws, s);
        watched = raws.length + taps.length;
    }

    synchronized void add(PingSocket s) {
        pings = Arrays.copyOf(pings, pings.length + 1);
        pings[pings.length - 1] = s;
    }

    synchronized void remove(PingSocket s) {
        pings = without(pings, s);
    }

    public synchronized void add(Tap t) {
        taps = Arrays.copyOf(taps, taps.length + 1);
        taps[taps.length - 1] = t;
        watched = raws.length + taps.length;
    }

    public synchronized void remove(Tap t) {
        taps = without(taps, t);
        watched = raws.length + taps.length;
    }

    private static <T> T[] without(T[] all, T gone) {
        for (int i = 0; i < all.length; i++) {
            if (all[i] == gone) {
                T[] left = Arrays.copyOf(all, all.length - 1);
                System.arraycopy(all, i + 1, left, i, left.length - i);
                return left;
            }
        }
        return all;
    }

    // ---- looking on ----

    /** Puts what stands before a packet. */
    static void linkHeader(byte[] frame, boolean four) {
        Bytes.putBe16(frame, 12, four ? ETH_P_IP : ETH_P_IPV6);
    }

    /** A packet passes an interface. */
    void seen(byte[] packet, int link, int type) {
        Tap[] all = taps;
        for (Tap t : all) {
            t.packet(packet, packet[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6, link, type);
        }
    }

    /** A packet has come: gives it to the raw sockets that want it; whether there is one. */
    boolean raw(byte[] packet, int link) {
        RawSocket[] all = raws;
        if (all.length == 0) {
            return false;
        }
        Packet p = Packet.parse(packet);
        boolean taken = false;
        if (p != null) {
            for (RawSocket s : all) {
                taken |= s.offered(p, link);
            }
        }
        return taken;
    }

    /** The answer to a ping has come. */
    void answered(Packet p, int link) {
        PingSocket[] all = pings;
        for (PingSocket s : all) {
            s.offered(p, link);
        }
    }

    /** A packet of raw and ping sockets has come to nothing. */
    void refused(Packet sent, InetAddr offender, Refusal why) {
        for (RawSocket s : raws) {
            s.told(sent, offender, why);
        }
        for (PingSocket s : pings) {
            s.told(sent, offender, why);
        }
    }

    /** A datagram came to nothing: shows what is told of it to its sender, who is in this network. */
    void unreachable(Refusal why, InetAddr offender, InetAddr from, Header h, int protocol, byte[] data) {
        if ((watched | why.by().wire().watched()) != 0) {
            byte[] transport = Ip.udp(from, h.to(), protocol, data);
            byte[] packet = Ip.packet(from, h.to(), protocol, h.hops(), h.trafficClass(), 0, transport);
            StackInput.complain(why.by(), offender, from, packet, why.type(), why.code());
        }
    }

    /** Whether a packet of IPv4 says that it comes from the network itself: such ones never come from outside (RFC 1812, 5.3.7). */
    static boolean martian(Packet p, NetStack there) {
        return p.isV4()
                && (p.src().isLoopback() || there.interfaces().isLocal(p.src().bytes(Net.AF_INET)));
    }
}
