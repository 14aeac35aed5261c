// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.host.HostSocket;
import io.sandjar.kernel.net.inet.GroupTable;
import io.sandjar.kernel.net.inet.InetSocket;
import io.sandjar.kernel.net.inet.Ports;
import io.sandjar.kernel.net.inet.Ways;
import io.sandjar.kernel.net.inet.Wire;
import io.sandjar.kernel.net.netlink.Groups;
import io.sandjar.kernel.net.netlink.NetlinkSocket;
import io.sandjar.kernel.net.packet.PacketSocket;
import io.sandjar.kernel.net.unix.UnixNames;
import io.sandjar.kernel.net.unix.UnixSocket;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A network: names, ports and sockets. The sandbox has one, and each network namespace that guests make. */
public final class NetStack extends Namespace {
    /** Guards connections being made and unmade, and all tables of names and ports. Transfers do not take it. */
    private final OrderedLock lock;

    private final Timers timers;
    private final Ways ways;
    private final AtomicLong nextIno;
    private final HostPoller poller;
    private final FileSystem fs;
    private final BufferMemory memory;
    private final Rights rights;
    private final Interfaces interfaces;
    private final Groups netlinkGroups = new Groups();
    private final UnixNames unixNames = new UnixNames();
    private final NetSettings settings = new NetSettings();
    private final Ports tcpPorts = new Ports(settings);
    private final Ports udpPorts = new Ports(settings);
    private final Ports udpLitePorts = new Ports(settings);
    private final Ports pingPorts = new Ports(settings);
    private final Wire wire = new Wire(this);
    private final GroupTable groups = new GroupTable(this);
    private final HashSet<Integer> netlinkIds = new HashSet<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Other networks, by the number that this one has given them. */
    private final ArrayList<WeakReference<NetStack>> known = new ArrayList<>(0);

    private volatile boolean hostNetwork;

    /** Whether guests with CAP_NET_RAW get raw and packet sockets ({@code --net-raw}). */
    private volatile boolean rawAllowed;

    /** Whether packets for others are passed on (net.ipv4.ip_forward, net.ipv6.conf.all.forwarding). */
    private volatile boolean forwarding;

    private volatile boolean forwarding6;

    /** The groups that may ping (net.ipv4.ping_group_range), the last in the upper half; at first none. */
    private volatile long pingGroups = 1;

    /** @param timers of the kernel: when connections give up */
    public NetStack(Timers timers) {
        super(Kind.NET, UserNamespace.FIRST);
        this.timers = timers;
        lock = new OrderedLock(LockLevel.NET);
        ways = new Ways(lock);
        ways.add(this);
        poller = new HostPoller();
        memory = new BufferMemory();
        rights = new Rights();
        nextIno = new AtomicLong(10_000);
        fs = new SocketInode.SockFs();
        interfaces = new Interfaces(this, true);
        interfaces.setWatcher(netlinkGroups);
    }

    /** Another network, with nothing but a loopback that is down. Limits are those of all together. */
    public NetStack(NetStack first, UserNamespace owner) {
        super(Kind.NET, owner);
        rawAllowed = first.rawAllowed;
        timers = first.timers;
        ways = first.ways;
        ways.add(this);
        lock = first.lock; // sockets with names of files meet across networks
        poller = first.poller;
        memory = first.memory;
        rights = first.rights;
        nextIno = first.nextIno;
        fs = first.fs;
        interfaces = new Interfaces(this, false);
        interfaces.setWatcher(netlinkGroups);
    }

    /** Gives the guest the host's internet sockets instead of a loopback of its own. To be called before it runs. */
    public void useHostNetwork() {
        hostNetwork = true;
    }

    /** What /proc/sys/net says of it. */
    public NetSettings settings() {
        return settings;
    }

    /** Lets guests with CAP_NET_RAW have raw and packet sockets. To be called before they run. */
    public void allowRaw() {
        rawAllowed = true;
    }

    public boolean rawAllowed() {
        return rawAllowed;
    }

    /** Lets the groups from {@code first} to {@code last} ping. */
    public void setPingGroups(int first, int last) {
        pingGroups = (long) last << 32 | first & 0xffffffffL;
    }

    /** What this network calls another one that a cable leads to (netnsid). */
    public int nameOf(NetStack other) {
        synchronized (known) {
            for (int i = 0; i < known.size(); i++) {
                if (known.get(i).get() == other) {
                    return i;
                }
            }
            known.add(new WeakReference<>(other));
            return known.size() - 1;
        }
    }

    public boolean forwarding() {
        return forwarding;
    }

    public boolean forwarding6() {
        return forwarding6;
    }

    public void setForwarding(boolean four, boolean six) {
        forwarding = four;
        forwarding6 = six;
        ways.changed();
    }

    public int firstPingGroup() {
        return (int) pingGroups;
    }

    public int lastPingGroup() {
        return (int) (pingGroups >>> 32);
    }

    public boolean mayPing(Creds who) {
        long range = pingGroups;
        return who.inGroups((int) range, (int) (range >>> 32));
    }

    public boolean hostNetwork() {
        return hostNetwork;
    }

    /** The waiter for host descriptors. */
    public HostPoller poller() {
        return poller;
    }

    public Timers timers() {
        return timers;
    }

    /** To be told when something has changed that packets may go another way by. */
    public Ways ways() {
        return ways;
    }

    /** The sockets that have descriptors. */
    public Iterable<Socket> open() {
        return open;
    }

    public OrderedLock lock() {
        return lock;
    }

    /** The file system of sockets' inodes. */
    public FileSystem fs() {
        return fs;
    }

    public BufferMemory memory() {
        return memory;
    }

    public Rights rights() {
        return rights;
    }

    public Interfaces interfaces() {
        return interfaces;
    }

    /** Listeners of rtnetlink's multicast groups. */
    public Groups netlinkGroups() {
        return netlinkGroups;
    }

    public UnixNames unixNames() {
        return unixNames;
    }

    public Ports tcpPorts() {
        return tcpPorts;
    }

    public Ports udpLitePorts() {
        return udpLitePorts;
    }

    /** Identifiers of pings. */
    public Ports pingPorts() {
        return pingPorts;
    }

    /** Where packets can be seen. */
    public Wire wire() {
        return wire;
    }

    /** Multicast groups that were joined. */
    public GroupTable groups() {
        return groups;
    }

    public Ports udpPorts() {
        return udpPorts;
    }

    /** Port ids of netlink sockets. */
    public HashSet<Integer> netlinkIds() {
        return netlinkIds;
    }

    long nextIno() {
        return nextIno.getAndIncrement();
    }

    /** A socket keeps its network. */
    @Override
    public boolean kept() {
        return super.kept() || !open.isEmpty();
    }

    void opened(Socket s) {
        open.add(s);
    }

    void closed(Socket s) {
        open.remove(s);
    }

    /** What /proc/net shows; {@code table} as in {@link SocketInfo}. */
    public SocketInfo[] sockets(String table) {
        ArrayList<SocketInfo> found = new ArrayList<>();
        for (Socket s : open) {
            SocketInfo i = s.info();
            if (i != null && i.table().equals(table)) {
                found.add(i);
                s.listWaiting(found);
            }
        }
        return found.toArray(new SocketInfo[0]);
    }

    /** Makes a socket: 0 or -errno. */
    public int create(Caller c, int family, int type, int protocol, Ref<Socket> out) {
        if (family < 0 || family >= Net.AF_MAX) {
            return -EAFNOSUPPORT;
        }
        if (type < 0 || type > Net.SOCK_PACKET) {
            return -EINVAL;
        }
        int r = switch (family) {
            case Net.AF_UNIX -> UnixSocket.create(this, type, protocol, out);
            case Net.AF_INET, Net.AF_INET6 ->
                hostNetwork
                        ? HostSocket.create(this, c, family, type, protocol, out)
                        : InetSocket.create(this, c, family, type, protocol, out);
            case Net.AF_PACKET ->
                rawAllowed && !hostNetwork ? PacketSocket.create(this, c, type, protocol, out) : -EAFNOSUPPORT;
            case Net.AF_NETLINK -> NetlinkSocket.create(this, type, protocol, out);
            default -> -EAFNOSUPPORT;
        };
        if (r == 0) {
            own(c, out.get());
        }
        return r;
    }

    /** Makes two connected sockets. */
    public int createPair(Caller c, int family, int type, int protocol, Ref<Socket> a, Ref<Socket> b) {
        int r = create(c, family, type, protocol, a);
        if (r < 0) {
            return r;
        }
        if (family != Net.AF_UNIX) {
            a.get().close();
            return -EOPNOTSUPP;
        }
        r = create(c, family, type, protocol, b);
        if (r == 0) {
            UnixSocket.pair(c, (UnixSocket) a.get(), (UnixSocket) b.get());
        }
        return r;
    }

    private static void own(Caller c, Socket s) {
        s.setOwner(c.creds().euid(), c.creds().egid());
    }
}
