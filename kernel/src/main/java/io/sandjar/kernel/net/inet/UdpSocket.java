// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Interfaces;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** A UDP socket (udp(7)). */
final class UdpSocket extends InetSocket {
    private static final int BUFFER = 212992;
    private static final int MAX_V4 = 65507;
    private static final int MAX_V6 = 65527;

    private final RecordQueue in;
    private volatile int shut;
    private volatile boolean closed;

    /** Multicast groups that were joined. Guarded by itself. */
    private final HashSet<InetAddr> groups = new HashSet<>(2);

    /** What a datagram's header tells beside the source. */
    private record Header(InetAddr to, int hops, int trafficClass) {}

    /** @param protocol IPPROTO_UDP or IPPROTO_UDPLITE, which differ in nothing but their ports here */
    UdpSocket(NetStack net, Ports ports, int family, int protocol) {
        super(net, ports, family, Net.SOCK_DGRAM, protocol);
        in = new RecordQueue(net, BUFFER, Integer.MAX_VALUE);
    }

    @Override
    String table() {
        return protocol() == Net.IPPROTO_UDP ? "udp" : "udplite";
    }

    @Override
    int state() {
        return remote != null ? Net.TCP_ESTABLISHED : Net.TCP_CLOSE;
    }

    @Override
    boolean canBind() {
        return !closed;
    }

    @Override
    boolean mayBind(InetAddr a) {
        return a.isMulticast() || a.isBroadcast() || super.mayBind(a);
    }

    @Override
    void boundTo() {
        ports.addReceiver(this);
    }

    @Override
    int score(InetAddr from, InetAddr to) {
        int score = super.score(from, to);
        InetAddr r = remote;
        if (score > 0 && r != null) {
            return r.equals(from) ? score + 8 : 0;
        }
        return score;
    }

    // ---- connecting ----

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        int[] err = new int[1];
        net.lock().lock();
        try {
            if (len >= 2 && Bytes.u16(addr, 0) == Net.AF_UNSPEC) {
                remote = null;
                unchoose();
                return 0;
            }
            InetAddr to = InetAddr.decode(family(), addr, len, err);
            if (to == null) {
                return err[0];
            }
            to = to.asDestination();
            int r = reachable(to);
            if (r < 0) {
                return r;
            }
            r = takeAny();
            if (r < 0) {
                return r;
            }
            if (local.isAny()) {
                local = to.isMulticast() ? InetAddr.v4(0x7f000001, local.port()) : to.sourceFor(local.port());
            }
            remote = to;
            error = 0;
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    private int reachable(InetAddr to) {
        if (to.isBroadcast()) {
            return options.broadcast ? 0 : -EACCES;
        }
        if (to.isV4() && family() == Net.AF_INET6 && v6only()) {
            return -ENETUNREACH;
        }
        if (!to.isV4() && family() == Net.AF_INET) {
            return -EAFNOSUPPORT;
        }
        return to.isMulticast() ? 0 : Math.min(0, way(to));
    }

    @Override
    public int shutdown(Caller c, int how) {
        boolean connected = remote != null;
        shut |= how == Net.SHUT_RDWR ? RCV | SND : how == Net.SHUT_RD ? RCV : SND;
        if ((shut & RCV) != 0) {
            in.finish();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
        return connected ? 0 : -ENOTCONN;
    }

    @Override
    public void close() {
        net.lock().lock();
        try {
            if (closed) {
                return;
            }
            leavePort();
            closed = true;
        } finally {
            net.lock().unlock();
        }
        in.kill(net, true);
        queue.wake(Poll.POLLHUP);
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
            to = InetAddr.decode(family(), msg.name, msg.nameLen, err);
            if (to == null) {
                return err[0];
            }
            if (to.port() == 0) {
                return -EINVAL;
            }
            to = to.asDestination();
        }
        if (to == null) {
            return -EDESTADDRREQ;
        }
        int r = takeError();
        if (r != 0) {
            return -r;
        }
        r = reachable(to);
        if (r == 0) {
            r = bindForSending();
        }
        if (r < 0) {
            return r;
        }
        if (src.remaining() > (to.isV4() ? MAX_V4 : MAX_V6)) {
            return -EMSGSIZE;
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
        net.lock().lock();
        try {
            Header header = header(to, msg);
            InetAddr from = local.isAny() || local.isMulticast() ? sourceTo(to) : local;
            if (to.isMulticast() || to.isBroadcast()) {
                spread(from, header, data);
            } else if (ports.receiver(from, to) instanceof UdpSocket receiver) {
                receiver.deliver(from, header, data);
            } else if (remote != null && way(to) == 0) {
                error = ECONNREFUSED;
                queue.wake(Poll.POLLERR | READABLE | WRITABLE);
            }
        } finally {
            net.lock().unlock();
        }
        return data.length;
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

    private Header header(InetAddr to, @Nullable Msg msg) {
        boolean four = to.isV4();
        int hops = msg == null ? -1 : msg.hops;
        int tc = msg == null ? -1 : msg.trafficClass;
        if (hops < 0) {
            int name = four ? Net.IP_TTL : Net.IPV6_UNICAST_HOPS;
            int multicast = four ? Net.IP_MULTICAST_TTL : Net.IPV6_MULTICAST_HOPS;
            hops = inet.get(
                    four ? Net.SOL_IP : Net.SOL_IPV6, to.isMulticast() ? multicast : name, to.isMulticast() ? 1 : 64);
        }
        if (tc < 0) {
            tc = inet.get(four ? Net.SOL_IP : Net.SOL_IPV6, four ? Net.IP_TOS : Net.IPV6_TCLASS, 0);
        }
        return new Header(to, hops, tc);
    }

    private InetAddr sourceTo(InetAddr to) {
        if (to.isMulticast() || to.isBroadcast()) {
            return to.isV4() ? InetAddr.v4(0x7f000001, local.port()) : new InetAddr(0, 1, local.port());
        }
        return to.sourceFor(local.port());
    }

    private void spread(InetAddr from, Header header, byte[] data) {
        InetAddr to = header.to();
        boolean loop = inet.get(
                        to.isV4() ? Net.SOL_IP : Net.SOL_IPV6,
                        to.isV4() ? Net.IP_MULTICAST_LOOP : Net.IPV6_MULTICAST_LOOP,
                        1)
                != 0;
        if (to.isMulticast() && !loop) {
            return;
        }
        InetAddr group = to.withPort(0);
        for (InetSocket s : ports.receivers(to.port())) {
            UdpSocket u = (UdpSocket) s;
            InetAddr l = u.local;
            InetAddr r = u.remote;
            boolean addressed = l.sameHost(to) || (l.isAny() && (l.isV4() == to.isV4() || (!l.isV4() && !u.v6only())));
            if (addressed && (r == null || r.equals(from)) && (!to.isMulticast() || u.joined(group))) {
                u.deliver(from, header, data);
            }
        }
    }

    private boolean joined(InetAddr group) {
        synchronized (groups) {
            return groups.contains(group);
        }
    }

    /** Puts a datagram into this socket's queue, or drops it when there is no room. */
    private void deliver(InetAddr from, Header header, byte[] data) {
        byte[] source = new byte[28];
        int n = from.encode(family(), source);
        if (n < source.length) {
            source = java.util.Arrays.copyOf(source, n);
        }
        long now = System.currentTimeMillis() * 1_000_000L + System.nanoTime() % 1_000_000L;
        if (in.put(new RecordQueue.Rec(data, source, null, header, now)) == 0) {
            queue.wake(READABLE);
        }
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_ERRQUEUE) != 0) {
            return -EAGAIN;
        }
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        int e = takeError();
        if (e != 0) {
            return -e;
        }
        boolean peek = (flags & Net.MSG_PEEK) != 0;
        Ref<RecordQueue.Rec> got = new Ref<>();
        long n = in.take(dst, peek, got, new Ref<>());
        RecordQueue.Rec rec = got.orNull();
        if (n < 0 || rec == null) {
            return n;
        }
        if (msg != null) {
            msg.source(rec.source, rec.source.length);
            msg.flags |= n < rec.data.length ? Net.MSG_TRUNC : 0;
            ControlOut control = msg.control;
            if (control != null && rec.extra instanceof Header h) {
                control(control, rec, h);
            }
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    private void control(ControlOut out, RecordQueue.Rec rec, Header h) {
        InetAddr to = h.to();
        if (options.timestamp) {
            byte[] t = new byte[16];
            long fraction = rec.timeNanos % 1_000_000_000L;
            Bytes.put64(t, 0, rec.timeNanos / 1_000_000_000L);
            Bytes.put64(t, 8, options.timestampNanos ? fraction : fraction / 1000);
            out.put(Net.SOL_SOCKET, options.timestampNanos ? Net.SO_TIMESTAMPNS : Net.SO_TIMESTAMP, t, 16);
        }
        if (to.isV4() && inet.get(Net.SOL_IP, Net.IP_PKTINFO, 0) != 0) {
            byte[] p = new byte[12];
            Bytes.put32(p, 0, Interfaces.LOOPBACK_INDEX);
            Bytes.putBe32(p, 4, to.isMulticast() || to.isBroadcast() ? 0x7f000001 : to.v4());
            Bytes.putBe32(p, 8, to.v4());
            out.put(Net.SOL_IP, Net.IP_PKTINFO, p, p.length);
        }
        if (family() == Net.AF_INET6 && inet.get(Net.SOL_IPV6, Net.IPV6_RECVPKTINFO, 0) != 0) {
            byte[] p = java.util.Arrays.copyOf(to.bytes(Net.AF_INET6), 20);
            Bytes.put32(p, 16, Interfaces.LOOPBACK_INDEX);
            out.put(Net.SOL_IPV6, Net.IPV6_PKTINFO, p, p.length);
        }
        if (to.isV4() && inet.get(Net.SOL_IP, Net.IP_RECVTTL, 0) != 0) {
            out.putInt(Net.SOL_IP, Net.IP_TTL, h.hops());
        }
        if (to.isV4() && inet.get(Net.SOL_IP, Net.IP_RECVTOS, 0) != 0) {
            out.put(Net.SOL_IP, Net.IP_TOS, new byte[] {(byte) h.trafficClass()}, 1);
        }
        if (!to.isV4() && inet.get(Net.SOL_IPV6, Net.IPV6_RECVHOPLIMIT, 0) != 0) {
            out.putInt(Net.SOL_IPV6, Net.IPV6_HOPLIMIT, h.hops());
        }
        if (!to.isV4() && inet.get(Net.SOL_IPV6, Net.IPV6_RECVTCLASS, 0) != 0) {
            out.putInt(Net.SOL_IPV6, Net.IPV6_TCLASS, h.trafficClass());
        }
    }

    @Override
    public int available() {
        return in.firstLength();
    }

    @Override
    public int poll() {
        int s = shut;
        int now = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        if (error != 0) {
            now |= Poll.POLLERR;
        }
        if (s == (RCV | SND)) {
            now |= Poll.POLLHUP;
        }
        if ((s & RCV) != 0) {
            now |= READABLE | Poll.POLLRDHUP;
        }
        return in.count() > 0 ? now | READABLE : now;
    }

    // ---- options ----

    @Override
    protected void optionChanged(int name) {
        if (name == Net.SO_RCVBUF) {
            in.setLimit(options.receiveBuffer(BUFFER));
        }
    }

    @Override
    protected int setOption(Caller c, int level, int name, byte[] v, int len) {
        if (level == Net.SOL_IP && (name == Net.IP_ADD_MEMBERSHIP || name == Net.IP_DROP_MEMBERSHIP)) {
            return len < 8 ? -EINVAL : member(InetAddr.v4(Bytes.be32(v, 0), 0), name == Net.IP_ADD_MEMBERSHIP);
        }
        if (level == Net.SOL_IPV6 && (name == Net.IPV6_JOIN_GROUP || name == Net.IPV6_LEAVE_GROUP)) {
            if (family() != Net.AF_INET6) {
                return -ENOPROTOOPT;
            }
            return len < 20 ? -EINVAL : member(InetAddr.read6(v, 0, 0), name == Net.IPV6_JOIN_GROUP);
        }
        return super.setOption(c, level, name, v, len);
    }

    private int member(InetAddr group, boolean join) {
        if (!group.isMulticast()) {
            return -EINVAL;
        }
        synchronized (groups) {
            if (join) {
                return groups.add(group) ? 0 : -EADDRINUSE;
            }
            return groups.remove(group) ? 0 : -EADDRNOTAVAIL;
        }
    }
}
