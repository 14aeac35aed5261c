// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.host;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.CmsghdrLayout;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Tty;
import io.sandjar.host.HostSockets;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.HostPoller;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import org.jspecify.annotations.Nullable;

/** A guest's socket that is a socket of the host ({@code --network host}): TCP, UDP and pings, options from a short list. */
public final class HostSocket extends Socket {
    private static final int BANDS = Poll.POLLRDBAND | Poll.POLLWRBAND;
    private static final int INTEREST =
            Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDHUP | Poll.POLLPRI | Poll.POLLRDNORM | Poll.POLLWRNORM | BANDS;
    private static final int SENDABLE =
            Net.MSG_MORE | Net.MSG_DONTROUTE | Net.MSG_CONFIRM | Net.MSG_EOR | Net.MSG_NOSIGNAL | Net.MSG_DONTWAIT;
    private static final int RECEIVABLE = Net.MSG_PEEK | Net.MSG_TRUNC | Net.MSG_DONTWAIT;
    private static final int CONTROL_ROOM = 1024;
    private static final byte[] NO_ADDRESS = {};

    private final int fd;
    private volatile boolean listening;
    private volatile boolean connecting;

    /** For a raw socket, which the host does not give us. */
    private @Nullable RawPing ping;

    private boolean closed;

    /** Shut down for receiving: a datagram socket of the host then has an event for ever and never an answer. */
    private volatile boolean noMore;

    private HostSocket(NetStack net, int family, int type, int protocol, int fd) {
        super(net, family, type, protocol);
        this.fd = fd;
        HostFds.count(1);
        net.poller().register(fd, INTEREST, queue);
    }

    public static int create(NetStack net, Caller c, int family, int type, int protocol, Ref<Socket> out) {
        if (!HostFds.hasRoom()) {
            return -ENFILE;
        }
        if (type == Net.SOCK_RAW && isPing(family, protocol) && c.creds().has(io.sandjar.abi.Cap.CAP_NET_RAW)) {
            int fd = HostSockets.socket(family, Net.SOCK_DGRAM, protocol);
            if (fd >= 0) {
                HostSocket s = new HostSocket(net, family, type, protocol, fd);
                s.ping = new RawPing(family);
                out.set(s);
            }
            return Math.min(fd, 0);
        }
        int proto = type == Net.SOCK_STREAM
                ? Net.IPPROTO_TCP
                : protocol == Net.IPPROTO_UDPLITE || isPing(family, protocol) ? protocol : Net.IPPROTO_UDP;
        if (type != Net.SOCK_STREAM && type != Net.SOCK_DGRAM) {
            return type == Net.SOCK_RAW ? -EPERM : -ESOCKTNOSUPPORT;
        }
        if (protocol != 0 && protocol != proto) {
            return protocol == Net.IPPROTO_ICMP || protocol == Net.IPPROTO_ICMPV6 ? -EACCES : -EPROTONOSUPPORT;
        }
        int fd = HostSockets.socket(family, type, proto);
        if (fd < 0) {
            return fd;
        }
        out.set(new HostSocket(net, family, type, proto, fd));
        return 0;
    }

    /** Echo requests and what answers them, which the host lets our group send (ping_group_range); as such no danger to it. */
    private static boolean isPing(int family, int protocol) {
        return protocol == (family == Net.AF_INET ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6);
    }

    /** Only internet addresses go to the host. */
    private int check(byte[] addr, int len, boolean unspecAllowed) {
        int f = len < 2 ? -1 : Bytes.u16(addr, 0);
        if (f == Net.AF_INET && len >= 16 || f == Net.AF_INET6 && len >= 24) {
            return 0;
        }
        if (f == Net.AF_UNSPEC && unspecAllowed) {
            return 0;
        }
        return f == Net.AF_INET || f == Net.AF_INET6 || f == -1 ? -EINVAL : -EAFNOSUPPORT;
    }

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        int r = check(addr, len, true);
        if (r < 0) {
            return r;
        }
        int port = Bytes.be16(addr, 2);
        if (port != 0 && port < c.firstFreePort() && !c.creds().has(io.sandjar.abi.Cap.CAP_NET_BIND_SERVICE)) {
            return -EACCES;
        }
        return HostSockets.bind(fd, addr, len);
    }

    @Override
    public int listen(Caller c, int backlog) {
        int r = HostSockets.listen(fd, backlog);
        if (r == 0) {
            listening = true;
        }
        return r;
    }

    @Override
    public boolean listening() {
        return listening;
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        int r = check(addr, len, true);
        if (r < 0) {
            return r;
        }
        if (!connecting || nonblock) {
            r = HostSockets.connect(fd, addr, len);
            connecting = r == -EINPROGRESS;
            if (r != -EINPROGRESS || nonblock) {
                return r;
            }
        }
        int w = c.waitFor(this, Poll.POLLOUT, deadline);
        if (w != 0) {
            return w;
        }
        connecting = false;
        return HostSockets.connect(fd, addr, len); // the outcome; it also settles the host socket's state
    }

    @Override
    public int accept(Caller c, Ref<Socket> out) {
        if (!HostFds.hasRoom()) {
            return -ENFILE;
        }
        int n = HostSockets.accept(fd);
        if (n < 0) {
            return n;
        }
        HostSocket s = new HostSocket(net, family(), type(), protocol(), n);
        s.options.inherit(options);
        out.set(s);
        return 0;
    }

    @Override
    public int shutdown(Caller c, int how) {
        noMore |= how != Net.SHUT_WR;
        return HostSockets.shutdown(fd, how);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        net.poller().unregister(fd);
        Sys.close(fd);
        HostFds.count(-1);
    }

    // ---- transfer ----

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        byte[] to = NO_ADDRESS;
        int toLen = 0;
        if (msg != null && msg.nameLen > 0) {
            int r = check(msg.name, msg.nameLen, false);
            if (r < 0) {
                return r;
            }
            to = msg.name;
            toLen = msg.nameLen;
        }
        if (isStream()) {
            return src.remaining() == 0 ? 0 : src.toHost(fd, -1, Math.min(src.remaining(), 1 << 20));
        }
        if (src.remaining() > HostSockets.maxTransfer()) {
            return -EMSGSIZE;
        }
        Ref<byte[]> data = new Ref<>();
        int r = src.getAll(data);
        if (ping != null && r >= 0) {
            r = ping.prepare(fd, data.get());
        }
        return r < 0 ? r : HostSockets.send(fd, data.get(), data.get().length, flags & SENDABLE, to, toLen);
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & (Net.MSG_OOB | Net.MSG_ERRQUEUE)) != 0) {
            return (flags & Net.MSG_OOB) != 0 ? -EINVAL : -EAGAIN;
        }
        if (isStream() && (flags & (Net.MSG_PEEK | Net.MSG_TRUNC)) == 0) {
            return dst.remaining() == 0 ? 0 : dst.fromHost(fd, -1, Math.min(dst.remaining(), 1 << 20));
        }
        byte[] source = new byte[128];
        int[] sourceLen = new int[2];
        int room = (int) Math.min(dst.remaining(), HostSockets.maxTransfer());
        byte[] data = new byte[room];
        int wanted = flags & RECEIVABLE | (isStream() ? 0 : Net.MSG_TRUNC);
        ControlOut control = msg == null ? null : msg.control;
        byte[] headers = control == null || isStream() ? NO_ADDRESS : new byte[CONTROL_ROOM];
        int n = headers.length == 0
                ? HostSockets.receive(fd, data, room, wanted, source, sourceLen)
                : HostSockets.receiveMessage(fd, data, room, wanted, source, sourceLen, headers);
        if (n < 0) {
            return n == -EAGAIN && noMore ? 0 : n;
        }
        if (ping != null) {
            data = ping.received(data, Math.min(n, room), source);
            n += data.length - Math.min(n, room);
            room = (int) Math.min(dst.remaining(), data.length);
        }
        int copied = Math.min(n, room);
        int r = isStream() && (flags & Net.MSG_TRUNC) != 0 ? 0 : dst.put(data, 0, copied);
        if (r < 0) {
            return r;
        }
        if (msg != null) {
            msg.source(source, sourceLen[0]);
            msg.flags |= n > copied ? Net.MSG_TRUNC : 0;
            if (control != null) {
                control(headers, sourceLen[1], control);
            }
        }
        return (flags & Net.MSG_TRUNC) != 0 ? n : copied;
    }

    /** Hands on what the host says of a datagram, as far as it names no object of the host. */
    private static void control(byte[] from, int len, ControlOut out) {
        int at = 0;
        while (len - at >= CmsghdrLayout.SIZEOF) {
            int whole = Bytes.i32(from, at + CmsghdrLayout.cmsg_len);
            if (whole < CmsghdrLayout.SIZEOF || whole > len - at) {
                return;
            }
            int level = Bytes.i32(from, at + CmsghdrLayout.cmsg_level);
            int type = Bytes.i32(from, at + CmsghdrLayout.cmsg_type);
            boolean stamp = type == Net.SO_TIMESTAMP || type == Net.SO_TIMESTAMPNS;
            if (level == Net.SOL_IP || level == Net.SOL_IPV6 || (level == Net.SOL_SOCKET && stamp)) {
                int n = whole - CmsghdrLayout.SIZEOF;
                int data = at + CmsghdrLayout.SIZEOF;
                out.put(level, type, java.util.Arrays.copyOfRange(from, data, data + n), n);
            }
            at += CmsghdrLayout.align(whole);
        }
    }

    @Override
    public int poll() {
        return HostPoller.pollNow(fd, INTEREST);
    }

    // ---- names and options ----

    @Override
    public int name(byte[] out) {
        return HostSockets.name(fd, out);
    }

    @Override
    public int peerName(byte[] out) {
        return HostSockets.peerName(fd, out);
    }

    @Override
    public int takeError() {
        byte[] b = new byte[4];
        int r = HostSockets.getOption(fd, Net.SOL_SOCKET, Net.SO_ERROR, b, 4);
        return r < 0 ? 0 : Bytes.i32(b, 0);
    }

    @Override
    protected void optionChanged(int name) {
        byte[] b = new byte[64];
        switch (name) {
            case Net.SO_REUSEADDR,
                    Net.SO_REUSEPORT,
                    Net.SO_KEEPALIVE,
                    Net.SO_BROADCAST,
                    Net.SO_OOBINLINE,
                    Net.SO_TIMESTAMP,
                    Net.SO_TIMESTAMPNS,
                    Net.SO_RCVLOWAT,
                    Net.SO_LINGER -> {
                int n = options.get(this, name, b, 8);
                HostSockets.setOption(fd, Net.SOL_SOCKET, name, b, n);
            }
            case Net.SO_SNDBUF, Net.SO_RCVBUF -> {
                int n = options.get(this, name, b, 4);
                Bytes.put32(b, 0, Bytes.i32(b, 0) / 2);
                HostSockets.setOption(fd, Net.SOL_SOCKET, name, b, n);
            }
            default -> {}
        }
    }

    @Override
    protected int getSocketOption(Caller c, int name, byte[] out, int len) {
        return switch (name) {
            case Net.SO_SNDBUF, Net.SO_RCVBUF -> HostSockets.getOption(fd, Net.SOL_SOCKET, name, out, Math.min(len, 4));
            default -> -ENOPROTOOPT;
        };
    }

    private static boolean allowed(int level, int name) {
        return switch (level) {
            case Net.SOL_TCP ->
                switch (name) {
                    case Net.TCP_NODELAY,
                            2,
                            Net.TCP_CORK,
                            Net.TCP_KEEPIDLE,
                            Net.TCP_KEEPINTVL,
                            Net.TCP_KEEPCNT,
                            Net.TCP_SYNCNT,
                            Net.TCP_LINGER2,
                            Net.TCP_DEFER_ACCEPT,
                            Net.TCP_WINDOW_CLAMP,
                            Net.TCP_INFO,
                            Net.TCP_QUICKACK,
                            Net.TCP_CONGESTION,
                            Net.TCP_USER_TIMEOUT,
                            Net.TCP_FASTOPEN,
                            Net.TCP_FASTOPEN_CONNECT,
                            Net.TCP_NOTSENT_LOWAT -> true;
                    default -> false;
                };
            case Net.SOL_IP ->
                switch (name) {
                    case Net.IP_TOS,
                            Net.IP_TTL,
                            Net.IP_MTU_DISCOVER,
                            Net.IP_MTU,
                            Net.IP_PKTINFO,
                            Net.IP_RECVTTL,
                            Net.IP_RECVTOS,
                            Net.IP_FREEBIND,
                            Net.IP_BIND_ADDRESS_NO_PORT,
                            Net.IP_MULTICAST_IF,
                            Net.IP_MULTICAST_TTL,
                            Net.IP_MULTICAST_LOOP,
                            Net.IP_MULTICAST_ALL,
                            Net.IP_ADD_MEMBERSHIP,
                            Net.IP_DROP_MEMBERSHIP -> true;
                    default -> false;
                };
            case Net.SOL_IPV6 ->
                switch (name) {
                    case Net.IPV6_V6ONLY,
                            Net.IPV6_UNICAST_HOPS,
                            Net.IPV6_MULTICAST_IF,
                            Net.IPV6_MULTICAST_HOPS,
                            Net.IPV6_MULTICAST_LOOP,
                            Net.IPV6_JOIN_GROUP,
                            Net.IPV6_LEAVE_GROUP,
                            Net.IPV6_MTU_DISCOVER,
                            Net.IPV6_RECVPKTINFO,
                            Net.IPV6_RECVHOPLIMIT,
                            Net.IPV6_RECVTCLASS,
                            Net.IPV6_TCLASS -> true;
                    default -> false;
                };
            case Net.IPPROTO_UDPLITE -> name == 10 || name == 11;
            default -> false;
        };
    }

    private static boolean isErrorQueue(int level, int name) {
        return (level == Net.SOL_IP && name == Net.IP_RECVERR) || (level == Net.SOL_IPV6 && name == Net.IPV6_RECVERR);
    }

    @Override
    protected int setOption(Caller c, int level, int name, byte[] value, int len) {
        if (isErrorQueue(level, name)) {
            return 0; // the host's error queue is not handed on, so it must not fill
        }
        return allowed(level, name) ? HostSockets.setOption(fd, level, name, value, len) : -ENOPROTOOPT;
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (isErrorQueue(level, name)) {
            Bytes.put32(out, 0, 0);
            return Math.min(len, 4);
        }
        return allowed(level, name) ? HostSockets.getOption(fd, level, name, out, len) : -ENOPROTOOPT;
    }

    @Override
    public int available() {
        return Math.max(0, HostSockets.ioctlInt(fd, Ioctl.FIONREAD));
    }

    @Override
    public int unsent() {
        return Math.max(0, HostSockets.ioctlInt(fd, Tty.TIOCOUTQ));
    }

    @Override
    public @Nullable SocketInfo info() {
        byte[] l = new byte[128];
        byte[] r = new byte[128];
        if (name(l) < 0) {
            return null;
        }
        boolean connected = peerName(r) >= 0;
        int n = family() == Net.AF_INET ? 4 : 16;
        int at = family() == Net.AF_INET ? 4 : 8;
        int state = listening ? Net.TCP_LISTEN : connected ? Net.TCP_ESTABLISHED : Net.TCP_CLOSE;
        return new SocketInfo(
                (isStream() ? "tcp" : "udp") + (n == 16 ? "6" : ""),
                java.util.Arrays.copyOfRange(l, at, at + n),
                Bytes.be16(l, 2),
                java.util.Arrays.copyOfRange(r, at, at + n),
                connected ? Bytes.be16(r, 2) : 0,
                state,
                type(),
                0,
                0,
                uid(),
                ino(),
                ino(),
                listening,
                SocketInfo.Timer.NONE);
    }
}
