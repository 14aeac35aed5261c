// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket of ICMP (icmp(7)): sends echo requests and gets their answers. Its port is the identifier in them, and
 * who may have one is said by the groups of net.ipv4.ping_group_range.
 */
final class PingSocket extends DatagramSocket {
    private static final int HEADER = 8;
    private static final int LENGTH_MAX = 65535;

    PingSocket(NetStack net, int family, int protocol) {
        super(net, net.pingPorts(), family, Net.SOCK_DGRAM, protocol);
        net.wire().add(this);
    }

    @Override
    String table() {
        return "icmp";
    }

    @Override
    int firstFreePort(Caller c) {
        return 0; // identifiers are nobody's privilege
    }

    @Override
    int ready() {
        return takeAny();
    }

    @Override
    void forget() {
        unchoose();
    }

    @Override
    void leave() {
        net.wire().remove(this);
        super.leave();
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        long n = src.remaining();
        if (n > LENGTH_MAX) {
            return -EMSGSIZE;
        }
        if (n < HEADER) {
            return -EINVAL;
        }
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        Ref<byte[]> copied = new Ref<>();
        int r = src.getAll(copied);
        if (r < 0) {
            return r;
        }
        byte[] data = copied.get();
        boolean four = family() == Net.AF_INET;
        if ((data[0] & 0xff) != (four ? 8 : 128) || data[1] != 0) {
            return -EINVAL;
        }
        InetAddr to = remote;
        if (msg != null && msg.nameLen > 0) {
            int[] err = new int[1];
            to = destination(msg.name, msg.nameLen, err);
            if (to == null) {
                return err[0];
            }
        }
        if (to == null) {
            return -EDESTADDRREQ;
        }
        if (to.isV4() != four) {
            return -EINVAL;
        }
        int[] link = new int[1];
        r = reachable(to, scope(msg), link);
        if (r < 0) {
            return r;
        }
        net.lock().lock();
        try {
            r = takeAny();
            if (r < 0) {
                return r;
            }
            InetAddr from = (local.isAny() || local.isMulticast() ? sourceTo(to, link[0]) : local).withPort(0);
            Bytes.putBe16(data, 4, local.port());
            Header h = header(to.withPort(0), msg, 0);
            Ip.icmp(from, h.to(), data);
            byte[] packet = Ip.packet(from, h.to(), protocol(), h.hops(), h.trafficClass(), 0, data);
            toward(to, link[0], packet);
        } finally {
            net.lock().unlock();
        }
        return n;
    }

    /** A packet, perhaps of this socket, came to nothing. */
    void told(Packet sent, InetAddr offender, Refusal why) {
        boolean mine = sent.protocol() == protocol() && sent.payloadLength() >= HEADER && bound;
        if (mine && Bytes.be16(sent.bytes(), sent.payloadAt() + 4) == local.port()) {
            failed(why, offender, sent.dst(), sent.payload());
        }
    }

    /** An answer to somebody's request has come. */
    void offered(Packet p, int link) {
        InetAddr l = local;
        InetAddr r = remote;
        if (bound
                && p.isV4() == (family() == Net.AF_INET)
                && Bytes.be16(p.bytes(), p.payloadAt() + 4) == l.port()
                && (l.isAny() || l.sameHost(p.dst()))
                && (r == null || r.sameHost(p.src()))
                && options.fits(link)) {
            Header h = new Header(p.dst(), p.hops(), p.trafficClass(), link, 0);
            deliver(p.src(), h, p.payload(), null, 0);
        }
    }
}
