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
import java.util.ArrayDeque;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** A UDP socket (udp(7)). */
final class UdpSocket extends InetSocket {
    private static final int BUFFER = 212992;
    private static final int ERRORS_MAX = 64;
    private static final int GROUPS_MAX = 256;
    private static final int MCAST_JOIN_GROUP = 42;
    private static final int MCAST_LEAVE_GROUP = 45;
    private static final int IP_ORIGDSTADDR = 20;
    private static final int MAX_V4 = 65507;
    private static final int MAX_V6 = 65527;

    private final RecordQueue in;
    private volatile int shut;
    private volatile boolean closed;

    /** Multicast groups that were joined. Guarded by itself. */
    private final HashSet<InetAddr> groups = new HashSet<>(2);

    /** Failed datagrams, with IP_RECVERR. Guarded by {@link #groups}, as the two below. */
    private final ArrayDeque<Failure> errors = new ArrayDeque<>(1);

    /** What MSG_MORE or UDP_CORK hold back, and where it is to go. */
    private byte @Nullable [] held;

    private @Nullable InetAddr heldFor;

    /** A datagram that nobody took. */
    private record Failure(InetAddr to, byte[] data) {}

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
        InetAddr as = msg == null || msg.from == null ? null : sourceOf(msg.from);
        if (as != null && !as.isAny() && way(as) != 0) {
            return -EINVAL;
        }
        boolean more = (flags & Net.MSG_MORE) != 0 || inet.get(Net.SOL_UDP, Net.UDP_CORK, 0) != 0;
        byte[] whole = data;
        InetAddr first = to;
        synchronized (groups) {
            byte[] before = held;
            if (more || before != null) {
                int had = before == null ? 0 : before.length;
                if (had + data.length > (to.isV4() ? MAX_V4 : MAX_V6)) {
                    return -EMSGSIZE;
                }
                whole = before == null ? data : java.util.Arrays.copyOf(before, had + data.length);
                System.arraycopy(data, 0, whole, had, data.length);
                heldFor = heldFor == null ? to : heldFor;
                first = heldFor;
                held = more ? whole : null;
                heldFor = more ? first : null;
                if (more) {
                    return data.length;
                }
            }
        }
        transmit(first, msg, as, whole);
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
        synchronized (groups) {
            whole = held;
            to = heldFor;
            held = null;
            heldFor = null;
        }
        if (whole != null && to != null) {
            transmit(to, null, null, whole);
        }
    }

    private void transmit(InetAddr to, @Nullable Msg msg, @Nullable InetAddr as, byte[] data) {
        net.lock().lock();
        try {
            Header header = header(to, msg);
            InetAddr from = as != null && !as.isAny()
                    ? as.withPort(local.port())
                    : local.isAny() || local.isMulticast() ? sourceTo(to) : local;
            if (to.isMulticast() || to.isBroadcast()) {
                spread(from, header, data);
            } else if (ports.receiver(from, to) instanceof UdpSocket receiver) {
                receiver.deliver(from, header, data);
            } else if (way(to) == 0) {
                refused(to, data);
            }
        } finally {
            net.lock().unlock();
        }
    }

    /** Nobody is there. Those hear of it that are connected, or that want to know (IP_RECVERR). */
    private void refused(InetAddr to, byte[] data) {
        boolean four = to.isV4();
        boolean asked =
                four ? inet.get(Net.SOL_IP, Net.IP_RECVERR, 0) != 0 : inet.get(Net.SOL_IPV6, Net.IPV6_RECVERR, 0) != 0;
        if (!asked && remote == null) {
            return;
        }
        if (asked) {
            synchronized (groups) {
                if (errors.size() < ERRORS_MAX) {
                    errors.add(new Failure(to, java.util.Arrays.copyOf(data, Math.min(data.length, 1024))));
                }
            }
        }
        error = ECONNREFUSED;
        queue.wake(Poll.POLLERR | READABLE | WRITABLE);
    }

    /** The oldest failure, with MSG_ERRQUEUE: what was sent, where to, and struct sock_extended_err. */
    private long receiveFailure(IoBuffer dst, @Nullable Msg msg) {
        Failure x;
        synchronized (groups) {
            x = errors.poll();
            if (x != null && errors.isEmpty()) {
                error = 0;
            }
        }
        if (x == null) {
            return -EAGAIN;
        }
        int n = (int) Math.min(dst.remaining(), x.data().length);
        int e = n == 0 ? 0 : dst.put(x.data(), 0, n);
        if (e < 0) {
            return e;
        }
        if (msg != null) {
            byte[] name = new byte[28];
            msg.source(name, x.to().encode(family(), name));
            msg.flags |= Net.MSG_ERRQUEUE | (n < x.data().length ? Net.MSG_TRUNC : 0);
            ControlOut out = msg.control;
            if (out != null) {
                boolean four = x.to().isV4();
                byte[] offender = new byte[28];
                int len = x.to().sourceFor(0).encode(four ? Net.AF_INET : Net.AF_INET6, offender);
                byte[] b = new byte[16 + len];
                Bytes.put32(b, 0, ECONNREFUSED);
                b[4] = (byte) (four ? 2 : 3); // SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
                b[5] = (byte) (four ? 3 : 1); // destination unreachable: port
                b[6] = (byte) (four ? 3 : 4);
                System.arraycopy(offender, 0, b, 16, len);
                out.put(four ? Net.SOL_IP : Net.SOL_IPV6, four ? Net.IP_RECVERR : Net.IPV6_RECVERR, b, b.length);
            }
        }
        return n;
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
            return receiveFailure(dst, msg);
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
        if (to.isV4() && inet.get(Net.SOL_IP, Net.IP_RECVORIGDSTADDR, 0) != 0) {
            byte[] p = new byte[28];
            out.put(Net.SOL_IP, IP_ORIGDSTADDR, p, to.encode(Net.AF_INET, p));
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
        boolean four = level == Net.SOL_IP;
        if (four && (name == Net.IP_ADD_MEMBERSHIP || name == Net.IP_DROP_MEMBERSHIP)) {
            if (len < 8) {
                return -EINVAL;
            }
            int index = len >= 12 ? Bytes.i32(v, 8) : 0;
            return member(InetAddr.v4(Bytes.be32(v, 0), 0), index, name == Net.IP_ADD_MEMBERSHIP);
        }
        if (level == Net.SOL_IPV6 && family() != Net.AF_INET6) {
            return -ENOPROTOOPT;
        }
        if (level == Net.SOL_IPV6 && (name == Net.IPV6_JOIN_GROUP || name == Net.IPV6_LEAVE_GROUP)) {
            return len < 20 ? -EINVAL : member(InetAddr.read6(v, 0, 0), Bytes.i32(v, 16), name == Net.IPV6_JOIN_GROUP);
        }
        boolean any = name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP;
        if (any && (four || level == Net.SOL_IPV6)) { // struct group_req
            if (len < 136) {
                return -EINVAL;
            }
            int family = Bytes.u16(v, 8);
            if (family != (four ? Net.AF_INET : Net.AF_INET6)) {
                return four ? -EINVAL : -EADDRNOTAVAIL;
            }
            InetAddr group = four ? InetAddr.v4(Bytes.be32(v, 12), 0) : InetAddr.read6(v, 16, 0);
            return member(group, Bytes.i32(v, 0), name == MCAST_JOIN_GROUP);
        }
        int device = four && name == Net.IP_MULTICAST_IF && len >= 12
                ? Bytes.i32(v, 8)
                : level == Net.SOL_IPV6 && name == Net.IPV6_MULTICAST_IF && len >= 4 ? Bytes.i32(v, 0) : 0;
        if (device != 0 && net.interfaces().byIndex(device) == null) {
            return four ? -EADDRNOTAVAIL : -ENODEV;
        }
        int r = super.setOption(c, level, name, v, len);
        if (r == 0 && level == Net.SOL_UDP && name == Net.UDP_CORK && inet.get(level, name, 0) == 0) {
            uncork();
        }
        return r;
    }

    private int member(InetAddr group, int index, boolean join) {
        if (!group.isMulticast()) {
            return join || !group.isV4() ? -EINVAL : -EADDRNOTAVAIL;
        }
        if (index != 0 && net.interfaces().byIndex(index) == null) {
            return -ENODEV;
        }
        synchronized (groups) {
            if (join) {
                if (groups.size() >= GROUPS_MAX) {
                    return -ENOBUFS;
                }
                return groups.add(group) ? 0 : -EADDRINUSE;
            }
            return groups.remove(group) ? 0 : -EADDRNOTAVAIL;
        }
    }
}
