// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;

/** The making of packets: headers and checksums (RFC 791, 8200, 768, 1071). */
final class Ip {
    static final int V4_HEADER = 20;
    static final int V6_HEADER = 40;
    static final int UDP_HEADER = 8;
    static final int TTL = 64;

    private Ip() {}

    /** The ones' complement sum over some bytes and a start value, not yet complemented. */
    static int sum(byte[] b, int from, int to, int start) {
        long s = start;
        int i = from;
        for (; i + 1 < to; i += 2) {
            s += Bytes.be16(b, i);
        }
        if (i < to) {
            s += (b[i] & 0xff) << 8;
        }
        return fold(s);
    }

    private static int fold(long sum) {
        long s = sum;
        while (s >> 16 != 0) {
            s = (s & 0xffff) + (s >> 16);
        }
        return (int) s;
    }

    /** The sum over what a transport protocol adds: addresses, protocol, length. */
    static int pseudo(InetAddr src, InetAddr dst, int protocol, int length) {
        return fold((src.isV4() ? half(src.v4()) : half(src.hi()) + half(src.lo()))
                + (dst.isV4() ? half(dst.v4()) : half(dst.hi()) + half(dst.lo()))
                + protocol
                + (length >>> 16)
                + (length & 0xffff));
    }

    private static long half(long words) {
        return (words >>> 48) + (words >>> 32 & 0xffff) + (words >>> 16 & 0xffff) + (words & 0xffff);
    }

    private static long half(int words) {
        return (words >>> 16) + (words & 0xffff);
    }

    /** Puts a checksum over {@code b} from {@code from} on at {@code at}, where there may be anything before. */
    static void putSum(byte[] b, int from, int at, int start) {
        Bytes.putBe16(b, at, 0);
        Bytes.putBe16(b, at, ~sum(b, from, b.length, start));
    }

    /** A whole packet. Addresses are both of IPv4 or both of IPv6. */
    static byte[] packet(InetAddr src, InetAddr dst, int protocol, int hops, int trafficClass, int id, byte[] payload) {
        int header = dst.isV4() ? V4_HEADER : V6_HEADER;
        byte[] p = new byte[header + payload.length];
        System.arraycopy(payload, 0, p, header, payload.length);
        if (dst.isV4()) {
            p[0] = 0x45;
            p[1] = (byte) trafficClass;
            Bytes.putBe16(p, 2, p.length);
            Bytes.putBe16(p, 4, id);
            p[6] = (byte) (id == 0 ? 0x40 : 0); // may not be cut up
            p[8] = (byte) hops;
            p[9] = (byte) protocol;
            Bytes.putBe32(p, 12, src.v4());
            Bytes.putBe32(p, 16, dst.v4());
            headerSum(p);
        } else {
            Bytes.putBe32(p, 0, 6 << 28 | trafficClass << 20);
            Bytes.putBe16(p, 4, payload.length);
            p[6] = (byte) protocol;
            p[7] = (byte) hops;
            System.arraycopy(src.bytes(Net.AF_INET6), 0, p, 8, 16);
            System.arraycopy(dst.bytes(Net.AF_INET6), 0, p, 24, 16);
        }
        return p;
    }

    /** A packet as it is after so many have passed it on. */
    static byte[] aged(byte[] packet, int routers) {
        if (routers == 0 || packet.length < V4_HEADER) {
            return packet;
        }
        byte[] p = packet.clone();
        if (p[0] >> 4 == 4) {
            p[8] = (byte) (p[8] - routers);
            if ((p[0] & 15) * 4 <= p.length) { // a guest may have made it, who says more than there is
                headerSum(p);
            }
        } else {
            p[7] = (byte) (p[7] - routers);
        }
        return p;
    }

    /** Puts the checksum of an IPv4 header. */
    static void headerSum(byte[] p) {
        Bytes.putBe16(p, 10, 0);
        Bytes.putBe16(p, 10, ~sum(p, 0, (p[0] & 15) * 4, 0));
    }

    /** A datagram with its header. */
    static byte[] udp(InetAddr src, InetAddr dst, int protocol, byte[] data) {
        byte[] b = new byte[UDP_HEADER + data.length];
        Bytes.putBe16(b, 0, src.port());
        Bytes.putBe16(b, 2, dst.port());
        Bytes.putBe16(b, 4, protocol == Net.IPPROTO_UDP ? b.length : 0);
        System.arraycopy(data, 0, b, UDP_HEADER, data.length);
        putSum(b, 0, 6, pseudo(src, dst, protocol, b.length));
        if (b[6] == 0 && b[7] == 0) {
            Bytes.putBe16(b, 6, 0xffff); // none at all is written as 0
        }
        return b;
    }

    /** A message of ICMP or, between addresses of IPv6, ICMPv6: its checksum is put. */
    static byte[] icmp(InetAddr src, InetAddr dst, byte[] message) {
        boolean four = dst.isV4();
        putSum(message, 0, 2, four ? 0 : pseudo(src, dst, Net.IPPROTO_ICMPV6, message.length));
        return message;
    }

    /** A segment. {@code sums} are its sequence and acknowledgement numbers. */
    static byte[] tcp(InetAddr src, InetAddr dst, int seq, int ack, int flags, int window, byte[] data) {
        byte[] b = new byte[20 + data.length];
        Bytes.putBe16(b, 0, src.port());
        Bytes.putBe16(b, 2, dst.port());
        Bytes.putBe32(b, 4, seq);
        Bytes.putBe32(b, 8, ack);
        b[12] = 0x50;
        b[13] = (byte) flags;
        Bytes.putBe16(b, 14, window);
        System.arraycopy(data, 0, b, 20, data.length);
        putSum(b, 0, 16, pseudo(src, dst, Net.IPPROTO_TCP, b.length));
        return b;
    }
}
