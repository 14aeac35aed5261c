// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What internet sockets of both families and all protocols share: addresses, ports, options. The network is one of the
 * sandbox's own; nothing of it reaches the host.
 */
public abstract class InetSocket extends Socket {
    final Ports ports;
    final InetOptions inet;
    volatile InetAddr local;
    volatile @Nullable InetAddr remote;

    /** Whether it was bound by the guest or by a connect. */
    volatile boolean bound;

    /** Whether the guest chose the address, and the port, by bind(2): a disconnect leaves what it chose. */
    private boolean addressChosen;

    private boolean portChosen;

    final boolean portChosen() {
        return portChosen;
    }

    InetSocket(NetStack net, Ports ports, int family, int type, int protocol) {
        super(net, family, type, protocol);
        this.ports = ports;
        this.local = InetAddr.any(family);
        this.inet = new InetOptions(family, protocol);
    }

    public static int create(NetStack net, Caller c, int family, int type, int protocol, Ref<Socket> out) {
        if (protocol < 0 || protocol > Net.IPPROTO_MPTCP) {
            return -EINVAL;
        }
        switch (type) {
            case Net.SOCK_STREAM -> {
                if (protocol != 0 && protocol != Net.IPPROTO_TCP) {
                    return -EPROTONOSUPPORT;
                }
                out.set(new TcpSocket(net, net.tcpPorts(), family));
            }
            case Net.SOCK_DGRAM -> {
                int ping = family == Net.AF_INET ? Net.IPPROTO_ICMP : Net.IPPROTO_ICMPV6;
                if (protocol == ping) {
                    if (!net.mayPing(c.creds())) {
                        return -EACCES;
                    }
                    out.set(new PingSocket(net, family, protocol));
                    return 0;
                }
                if (protocol != 0 && protocol != Net.IPPROTO_UDP && protocol != Net.IPPROTO_UDPLITE) {
                    return -EPROTONOSUPPORT;
                }
                boolean lite = protocol == Net.IPPROTO_UDPLITE;
                out.set(new UdpSocket(
                        net, lite ? net.udpLitePorts() : net.udpPorts(), family, lite ? protocol : Net.IPPROTO_UDP));
            }
            case Net.SOCK_RAW -> {
                if (protocol == 0) {
                    return -EPROTONOSUPPORT;
                }
                if (!c.creds().has(net.owner(), Cap.CAP_NET_RAW)) {
                    return -EPERM;
                }
                if (!net.rawAllowed()) {
                    return -EPROTONOSUPPORT;
                }
                out.set(new RawSocket(net, family, protocol));
            }
            default -> {
                return -ESOCKTNOSUPPORT;
            }
        }
        return 0;
    }

    final boolean v6only() {
        return inet.get(Net.SOL_IPV6, Net.IPV6_V6ONLY, 0) != 0;
    }

    /** How well this receiver fits what {@code from} sends to {@code to} and comes by {@code link}; 0 for not at all. */
    int score(InetAddr from, InetAddr to, int link) {
        if (!options.fits(link)) {
            return 0;
        }
        InetAddr l = local;
        int score = 1;
        if (l.isAny()) {
            if (l.isV4() != to.isV4()) {
                if (l.isV4() || v6only()) {
                    return 0;
                }
            } else {
                score = 2;
            }
        } else if (l.sameHost(to)) {
            score = 4;
        } else {
            return 0;
        }
        return options.deviceIndex() != 0 ? score + 8 : score;
    }

    // ---- binding ----

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        int[] error = new int[1];
        if (family() == Net.AF_INET6 && len >= 2 && Bytes.u16(addr, 0) == Net.AF_INET) {
            return -EAFNOSUPPORT;
        }
        InetAddr a = InetAddr.decode(family(), addr, len, error);
        if (a == null) {
            return error[0];
        }
        if (family() == Net.AF_INET6 && a.isV4() && v6only()) {
            return -EINVAL;
        }
        if (!a.isAny() && way(a) != 0 && !mayBind(a)) {
            return -EADDRNOTAVAIL;
        }
        if (a.port() != 0 && a.port() < firstFreePort(c) && !c.creds().has(net.owner(), Cap.CAP_NET_BIND_SERVICE)) {
            return -EACCES;
        }
        net.lock().lock();
        try {
            if (bound || !canBind()) {
                return -EINVAL;
            }
            if (a.port() == 0
                    && type() == Net.SOCK_STREAM
                    && inet.get(Net.SOL_IP, Net.IP_BIND_ADDRESS_NO_PORT, 0) != 0) {
                local = a; // the port comes with the connection
                addressChosen = !a.isAny();
                return 0;
            }
            int r = take(a);
            if (r == 0) {
                addressChosen = !a.isAny();
                portChosen = a.port() != 0;
            }
            return r;
        } finally {
            net.lock().unlock();
        }
    }

    /** The first port that everybody may have. */
    int firstFreePort(Caller c) {
        return c.firstFreePort();
    }

    /** Where what this socket sends to an address goes. */
    final Place place(InetAddr to) {
        return Place.of(net, to, options.deviceIndex());
    }

    /** Where an address leads: 0 for here, 1 for an interface, whoever is behind it, else -errno. */
    final int way(InetAddr a) {
        if (net.interfaces().plain()) {
            return a.isLoopback() ? 0 : -ENETUNREACH;
        }
        Route r = net.interfaces().lookup(a.bytes(a.isV4() ? Net.AF_INET : Net.AF_INET6), null);
        if (r == null) {
            return -ENETUNREACH;
        }
        return switch (r.type()) {
            case Rtnl.RTN_LOCAL -> 0;
            case Rtnl.RTN_UNREACHABLE -> -EHOSTUNREACH;
            case Rtnl.RTN_BLACKHOLE -> -EINVAL;
            case Rtnl.RTN_PROHIBIT -> -EACCES;
            default -> 1;
        };
    }

    /** Addresses that may be bound although no table of routes says that they are the network's own. */
    boolean mayBind(InetAddr a) {
        return inet.get(Net.SOL_IP, Net.IP_FREEBIND, 0) != 0
                || inet.get(Net.SOL_IP, Net.IP_TRANSPARENT, 0) != 0
                || (!a.isV4() && net.interfaces().hasUnasked(a.bytes(Net.AF_INET6)));
    }

    abstract boolean canBind();

    /** Takes an address; port 0 is chosen. With the network's lock held. */
    final int take(InetAddr a) {
        InetAddr want = a;
        if (want.port() == 0) {
            int p = ports.ephemeral();
            if (p == 0) {
                return -EADDRINUSE;
            }
            want = want.withPort(p);
        } else if (ports.conflict(this, want)) {
            return -EADDRINUSE;
        }
        local = want;
        bound = true;
        ports.add(this);
        boundTo();
        return 0;
    }

    /** Takes an address that others have too, of connections to other peers. With the network's lock held. */
    final void takeShared(InetAddr a) {
        local = a;
        bound = true;
        ports.add(this);
    }

    /** Has an address now. With the network's lock held. */
    void boundTo() {}

    /** Gives the port back. With the network's lock held. */
    final void leavePort() {
        if (bound) {
            ports.removeReceiver(this);
            ports.remove(this);
            bound = false;
        }
    }

    /** Forgets what a connect chose. With the network's lock held. */
    final void unchoose() {
        if (!portChosen) {
            leavePort();
            local = local.withPort(0);
        }
        if (!addressChosen) {
            local = InetAddr.any(family()).withPort(local.port());
        }
    }

    /** A port for a socket that sends or connects without one. With the network's lock held. */
    final int takeAny() {
        return bound ? 0 : take(local.withPort(0));
    }

    @Override
    public int name(byte[] out) {
        return local.encode(family(), out);
    }

    @Override
    public int peerName(byte[] out) {
        InetAddr r = remote;
        if (r == null) {
            return -ENOTCONN;
        }
        return r.encode(family(), out);
    }

    // ---- options ----

    @Override
    protected int setOption(Caller c, int level, int name, byte[] value, int len) {
        if (level == Net.SOL_IPV6 && family() == Net.AF_INET) {
            return -ENOPROTOOPT;
        }
        if (level == Net.SOL_IPV6 && name == Net.IPV6_V6ONLY && bound) {
            return -EINVAL;
        }
        boolean device =
                level == Net.SOL_IP ? name == Net.IP_UNICAST_IF : level == Net.SOL_IPV6 && name == Net.IPV6_UNICAST_IF;
        if (device && len >= 4 && Bytes.be32(value, 0) != 0 && net.interfaces().byIndex(Bytes.be32(value, 0)) == null) {
            return -EADDRNOTAVAIL;
        }
        int r = inet.set(level, name, value, len);
        if (r == 0) {
            inetOptionChanged(level, name);
        }
        return r;
    }

    void inetOptionChanged(int level, int name) {}

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (level == Net.SOL_IPV6 && family() == Net.AF_INET) {
            return -EOPNOTSUPP;
        }
        if (remote == null
                && (level == Net.SOL_IP ? name == Net.IP_MTU : level == Net.SOL_IPV6 && name == Net.IPV6_MTU)) {
            return -ENOTCONN;
        }
        return inet.read(level, name, out, len);
    }

    /** TCP_* state as /proc/net shows it. */
    abstract int state();

    abstract String table();

    /** Whether /proc/net shows it: others are found by nobody yet. */
    boolean listed() {
        return bound;
    }

    /** Whether it has a descriptor, or had one. */
    boolean accepted() {
        return true;
    }

    /** What lies there to be received, as /proc/net shows it. */
    int unread() {
        return available();
    }

    /** What it waits for. */
    SocketInfo.Timer timer() {
        return SocketInfo.Timer.NONE;
    }

    @Override
    public @Nullable SocketInfo info() {
        if (!listed()) {
            return null;
        }
        InetAddr r = remote;
        if (r == null) {
            r = InetAddr.any(family());
        }
        InetAddr l = local;
        return new SocketInfo(
                family() == Net.AF_INET ? table() : table() + "6",
                l.bytes(family()),
                l.port(),
                r.bytes(family()),
                r.port(),
                state(),
                type(),
                unsent(),
                unread(),
                uid(),
                accepted() ? ino() : 0,
                ino(),
                listening(),
                timer());
    }
}
