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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A UDP socket (udp(7)). */
final class UdpSocket extends DatagramSocket {
    private static final int MAX_V4 = 65507;
    private static final int MAX_V6 = 65527;

    /** UDP_MAX_SEGMENTS: datagrams that one send may make. */
    private static final int SEGMENTS_MAX = 128;

    /** What MSG_MORE or UDP_CORK hold back, and where it is to go. Guarded by {@link #errors}. */
    private byte @Nullable [] held;

    private @Nullable InetAddr heldFor;

    /** The interface by which it is to leave; 0 where the way says that. */
    private int heldLink;

    /** @param protocol IPPROTO_UDP or IPPROTO_UDPLITE, which differ in nothing but their ports here */
    UdpSocket(NetStack net, Ports ports, int family, int protocol) {
        super(net, ports, family, Net.SOCK_DGRAM, protocol);
    }

    @Override
    String table() {
        return protocol() == Net.IPPROTO_UDP ? "udp" : "udplite";
    }

    @Override
    void boundTo() {
        ports.addReceiver(this);
    }

    @Override
    int score(InetAddr from, InetAddr to, int link) {
        int score = super.score(from, to, link);
        InetAddr r = remote;
        if (score > 0 && r != null) {
            return r.equals(from) ? score + 16 : 0;
        }
        return score;
    }

    @Override
    int ready() {
        return takeAny();
    }

    @Override
    void forget() {
        unchoose();
    }

    // ---- transfer ----

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        InetAddr to = remote;
        if (msg != null && msg.nameLen > 0) {
            int[] err = new int[1];
            to = destination(msg.name, msg.nameLen, err);
            if (to == null) {
                return err[0];
            }
            if (to.port() == 0) {
                return -EINVAL;
            }
        }
        if (to == null) {
            return -EDESTADDRREQ;
        }
        int r = takeError();
        if (r != 0) {
            return -r;
        }
        int[] link = new int[1];
        r = reachable(to, scope(msg), link);
        if (r == 0) {
            r = bindForSending();
        }
        if (r < 0) {
            return r;
        }
        int most = to.isV4() ? MAX_V4 : MAX_V6;
        int segment = msg != null && msg.segment >= 0 ? msg.segment : inet.get(Net.SOL_UDP, Net.UDP_SEGMENT, 0);
        if (src.remaining() > most) {
            return -EMSGSIZE;
        }
        if (segment != 0 && src.remaining() > (long) segment * SEGMENTS_MAX) {
            return -EINVAL;
        }
        if ((shut & SND) != 0) {
            return -EPIPE;
        }
        Ref<byte[]> copied = new Ref<>();
        r = src.getAll(copied);
        if (r < 0) {
            return r;
        }
        byte[] data = copied.get();
        InetAddr as = msg == null || msg.from == null ? null : sourceOf(msg.from);
        if (as != null && !as.isAny() && way(as) != 0) {
            return -EINVAL;
        }
        boolean more = (flags & Net.MSG_MORE) != 0 || inet.get(Net.SOL_UDP, Net.UDP_CORK, 0) != 0;
        byte[] whole = data;
        InetAddr first = to;
        int by = link[0];
        synchronized (errors) {
            byte[] before = held;
            if (more || before != null) {
                int had = before == null ? 0 : before.length;
                if (had + data.length > most) {
                    return -EMSGSIZE;
                }
                whole = before == null ? data : Arrays.copyOf(before, had + data.length);
                System.arraycopy(data, 0, whole, had, data.length);
                if (heldFor != null) {
                    first = heldFor;
                    by = heldLink;
                }
                held = more ? whole : null;
                heldLink = by;
                heldFor = more ? first : null;
                if (more) {
                    return data.length;
                }
            }
        }
        transmit(first, header(first, msg, segment).by(by), as, whole);
        return data.length;
    }

    private InetAddr sourceOf(byte[] address) {
        return address.length == 4
                ? InetAddr.v4(Bytes.be32(address, 0), local.port())
                : InetAddr.read6(address, 0, local.port());
    }

    /** Sends what MSG_MORE and UDP_CORK have held back. */
    private void uncork() {
        byte[] whole;
        InetAddr to;
        int by;
        synchronized (errors) {
            whole = held;
            to = heldFor;
            by = heldLink;
            held = null;
            heldFor = null;
        }
        if (whole != null && to != null) {
            int[] link = new int[1];
            if (reachable(to, by, link) == 0) {
                transmit(
                        to,
                        header(to, null, inet.get(Net.SOL_UDP, Net.UDP_SEGMENT, 0))
                                .by(link[0]),
                        null,
                        whole);
            }
        }
    }

    private void transmit(InetAddr to, Header header, @Nullable InetAddr as, byte[] data) {
        net.lock().lock();
        try {
            InetAddr from = as != null && !as.isAny()
                    ? as.withPort(local.port())
                    : local.isAny() || local.isMulticast() ? sourceTo(to, header.link()) : local;
            int segment = header.segment();
            if (segment == 0 || data.length <= segment) {
                one(from, new Header(to, header.hops(), header.trafficClass(), header.link(), 0), data);
                return;
            }
            Place place = place(to);
            if (place.found() instanceof NetStack n
                    && n.wire().watched() == 0
                    && place.refusal(header.hops(), to.isV4()) == null
                    && receiver(n, from, to, place.in(), data) instanceof UdpSocket receiver
                    && receiver.inet.get(Net.SOL_UDP, Net.UDP_GRO, 0) != 0
                    && receiver.options.filter == null) {
                int hops = header.hops() - place.routers().size();
                Header arrived = new Header(to, hops, header.trafficClass(), place.in(), segment);
                receiver.deliver(from, arrived, data, null, 0); // stays together
                return;
            }
            for (int at = 0; at < data.length; at += segment) {
                byte[] piece = Arrays.copyOfRange(data, at, Math.min(data.length, at + segment));
                one(from, new Header(to, header.hops(), header.trafficClass(), header.link(), 0), piece);
            }
        } finally {
            net.lock().unlock();
        }
    }

    private @Nullable InetSocket receiver(NetStack there, InetAddr from, InetAddr to, int link, byte[] data) {
        return ports(there, protocol()).receiver(from, to, link, data);
    }

    static Ports ports(NetStack there, int protocol) {
        return protocol == Net.IPPROTO_UDP ? there.udpPorts() : there.udpLitePorts();
    }

    private void one(InetAddr from, Header header, byte[] data) {
        InetAddr to = header.to();
        if (options.timestamping != 0) {
            stamp(from, header, protocol(), Ip.udp(from, to, protocol(), data));
        }
        if (Groupcast.means(net, to)) {
            Groupcast.datagram(net, from, header, protocol(), data, comesBack(to));
            return;
        }
        Place place = place(to);
        NetStack there = place.found();
        Refusal no = place.refusal(header.hops(), to.isV4());
        if (no == null && there != null) {
            place.watch(net, from, header, protocol(), data);
            int hops = header.hops() - place.routers().size();
            Header arrived = new Header(to, hops, header.trafficClass(), place.in(), 0);
            if (arrive(there, protocol(), from, arrived, data)) {
                return;
            }
            no = Refusal.port(there, to.isV4());
        }
        if (no != null) {
            InetAddr offender = there == no.by() ? to.withPort(0) : no.offender(from);
            failed(no, offender, to, data);
            net.wire().unreachable(no, offender, from, header, protocol(), data);
        }
    }

    /** A datagram has come to its network: whether somebody is there for it. With the network's lock held. */
    static boolean arrive(NetStack there, int protocol, InetAddr from, Header header, byte[] data) {
        if (!(ports(there, protocol).receiver(from, header.to(), header.link(), data) instanceof UdpSocket receiver)) {
            return false;
        }
        receiver.deliver(from, header, data);
        return true;
    }

    private void deliver(InetAddr from, Header header, byte[] data) {
        byte[] packet = options.filter == null ? null : Ip.udp(from, header.to(), protocol(), data);
        deliver(from, header, data, packet, Ip.UDP_HEADER);
    }

    private int bindForSending() {
        if (bound) {
            return 0;
        }
        net.lock().lock();
        try {
            return takeAny();
        } finally {
            net.lock().unlock();
        }
    }

    /** To all who have joined the group, or are bound to the port of a broadcast. */
    static void spread(NetStack there, int protocol, InetAddr from, Header header, byte[] data) {
        InetAddr to = header.to();
        if (to.isMulticast() && !there.groups().accepts(to, from, header.link())) {
            return;
        }
        for (InetSocket s : ports(there, protocol).receivers(to.port())) {
            UdpSocket u = (UdpSocket) s;
            InetAddr l = u.local;
            InetAddr r = u.remote;
            boolean addressed = l.sameHost(to) || (l.isAny() && (l.isV4() == to.isV4() || (!l.isV4() && !u.v6only())));
            if (addressed
                    && (r == null || r.equals(from))
                    && u.options.fits(header.link())
                    && u.wants(to, from, header.link())) {
                u.deliver(from, header, data);
            }
        }
    }

    // ---- options ----

    @Override
    protected int setOption(Caller c, int level, int name, byte[] v, int len) {
        int r = super.setOption(c, level, name, v, len);
        if (r == 0 && level == Net.SOL_UDP && name == Net.UDP_CORK && inet.get(level, name, 0) == 0) {
            uncork();
        }
        return r;
    }
}
