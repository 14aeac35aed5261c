// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.abi.SockaddrIn6Layout;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.PacketFilter;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.net.SoftwareStamps;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What internet sockets of datagrams share, be they UDP's, raw ones or those for pings: a queue, groups, failures. */
abstract class DatagramSocket extends InetSocket {
    static final int BUFFER = 212992;

    final RecordQueue in;
    final Memberships groups;
    private final MembershipOptions groupOptions;

    /** IP_MULTICAST_IF: the index of the interface; 0 for none. */
    private volatile int groupLink;

    /** The interface that the address of a connect named (sin6_scope_id); 0 for none. */
    private volatile int connectedLink;

    final ErrorQueue errors = new ErrorQueue();
    volatile int shut;
    volatile boolean closed;

    /** Datagrams sent, which number their time stamps (SOF_TIMESTAMPING_OPT_ID). */
    private int stamps;

    DatagramSocket(NetStack net, Ports ports, int family, int type, int protocol) {
        super(net, ports, family, type, protocol);
        in = new RecordQueue(net, BUFFER, Integer.MAX_VALUE);
        groups = new Memberships(net);
        groupOptions = new MembershipOptions(net, groups, family);
    }

    @Override
    boolean canBind() {
        return !closed;
    }

    @Override
    boolean mayBind(InetAddr a) {
        return Groupcast.means(net, a) || super.mayBind(a);
    }

    @Override
    int state() {
        return remote != null ? Net.TCP_ESTABLISHED : Net.TCP_CLOSE;
    }

    // ---- connecting ----

    /** The address of a connect or a send; null with the errno in {@code error[0]}. */
    final @Nullable InetAddr destination(byte[] addr, int len, int[] error) {
        InetAddr to = InetAddr.decode(family(), addr, len, error);
        return to == null ? null : to.asDestination();
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        int[] err = new int[1];
        net.lock().lock();
        try {
            if (len >= 2 && Bytes.u16(addr, 0) == Net.AF_UNSPEC) {
                remote = null;
                connectedLink = 0;
                forget();
                return 0;
            }
            InetAddr to = destination(addr, len, err);
            if (to == null) {
                return err[0];
            }
            int[] link = new int[1];
            int named = scope(addr, len);
            int r = reachable(to, named, link);
            if (r == 0) {
                r = ready();
            }
            if (r < 0) {
                return r;
            }
            if (local.isAny()) {
                local = sourceTo(to, link[0]);
            }
            remote = to;
            connectedLink = named;
            error = 0;
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    /** Gets what a socket needs before it sends, a port for instance: 0 or -errno. With the network's lock held. */
    abstract int ready();

    /** A disconnect: what a connect chose is no longer. With the network's lock held. */
    abstract void forget();

    /**
     * Whether something can be sent to an address: 0 or -errno.
     *
     * @param given the interface that the guest names for it; 0 for none
     * @param link gets the one by which what is for many leaves
     */
    final int reachable(InetAddr to, int given, int[] link) {
        if (to.isV4() && family() == Net.AF_INET6 && v6only()) {
            return -ENETUNREACH;
        }
        if (!to.isV4() && family() == Net.AF_INET) {
            return -EAFNOSUPPORT;
        }
        boolean broadcast = Groupcast.isBroadcast(net, to);
        if (broadcast && !options.broadcast) {
            return -EACCES;
        }
        if (!broadcast && !to.isMulticast()) {
            return Math.min(0, way(to));
        }
        link[0] = linkFor(to, given);
        return Math.min(0, Groupcast.orUnreachable(net, link[0]));
    }

    /** The interface by which what goes to many leaves; 0 for none. */
    private int linkFor(InetAddr to, int given) {
        int device = options.deviceIndex();
        if (device != 0 || given != 0) {
            return device != 0 ? device : given;
        }
        if (to.isMulticast()) {
            int chosen = to.isV4() ? groupLink : inet.get(Net.SOL_IPV6, Net.IPV6_MULTICAST_IF, 0);
            if (chosen != 0) {
                return chosen;
            }
        }
        InetAddr own = local;
        boolean bySource = to.isV4() && own.isV4() && !own.isAny() && !own.isMulticast();
        int link = bySource ? Groupcast.linkOf(net, own) : 0;
        return link != 0 ? link : Groupcast.linkTo(net, to);
    }

    /** The interface that an address of IPv6 names (sin6_scope_id); 0 for none. */
    private static int scope(byte[] addr, int len) {
        boolean has = len >= SockaddrIn6Layout.SIZEOF && Bytes.u16(addr, 0) == Net.AF_INET6;
        // only addresses that mean something else on each link have one
        boolean local = has
                && (addr[8] == (byte) 0xfe || (addr[8] == (byte) 0xff && ((addr[9] & 15) == 1 || (addr[9] & 15) == 2)));
        return local ? Bytes.i32(addr, SockaddrIn6Layout.sin6_scope_id) : 0;
    }

    /** The interface that a message names, by its address or beside it, or that the connect has named. */
    final int scope(@Nullable Msg msg) {
        if (msg != null && msg.link != 0) {
            return msg.link;
        }
        return msg == null || msg.nameLen == 0 ? connectedLink : scope(msg.name, msg.nameLen);
    }

    /** The address that what is sent to {@code to} comes from, with the port of this socket; {@code link} as {@link #reachable} gives it. */
    final InetAddr sourceTo(InetAddr to, int link) {
        if (link == 0) {
            return place(to).source().withPort(local.port());
        }
        int chosen = to.isV4() && to.isMulticast() ? inet.get(Net.SOL_IP, Net.IP_MULTICAST_IF, 0) : 0;
        InetAddr from = chosen != 0 ? InetAddr.v4(chosen, 0) : Groupcast.source(net, link, to);
        return from.withPort(local.port());
    }

    /** Sends a packet of the guest's own making. With the network's lock held. */
    final void toward(InetAddr to, int link, byte[] packet) {
        if (link == 0) {
            StackInput.send(net, place(to), packet);
        } else {
            Groupcast.packet(net, link, packet, comesBack(to));
        }
    }

    /** Whether what this socket sends to many comes to its own network, too (IP_MULTICAST_LOOP). */
    final boolean comesBack(InetAddr to) {
        return !to.isMulticast()
                || (to.isV4()
                        ? inet.get(Net.SOL_IP, Net.IP_MULTICAST_LOOP, 1) != 0
                        : inet.get(Net.SOL_IPV6, Net.IPV6_MULTICAST_LOOP, 1) != 0);
    }

    /** Whether what {@code from} sends to an address, which may be a group's, is for this socket. */
    final boolean wants(InetAddr to, InetAddr from, int link) {
        return !to.isMulticast() || groups.wants(to, from, link, wantsOthers(to.isV4()));
    }

    /** Whether it gets groups that it has not joined (IP_MULTICAST_ALL). */
    private boolean wantsOthers(boolean four) {
        return four
                ? inet.get(Net.SOL_IP, Net.IP_MULTICAST_ALL, 1) != 0
                : inet.get(Net.SOL_IPV6, Net.IPV6_MULTICAST_ALL, 1) != 0;
    }

    /**
     * What was sent to {@code to} came to nothing. Those hear of it that want to know (IP_RECVERR) or are connected, the latter not of
     * what may pass.
     */
    final void failed(Refusal why, InetAddr offender, InetAddr to, byte[] data) {
        boolean asked = to.isV4()
                ? inet.get(Net.SOL_IP, Net.IP_RECVERR, 0) != 0
                : inet.get(Net.SOL_IPV6, Net.IPV6_RECVERR, 0) != 0;
        InetAddr r = remote;
        if (r == null ? !asked : !r.sameHost(to) || (to.port() != 0 && r.port() != to.port())) {
            return; // what is said of others than the peer is for nobody
        }
        if (asked) {
            errors.failed(to, data, why, offender);
        } else if (!why.isHard()) {
            return;
        }
        error = why.errno();
        queue.wake(Poll.POLLERR | READABLE | WRITABLE);
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
            leave();
            closed = true;
        } finally {
            net.lock().unlock();
        }
        groups.leaveAll();
        in.kill(net, true);
        queue.wake(Poll.POLLHUP);
    }

    /** Nobody is to find this socket any more. With the network's lock held. */
    void leave() {
        leavePort();
    }

    // ---- transfer ----

    /** The header that a datagram to {@code to} gets, by options or {@code msg}. */
    final Header header(InetAddr to, @Nullable Msg msg, int segment) {
        boolean four = to.isV4();
        int level = four ? Net.SOL_IP : Net.SOL_IPV6;
        int hops = msg == null ? -1 : msg.hops;
        int tc = msg == null ? -1 : msg.trafficClass;
        if (hops < 0) {
            int name = four ? Net.IP_TTL : Net.IPV6_UNICAST_HOPS;
            int multicast = four ? Net.IP_MULTICAST_TTL : Net.IPV6_MULTICAST_HOPS;
            hops = inet.get(level, to.isMulticast() ? multicast : name, to.isMulticast() ? 1 : Ip.TTL);
        }
        if (tc < 0) {
            tc = inet.get(level, four ? Net.IP_TOS : Net.IPV6_TCLASS, 0);
        }
        return new Header(to, hops, tc, 1, segment);
    }

    /**
     * Puts a datagram into this socket's queue, or drops it when there is no room.
     *
     * @param packet what a filter of the socket sees of it, which decides how much of it passes; null for what {@code data} is
     * @param shown how many bytes of {@code packet} come before {@code data}
     */
    final void deliver(InetAddr from, Header header, byte[] data, byte @Nullable [] packet, int shown) {
        PacketFilter f = options.filter;
        byte[] passed = data;
        if (f != null) {
            int n = f.run(packet == null ? data : packet);
            if (n == 0) {
                return;
            }
            passed = n - shown < data.length ? Arrays.copyOf(data, Math.max(0, n - shown)) : data;
        }
        byte[] source = new byte[family() == Net.AF_INET ? 16 : 28];
        from.encode(family(), source);
        if (in.put(new RecordQueue.Rec(passed, source, null, header, SoftwareStamps.now())) == 0) {
            queue.wake(READABLE);
        } else {
            dropped++;
        }
    }

    /** Tells the sender when a datagram went, if it asked. */
    final void stamp(InetAddr from, Header h, int protocol, byte[] transport) {
        int flags = options.timestamping;
        if ((flags & (SoftwareStamps.TX_SOFTWARE | SoftwareStamps.TX_SCHED)) == 0) {
            return;
        }
        byte[] data = {};
        if ((flags & SoftwareStamps.OPT_TSONLY) == 0) {
            byte[] p = Ip.packet(from, h.to(), protocol, h.hops(), h.trafficClass(), 0, transport);
            data = new byte[p.length + Wire.LINK_HEADER];
            Wire.linkHeader(data, h.to().isV4());
            System.arraycopy(p, 0, data, Wire.LINK_HEADER, p.length);
        }
        int n = (flags & SoftwareStamps.OPT_ID) != 0 ? stamps++ : 0;
        long now = SoftwareStamps.now();
        if ((flags & SoftwareStamps.TX_SCHED) != 0) {
            errors.stamped(data, SoftwareStamps.SCHEDULED, n, now);
        }
        if ((flags & SoftwareStamps.TX_SOFTWARE) != 0) {
            errors.stamped(data, SoftwareStamps.SENT, n, now);
        }
        queue.wake(Poll.POLLERR);
    }

    @Override
    public final long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_ERRQUEUE) != 0) {
            return errors.receive(this, dst, msg);
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
        lastTimeNanos = rec.timeNanos;
        if (msg != null) {
            msg.received(rec, n);
            ControlOut control = msg.control;
            if (control != null && rec.extra instanceof Header h) {
                DatagramControl.put(this, control, h, rec.timeNanos);
                options.dropCount(control, dropped);
            }
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    @Override
    public int available() {
        return in.firstLength();
    }

    @Override
    public int poll() {
        int s = shut;
        int now = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        if (error != 0 || !errors.isEmpty()) {
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
        int r = groupOptions.set(level, name, v, len);
        if (r != MembershipOptions.OTHER) {
            return r;
        }
        if (level == Net.SOL_IP && name == Net.IP_MULTICAST_IF) {
            return len < 4 ? -EINVAL : chooseGroupLink(v, len);
        }
        if (level == Net.SOL_IPV6 && name == Net.IPV6_MULTICAST_IF && len >= 4) {
            int device = Bytes.i32(v, 0);
            int must = options.deviceIndex();
            if (device != 0 && net.interfaces().byIndex(device) == null) {
                return -ENODEV;
            }
            if (device != 0 && must != 0 && device != must) {
                return -EINVAL;
            }
        }
        return super.setOption(c, level, name, v, len);
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        int r = groupOptions.get(level, name, out, len);
        return r != MembershipOptions.OTHER ? r : super.getOption(c, level, name, out, len);
    }

    /** IP_MULTICAST_IF: an address, struct ip_mreq or struct ip_mreqn. */
    private int chooseGroupLink(byte[] v, int len) {
        int address = Bytes.be32(v, len >= 8 ? 4 : 0);
        int device = len >= 12 ? Bytes.i32(v, 8) : 0;
        if (device == 0 && address != 0) {
            device = Groupcast.linkOf(net, InetAddr.v4(address, 0));
        } else if (device != 0 && net.interfaces().byIndex(device) == null) {
            device = 0;
        } else if (device == 0) {
            groupLink = 0;
            return inet.set(Net.SOL_IP, Net.IP_MULTICAST_IF, v, len);
        }
        int must = options.deviceIndex();
        if (device == 0 || (must != 0 && must != device)) {
            return device == 0 ? -EADDRNOTAVAIL : -EINVAL;
        }
        groupLink = device;
        return inet.set(Net.SOL_IP, Net.IP_MULTICAST_IF, v, len);
    }
}
