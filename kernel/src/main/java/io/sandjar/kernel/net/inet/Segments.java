// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;
import java.util.Arrays;

/**
 * The segments that a connection would have sent (RFC 9293), for those who look on. Each is acknowledged at once, nothing is lost,
 * and sequence numbers follow from the bytes that have passed.
 */
final class Segments {
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int PSH = 8;
    private static final int ACK = 16;
    private static final int WINDOW = 65483;

    /** The longest content of one segment on the loopback. */
    private static final int SIZE_MAX = 65483;

    private static final byte[] NOTHING = {};

    private Segments() {}

    /** The number of the first byte, one before: that of the SYN. */
    private static int first(TcpSocket s) {
        return (int) (s.ino() * 0x9e3779b1L);
    }

    private static boolean watched(TcpSocket a, NetStack b) {
        return (a.net().wire().watched() | b.wire().watched()) != 0;
    }

    /** {@code s}, which has its addresses, begins to connect. */
    static void opening(TcpSocket s) {
        InetAddr to = s.remote;
        if (to != null) {
            Place place = s.place(to);
            NetStack there = place.found();
            if (there != null && watched(s, there)) {
                show(s.net(), s.local, to, first(s), 0, SYN, NOTHING);
            }
        }
    }

    /** Nobody listens there. */
    static void refused(TcpSocket s, NetStack there) {
        InetAddr to = s.remote;
        if (to != null && watched(s, there)) {
            show(there, to, s.local, 0, first(s) + 1, RST | ACK, NOTHING);
        }
    }

    static void opened(TcpSocket client, TcpSocket server) {
        if (watched(client, server.net())) {
            one(server, client, first(server), first(client) + 1, SYN | ACK);
            one(client, server, first(client) + 1, first(server) + 1, ACK);
        }
    }

    /** Bytes have just been sent. */
    static void data(TcpSocket from, TcpSocket to, byte[] bytes) {
        InetAddr remote = from.remote;
        if (remote == null) {
            return;
        }
        int seq = next(from, to) - bytes.length;
        int ack = next(to, from);
        for (int at = 0; at < bytes.length; at += SIZE_MAX) {
            byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + SIZE_MAX));
            int push = at + piece.length == bytes.length ? PSH : 0;
            show(from.net(), from.local, remote, seq + at, ack, ACK | push, piece);
        }
        one(to, from, ack, seq + bytes.length, ACK);
    }

    /** One segment with content, as if nothing had been sent before. */
    static byte[] plain(TcpSocket s, byte[] data) {
        InetAddr to = s.remote;
        int size = Math.min(data.length, SIZE_MAX);
        return Ip.tcp(
                s.local, to == null ? s.local : to, first(s) + 1, 0, ACK | PSH, WINDOW, Arrays.copyOf(data, size));
    }

    static void ended(TcpSocket from, TcpSocket to) {
        if (watched(from, to.net())) {
            int seq = next(from, to);
            one(from, to, seq, next(to, from), FIN | ACK);
            one(to, from, next(to, from), seq + 1, ACK);
        }
    }

    static void reset(TcpSocket from, TcpSocket to) {
        if (watched(from, to.net())) {
            one(from, to, next(from, to), next(to, from), RST | ACK);
        }
    }

    /** The number of the next byte that {@code from} sends. */
    private static int next(TcpSocket from, TcpSocket to) {
        return first(from) + 1 + (int) to.bytesReceived() + (to.peerEnded() ? 1 : 0);
    }

    /** A segment without content. Either end may have forgotten its addresses, but not both. */
    private static void one(TcpSocket from, TcpSocket to, int seq, int ack, int flags) {
        InetAddr remote = from.remote;
        remote = remote == null ? to.local : remote;
        InetAddr own = to.remote;
        show(from.net(), own == null ? from.local : own, remote, seq, ack, flags, NOTHING);
    }

    private static void show(NetStack net, InetAddr from, InetAddr to, int seq, int ack, int flags, byte[] data) {
        if (from.isV4() == to.isV4()) {
            byte[] segment = Ip.tcp(from, to, seq, ack, flags, WINDOW, data);
            Place.of(net, to, 0).show(net, Ip.packet(from, to, Net.IPPROTO_TCP, Ip.TTL, 0, 0, segment));
        }
    }
}
