// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a network does with a packet that a guest has made itself (raw(7), packet(7)): pings are answered (RFC 792, 4443), datagrams
 * delivered, segments answered as by a host that knows of no such connection. All with the network's lock held.
 */
public final class StackInput {
    private static final int ECHO = 8;
    private static final int ECHO_REPLY = 0;
    private static final int ECHO_V6 = 128;
    private static final int ECHO_REPLY_V6 = 129;

    /** Of a failed packet its sender gets back so much, header of the answer included. */
    private static final int COMPLAINT_V4 = 576;

    private static final int COMPLAINT_V6 = 1280;

    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;

    private StackInput() {}

    /** Sends a packet from {@code net} to {@code place}, where it is answered. */
    static void send(NetStack net, Place place, byte[] bytes) {
        Packet p = Packet.parse(bytes);
        Refusal no = p == null ? null : place.refusal(p.hops(), p.isV4());
        if (p != null && no != null) {
            net.wire().seen(bytes, place.out(), Wire.OUTGOING);
            refuse(no, p);
            return;
        }
        boolean taken = place.show(net, bytes);
        NetStack there = place.found();
        Packet come = Packet.parse(Ip.aged(bytes, place.routers().size()));
        if (there != null && come != null) {
            arrive(there, come, place.in(), taken);
        }
    }

    /** Tells the sender of a packet why it comes to nothing, unless it is itself such a message. */
    private static void refuse(Refusal no, Packet p) {
        boolean icmp = p.protocol() == (p.isV4() ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6);
        if (!icmp || (p.payloadLength() > 0 && !Refusal.isOne(p.isV4(), p.bytes()[p.payloadAt()] & 0xff))) {
            complain(no.by(), no.offender(p.src()), p.src(), p.bytes(), no.type(), no.code());
        }
    }

    /** The packet that such a message is about, of which perhaps the end is missing; null for none. */
    private static @Nullable Packet about(Packet message) {
        int at = message.payloadAt() + 8;
        byte[] b = message.bytes();
        if (b.length - at < Ip.V4_HEADER || (!message.isV4() && b.length - at < Ip.V6_HEADER)) {
            return null;
        }
        byte[] part = Arrays.copyOfRange(b, at, b.length);
        if (message.isV4()) {
            Bytes.putBe16(part, 2, part.length);
        } else {
            Bytes.putBe16(part, 4, part.length - Ip.V6_HEADER);
        }
        Packet p = Packet.parse(part);
        return p == null || p.isV4() != message.isV4() ? null : p;
    }

    /** A message that a packet came to nothing: for the sockets that may have sent it. */
    private static void told(NetStack there, Packet message) {
        Packet sent = about(message);
        if (sent != null) {
            byte[] b = message.bytes();
            int at = message.payloadAt();
            Refusal why = new Refusal(there, message.isV4(), b[at] & 0xff, b[at + 1] & 0xff);
            there.wire().refused(sent, message.src(), why);
        }
    }

    /** A frame from outside: by {@code link} of {@code there}. */
    public static void frame(NetStack there, byte[] bytes, int link) {
        Packet p = Packet.parse(bytes);
        if (p == null || !Wire.martian(p, there)) {
            frame(there, bytes, link, Wire.HOST);
        } else {
            there.wire().seen(bytes, link, Wire.HOST);
        }
    }

    /** A frame that those see who look on. */
    static void frame(NetStack there, byte[] bytes, int link, int type) {
        there.wire().seen(bytes, link, type);
        take(there, bytes, link);
    }

    /** Does what a packet asks for that came by an interface, if it is for this network. */
    static void take(NetStack there, byte[] bytes, int link) {
        Packet p = Packet.parse(bytes);
        if (p == null) {
            return;
        }
        boolean wanted = p.dst().isMulticast()
                ? there.groups().accepts(p.dst(), p.src(), link)
                : Groupcast.isBroadcast(there, p.dst())
                        || Place.of(there, p.dst(), 0).found() == there;
        if (wanted) {
            arrive(there, p, link, there.wire().raw(bytes, link));
        }
    }

    private static void arrive(NetStack there, Packet p, int link, boolean taken) {
        switch (p.protocol()) {
            case Net.IPPROTO_ICMP -> {
                if (p.isV4()) {
                    icmp(there, p, link);
                }
            }
            case Net.IPPROTO_ICMPV6 -> {
                if (!p.isV4()) {
                    icmp(there, p, link);
                }
            }
            case Net.IPPROTO_UDP, Net.IPPROTO_UDPLITE -> datagram(there, p, link);
            case Net.IPPROTO_TCP -> segment(there, p);
            default -> {
                if (!taken) {
                    complain(there, p.dst(), p.src(), p.bytes(), p.isV4() ? 3 : 4, p.isV4() ? 2 : 1);
                }
            }
        }
    }

    private static void icmp(NetStack there, Packet p, int link) {
        if (p.payloadLength() < 8 || !p.sumIsRight(!p.isV4())) {
            return;
        }
        int type = p.bytes()[p.payloadAt()] & 0xff;
        boolean asks = type == (p.isV4() ? ECHO : ECHO_V6);
        if (asks && !(p.isV4() && Groupcast.means(there, p.dst()))) {
            byte[] m = p.payload();
            m[0] = (byte) (p.isV4() ? ECHO_REPLY : ECHO_REPLY_V6);
            InetAddr own = p.dst().isMulticast() ? Groupcast.source(there, link, p.src()) : p.dst();
            answer(there, own, p.src(), p.protocol(), p.trafficClass(), Ip.icmp(own, p.src(), m));
        } else if (type == (p.isV4() ? ECHO_REPLY : ECHO_REPLY_V6)) {
            there.wire().answered(p, link);
        } else if (Refusal.isOne(p.isV4(), type)) {
            told(there, p);
        }
    }

    private static void answer(NetStack net, InetAddr from, InetAddr to, int protocol, int tos, byte[] payload) {
        Place back = Place.of(net, to, 0);
        if (back.found() != null) {
            send(net, back, Ip.packet(from, to, protocol, Ip.TTL, tos, 0, payload));
        }
    }

    /** Tells the sender of a packet that it did not get anywhere. Nobody is told about what is itself such a message. */
    static void complain(NetStack net, InetAddr own, InetAddr to, byte[] packet, int type, int code) {
        if (to.isAny() || to.isMulticast() || Groupcast.means(net, own)) {
            return;
        }
        boolean four = own.isV4();
        int room = (four ? COMPLAINT_V4 - Ip.V4_HEADER : COMPLAINT_V6 - Ip.V6_HEADER) - 8;
        byte[] m = new byte[8 + Math.min(packet.length, room)];
        m[0] = (byte) type;
        m[1] = (byte) code;
        if (!four && type == 4) {
            Bytes.putBe32(m, 4, 6); // where the protocol stands
        }
        System.arraycopy(packet, 0, m, 8, m.length - 8);
        int protocol = four ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6;
        answer(net, own.withPort(0), to.withPort(0), protocol, four ? 0xc0 : 0, Ip.icmp(own, to, m));
    }

    private static void datagram(NetStack there, Packet p, int link) {
        byte[] b = p.bytes();
        int at = p.payloadAt();
        boolean udp = p.protocol() == Net.IPPROTO_UDP;
        int length = p.payloadLength() < Ip.UDP_HEADER ? -1 : udp ? Bytes.be16(b, at + 4) : p.payloadLength();
        if (length < Ip.UDP_HEADER || length > p.payloadLength()) {
            return;
        }
        boolean unsummed = udp && p.isV4() && b[at + 6] == 0 && b[at + 7] == 0;
        if (!unsummed && !p.sumIsRight(true)) {
            return;
        }
        InetAddr from = p.src().withPort(Bytes.be16(b, at));
        InetAddr to = p.dst().withPort(Bytes.be16(b, at + 2));
        Header h = new Header(to, p.hops(), p.trafficClass(), link, 0);
        byte[] data = Arrays.copyOfRange(b, at + Ip.UDP_HEADER, at + length);
        if (Groupcast.means(there, to)) {
            UdpSocket.spread(there, p.protocol(), from, h, data);
        } else if (!UdpSocket.arrive(there, p.protocol(), from, h, data)) {
            complain(there, to, from, b, p.isV4() ? 3 : 1, p.isV4() ? 3 : 4);
        }
    }

    /** A segment that no connection of ours sent. */
    private static void segment(NetStack there, Packet p) {
        byte[] b = p.bytes();
        int at = p.payloadAt();
        if (p.payloadLength() < 20 || !p.sumIsRight(true) || p.dst().isMulticast()) {
            return;
        }
        InetAddr from = p.src().withPort(Bytes.be16(b, at));
        InetAddr to = p.dst().withPort(Bytes.be16(b, at + 2));
        int flags = b[at + 13];
        int header = (b[at + 12] >> 4 & 15) * 4;
        if ((flags & RST) != 0 || header > p.payloadLength() || there.tcpPorts().connected(from, to)) {
            return; // a stranger's word on a connection counts nothing
        }
        int next = Bytes.be32(b, at + 4) + p.payloadLength() - header + Integer.bitCount(flags & (SYN | FIN));
        boolean open = (flags & (SYN | ACK)) == SYN && there.tcpPorts().receiver(from, to, 1, new byte[0]) != null;
        byte[] none = {};
        byte[] reply = open
                ? Ip.tcp(to, from, ThreadLocalRandom.current().nextInt(), next, SYN | ACK, 65483, none)
                : (flags & ACK) != 0
                        ? Ip.tcp(to, from, Bytes.be32(b, at + 8), 0, RST, 0, none)
                        : Ip.tcp(to, from, 0, next, RST | ACK, 0, none);
        answer(there, to.withPort(0), from.withPort(0), Net.IPPROTO_TCP, 0, reply);
    }
}
