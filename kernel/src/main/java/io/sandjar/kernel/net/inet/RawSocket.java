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
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A raw socket (raw(7), RFC 3542): packets of one protocol, those of IPv4 with their header. */
final class RawSocket extends DatagramSocket {
    private static final int LENGTH_MAX = 65535;
    private static final int TYPE_FILTER = 1; // ICMP_FILTER, ICMP6_FILTER
    private static final int CHECKSUM = 7; // IPV6_CHECKSUM

    /** Types of ICMP that are not wanted, a bit for each: of IPv4 the first 32, of IPv6 all. */
    private final byte[] unwanted;

    private volatile boolean ownHeader;

    /** Where in a packet of IPv6 the kernel puts and checks a sum; -1 for nowhere. */
    private volatile int sumAt = -1;

    RawSocket(NetStack net, int family, int protocol) {
        super(net, net.pingPorts(), family, Net.SOCK_RAW, protocol);
        local = InetAddr.any(family).withPort(protocol); // Linux shows the protocol where others have a port
        ownHeader = protocol == Net.IPPROTO_RAW;
        unwanted = new byte[family == Net.AF_INET ? 4 : 32];
        if (family == Net.AF_INET6 && protocol == Net.IPPROTO_ICMPV6) {
            sumAt = 2;
        }
        net.wire().add(this);
    }

    @Override
    String table() {
        return "raw";
    }

    @Override
    boolean listed() {
        return true;
    }

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        int[] err = new int[1];
        InetAddr a = InetAddr.decode(family(), addr, len, err);
        if (a == null) {
            return err[0];
        }
        if (family() == Net.AF_INET6 && a.isV4()) {
            return -EADDRNOTAVAIL;
        }
        if (!a.isAny() && way(a) != 0 && !mayBind(a)) {
            return -EADDRNOTAVAIL;
        }
        local = a.withPort(protocol());
        return 0;
    }

    @Override
    int ready() {
        return 0;
    }

    @Override
    void forget() {}

    @Override
    void leave() {
        net.wire().remove(this);
    }

    @Override
    public int peerName(byte[] out) {
        InetAddr r = remote;
        return r == null || r.port() == 0 ? -ENOTCONN : super.peerName(out);
    }

    // ---- transfer ----

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if (src.remaining() > LENGTH_MAX) {
            return -EMSGSIZE;
        }
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
        }
        if (to == null) {
            return -EDESTADDRREQ;
        }
        int[] link = new int[1];
        int r = reachable(to, scope(msg), link);
        if (r < 0) {
            return r;
        }
        if ((shut & SND) != 0) {
            return -EPIPE;
        }
        Ref<byte[]> copied = new Ref<>();
        r = src.getAll(copied);
        if (r < 0) {
            return r;
        }
        net.lock().lock();
        try {
            return transmit(to.withPort(0), link[0], msg, copied.get());
        } finally {
            net.lock().unlock();
        }
    }

    private long transmit(InetAddr to, int link, @Nullable Msg msg, byte[] data) {
        InetAddr from = (local.isAny() || local.isMulticast() ? sourceTo(to, link) : local).withPort(0);
        byte[] packet;
        if (ownHeader) {
            int r = complete(data, from);
            if (r < 0) {
                return r;
            }
            packet = data;
        } else {
            int at = sumAt;
            if (at >= 0) {
                if (at + 2 > data.length) {
                    return -EINVAL;
                }
                Ip.putSum(data, 0, at, Ip.pseudo(from, to, protocol(), data.length));
            }
            if (data.length + (to.isV4() ? Ip.V4_HEADER : 0) > LENGTH_MAX) {
                return -EMSGSIZE;
            }
            Header h = header(to, msg, 0);
            packet = Ip.packet(from, to, protocol(), h.hops(), h.trafficClass(), 0, data);
            stamp(from, h, protocol(), data);
        }
        toward(to, link, packet);
        return data.length;
    }

    /** Fills in what the kernel has to fill into a header of the guest's: 0 or -errno. */
    private int complete(byte[] p, InetAddr from) {
        if (family() == Net.AF_INET6) {
            return p.length < Ip.V6_HEADER ? -EINVAL : 0;
        }
        if (p.length < Ip.V4_HEADER || (p[0] & 15) * 4 > p.length) {
            return -EINVAL;
        }
        if ((p[0] & 15) * 4 >= Ip.V4_HEADER) {
            if (Bytes.be32(p, 12) == 0) {
                Bytes.putBe32(p, 12, from.v4());
            }
            if (Bytes.be16(p, 4) == 0) {
                Bytes.putBe16(p, 4, ThreadLocalRandom.current().nextInt(1, 65536));
            }
            Bytes.putBe16(p, 2, p.length);
            Ip.headerSum(p);
        }
        return 0;
    }

    /** A packet has come: whether this socket takes its protocol and addresses. */
    boolean offered(Packet p, int link) {
        boolean four = family() == Net.AF_INET;
        InetAddr l = local;
        InetAddr r = remote;
        if (p.protocol() != protocol()
                || p.isV4() != four
                || (!l.isAny() && !l.sameHost(p.dst()))
                || !wants(p.dst(), p.src(), link)
                || (r != null && !r.sameHost(p.src()))
                || !options.fits(link)) {
            return false;
        }
        boolean icmp = protocol() == (four ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6);
        if (icmp && p.payloadLength() > 0 && filtered(p.bytes()[p.payloadAt()] & 0xff)) {
            return true;
        }
        if (sumAt >= 0 && !p.sumIsRight(true)) {
            return true;
        }
        Header h = new Header(p.dst(), p.hops(), p.trafficClass(), link, 0);
        deliver(p.src(), h, four ? p.bytes() : p.payload(), null, 0);
        return true;
    }

    /** A packet, perhaps of this socket, came to nothing. */
    void told(Packet sent, InetAddr offender, Refusal why) {
        InetAddr l = local;
        InetAddr r = remote;
        if (sent.protocol() == protocol()
                && sent.isV4() == (family() == Net.AF_INET)
                && (l.isAny() || l.sameHost(sent.src()))
                && (r == null || r.sameHost(sent.dst()))) {
            failed(why, offender, sent.dst(), ownHeader ? sent.bytes() : sent.payload());
        }
    }

    private boolean filtered(int type) {
        // words of 32 bits in the order of this machine: bit n of byte n / 8
        return type / 8 < unwanted.length && (unwanted[type / 8] >> type % 8 & 1) != 0;
    }

    // ---- options ----

    @Override
    protected int setOption(Caller c, int level, int name, byte[] v, int len) {
        boolean four = family() == Net.AF_INET;
        if (name == TYPE_FILTER && level == (four ? Net.SOL_RAW : Net.SOL_ICMPV6)) {
            if (protocol() != (four ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6)) {
                return -EOPNOTSUPP;
            }
            System.arraycopy(v, 0, unwanted, 0, Math.min(len, unwanted.length));
            return 0;
        }
        if (four && level == Net.SOL_IP && name == Net.IP_HDRINCL) {
            if (len < 1) {
                return -EINVAL;
            }
            ownHeader = (len >= 4 ? Bytes.i32(v, 0) : v[0]) != 0;
            return 0;
        }
        if (!four && level == Net.SOL_IPV6 && name == Net.IPV6_HDRINCL) {
            if (len < 4) {
                return -EINVAL;
            }
            ownHeader = Bytes.i32(v, 0) != 0;
            return 0;
        }
        if (!four && name == CHECKSUM && (level == Net.SOL_RAW || level == Net.SOL_IPV6)) {
            int at = len < 4 ? 1 : Bytes.i32(v, 0);
            boolean fixed = protocol() == Net.IPPROTO_ICMPV6 && level == Net.SOL_IPV6;
            if (fixed || (at > 0 && (at & 1) != 0)) {
                return -EINVAL;
            }
            sumAt = Math.max(at, -1);
            return 0;
        }
        return level == Net.SOL_RAW ? -ENOPROTOOPT : super.setOption(c, level, name, v, len);
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        boolean four = family() == Net.AF_INET;
        if (name == TYPE_FILTER && level == (four ? Net.SOL_RAW : Net.SOL_ICMPV6)) {
            if (protocol() != (four ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6)) {
                return -EOPNOTSUPP;
            }
            System.arraycopy(unwanted, 0, out, 0, unwanted.length);
            return Math.min(len, unwanted.length);
        }
        int x;
        if (four ? level == Net.SOL_IP && name == Net.IP_HDRINCL : level == Net.SOL_IPV6 && name == Net.IPV6_HDRINCL) {
            x = ownHeader ? 1 : 0;
        } else if (!four && name == CHECKSUM && (level == Net.SOL_RAW || level == Net.SOL_IPV6)) {
            x = sumAt;
        } else {
            return level == Net.SOL_RAW ? -ENOPROTOOPT : super.getOption(c, level, name, out, len);
        }
        Bytes.put32(out, 0, x);
        return Math.min(len, 4);
    }
}
