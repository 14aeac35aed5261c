// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Rtnl;
import io.sandjar.abi.SockaddrNlLayout;
import io.sandjar.abi.UcredLayout;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.net.host.HostNetlink;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * AF_NETLINK: NETLINK_ROUTE with its multicast groups, NETLINK_SOCK_DIAG. A socket for uevents can be opened and stays
 * silent, because no device ever comes or goes.
 */
public final class NetlinkSocket extends Socket {
    private static final int BUFFER = 212992;
    private static final int MESSAGE_MAX = 16384;
    private static final int REQUEST_MAX = 65536;

    /** Port ids in use; guarded by the network's lock. */
    private final HashSet<Integer> ids;

    private final RecordQueue in;
    private volatile int id;

    /** Multicast groups that it listens to, group n as bit n - 1. */
    private volatile long groups;

    private volatile boolean strict;
    private volatile boolean extendedAck;
    private volatile boolean cappedAck;
    private volatile int plainOptions;
    private volatile boolean closed;

    private NetlinkSocket(NetStack net, int type, int protocol) {
        super(net, Net.AF_NETLINK, type, protocol);
        in = new RecordQueue(net, BUFFER * 8, Integer.MAX_VALUE);
        this.ids = net.netlinkIds();
    }

    public static int create(NetStack net, int type, int protocol, Ref<Socket> out) {
        if (type != Net.SOCK_RAW && type != Net.SOCK_DGRAM) {
            return -ESOCKTNOSUPPORT;
        }
        if (protocol != Net.NETLINK_ROUTE
                && protocol != Net.NETLINK_KOBJECT_UEVENT
                && protocol != Net.NETLINK_SOCK_DIAG) {
            return -EPROTONOSUPPORT;
        }
        out.set(new NetlinkSocket(net, type, protocol));
        return 0;
    }

    private int takeId(Caller c, int wanted) {
        net.lock().lock();
        try {
            if (id != 0) {
                return wanted == 0 || wanted == id ? 0 : -EINVAL;
            }
            int n = wanted != 0 ? wanted : c.pid();
            if (wanted != 0 && ids.contains(n)) {
                return -EADDRINUSE;
            }
            while (!ids.add(n)) {
                n = n > 0 ? -4097 : n - 1;
            }
            id = n;
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        if (len < SockaddrNlLayout.SIZEOF || Bytes.u16(addr, 0) != Net.AF_NETLINK) {
            return -EINVAL;
        }
        int r = takeId(c, Bytes.i32(addr, SockaddrNlLayout.nl_pid));
        if (r == 0) {
            join(groups & ~0xffffffffL | Bytes.i32(addr, SockaddrNlLayout.nl_groups) & 0xffffffffL);
        }
        return r;
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len < SockaddrNlLayout.SIZEOF) {
            return -EINVAL;
        }
        int family = Bytes.u16(addr, 0);
        if (family != Net.AF_NETLINK && family != Net.AF_UNSPEC) {
            return -EINVAL;
        }
        return takeId(c, 0);
    }

    @Override
    public void close() {
        net.lock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (id != 0) {
                ids.remove(id);
            }
        } finally {
            net.lock().unlock();
        }
        net.netlinkGroups().remove(this);
        in.kill(net, true);
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        if (msg != null && msg.nameLen > 0) {
            if (msg.nameLen < SockaddrNlLayout.SIZEOF || Bytes.u16(msg.name, 0) != Net.AF_NETLINK) {
                return -EINVAL;
            }
            if (Bytes.i32(msg.name, SockaddrNlLayout.nl_pid) != 0) {
                return -ECONNREFUSED;
            }
        }
        if (src.remaining() > REQUEST_MAX) {
            return -EMSGSIZE;
        }
        int r = takeId(c, 0);
        if (r < 0) {
            return r;
        }
        Ref<byte[]> data = new Ref<>();
        r = src.getAll(data);
        if (r < 0) {
            return r;
        }
        answer(c, data.get());
        return data.get().length;
    }

    private void answer(Caller c, byte[] req) {
        boolean admin = c.creds().has(net.owner(), Cap.CAP_NET_ADMIN);
        int at = 0;
        while (req.length - at >= NlmsghdrLayout.SIZEOF) {
            int len = Bytes.i32(req, at + NlmsghdrLayout.nlmsg_len);
            if (len < NlmsghdrLayout.SIZEOF || len > req.length - at) {
                return;
            }
            Request q = new Request(req, at, len, id, strict, admin, c);
            if (q.has(Net.NLM_F_REQUEST)) {
                if (q.type < Net.NLMSG_MIN_TYPE) {
                    acknowledge(q, 0);
                } else if (protocol() == Net.NETLINK_ROUTE && net.hostNetwork() && HostNetlink.mayAsk(q.type)) {
                    fromHost(req, at, len);
                } else if (protocol() != Net.NETLINK_KOBJECT_UEVENT) {
                    one(q);
                }
            }
            at += len + 3 & ~3;
        }
    }

    private void one(Request q) {
        NlWriter w = new NlWriter();
        int r = protocol() == Net.NETLINK_ROUTE
                ? net.hostNetwork() ? -EPERM : new RouteAnswers(net).answer(q, w)
                : new SockDiag(net).answer(q, w);
        boolean answered = q.dump() && q.dumping;
        if (w.length() > 0 || answered) {
            int end = w.length();
            if (answered) {
                w.done(r, q.seq, id, r < 0 && extendedAck ? q.complaint : null);
            }
            deliver(w.take(), answered ? end : -1);
        }
        if (!answered) {
            acknowledge(q, r);
        }
    }

    /** The NLMSG_ERROR that ends a request: always after an error, else for those who asked for it. */
    private void acknowledge(Request q, int result) {
        if (result == 0 && !q.has(Net.NLM_F_ACK)) {
            return;
        }
        NlWriter w = new NlWriter();
        w.error(result, q, cappedAck, extendedAck ? q.complaint : null);
        deliver(w.take(), -1);
    }

    private void fromHost(byte[] req, int at, int len) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        for (byte[] a : HostNetlink.ask(req, at, len, id)) {
            put(a, source);
        }
        queue.wake(READABLE);
    }

    /**
     * Puts answers into the queue: those of a dump in pieces, whose end comes in a message of its own.
     *
     * @param done where the end of a dump begins; negative for what is no dump
     */
    private void deliver(byte[] answer, int done) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        int end = done < 0 ? answer.length : done;
        int from = 0;
        int at = 0;
        while (at < end) {
            int len = Bytes.i32(answer, at + NlmsghdrLayout.nlmsg_len) + 3 & ~3;
            if (done >= 0 && at > from && at + len - from > MESSAGE_MAX) {
                put(java.util.Arrays.copyOfRange(answer, from, at), source);
                from = at;
            }
            at += len;
        }
        if (end > from) {
            put(java.util.Arrays.copyOfRange(answer, from, end), source);
        }
        if (done >= 0) {
            put(java.util.Arrays.copyOfRange(answer, end, answer.length), source);
        }
        queue.wake(READABLE);
    }

    boolean memberOf(int group) {
        return (groups >>> group - 1 & 1) != 0;
    }

    /** A message of another part of the kernel to this socket alone. */
    public void inject(byte[] message) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        put(message, source);
        queue.wake(READABLE);
    }

    /** A message to a multicast group. */
    void notice(int group, byte[] message) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        Bytes.put32(source, SockaddrNlLayout.nl_groups, group <= 32 ? 1 << group - 1 : 0);
        put(message, source);
        queue.wake(READABLE);
    }

    private void join(long now) {
        groups = now;
        if (now != 0) {
            net.netlinkGroups().add(this);
        } else {
            net.netlinkGroups().remove(this);
        }
    }

    private void put(byte[] data, byte[] source) {
        if (in.put(new RecordQueue.Rec(data, source, null, null, 0)) < 0) {
            error = (plainOptions >>> Rtnl.NETLINK_NO_ENOBUFS & 1) != 0 ? 0 : ENOBUFS;
        }
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        int e = takeError();
        if (e != 0) {
            return -e;
        }
        Ref<RecordQueue.Rec> got = new Ref<>();
        long n = in.take(dst, (flags & Net.MSG_PEEK) != 0, got, new Ref<>());
        RecordQueue.Rec rec = got.orNull();
        if (n < 0 || rec == null) {
            return n;
        }
        if (msg != null) {
            msg.received(rec, n);
            ControlOut out = msg.control;
            if (out != null && options.passCred) {
                out.put(Net.SOL_SOCKET, Net.SCM_CREDENTIALS, new byte[UcredLayout.SIZEOF], UcredLayout.SIZEOF);
            }
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    @Override
    public int poll() {
        return (in.count() > 0 ? READABLE : 0) | WRITABLE | (error != 0 ? Poll.POLLERR : 0);
    }

    @Override
    public int name(byte[] out) {
        Bytes.put32(out, 0, Net.AF_NETLINK);
        Bytes.put32(out, SockaddrNlLayout.nl_pid, id);
        Bytes.put32(out, SockaddrNlLayout.nl_groups, (int) groups);
        return SockaddrNlLayout.SIZEOF;
    }

    @Override
    public int peerName(byte[] out) {
        Bytes.put32(out, 0, Net.AF_NETLINK);
        Bytes.put32(out, SockaddrNlLayout.nl_pid, 0);
        Bytes.put32(out, SockaddrNlLayout.nl_groups, 0);
        return SockaddrNlLayout.SIZEOF;
    }

    @Override
    public int available() {
        return in.firstLength();
    }

    @Override
    protected int setOption(Caller c, int level, int name, byte[] value, int len) {
        if (level != Net.SOL_NETLINK) {
            return -ENOPROTOOPT;
        }
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(value, 0);
        switch (name) {
            case Rtnl.NETLINK_ADD_MEMBERSHIP, Rtnl.NETLINK_DROP_MEMBERSHIP -> {
                if (x <= 0 || x > 64) {
                    return -EINVAL;
                }
                long bit = 1L << x - 1;
                join(name == Rtnl.NETLINK_ADD_MEMBERSHIP ? groups | bit : groups & ~bit);
            }
            case Rtnl.NETLINK_EXT_ACK -> extendedAck = x != 0;
            case Rtnl.NETLINK_CAP_ACK -> cappedAck = x != 0;
            case Rtnl.NETLINK_GET_STRICT_CHK -> strict = x != 0;
            case Rtnl.NETLINK_LISTEN_ALL_NSID -> {
                if (!c.creds().has(net.owner(), Cap.CAP_NET_ADMIN)) {
                    return -EPERM;
                }
                keep(name, x);
            }
            case Rtnl.NETLINK_PKTINFO, Rtnl.NETLINK_BROADCAST_ERROR, Rtnl.NETLINK_NO_ENOBUFS -> keep(name, x);
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private void keep(int name, int x) {
        plainOptions = x != 0 ? plainOptions | 1 << name : plainOptions & ~(1 << name);
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (level != Net.SOL_NETLINK) {
            return -ENOPROTOOPT;
        }
        if (name == Rtnl.NETLINK_LIST_MEMBERSHIPS) {
            Bytes.put64(out, 0, groups);
            return Math.min(len, 8) & ~3;
        }
        if (len < 4) {
            return -EINVAL;
        }
        boolean on = switch (name) {
            case Rtnl.NETLINK_EXT_ACK -> extendedAck;
            case Rtnl.NETLINK_CAP_ACK -> cappedAck;
            case Rtnl.NETLINK_GET_STRICT_CHK -> strict;
            default -> (plainOptions >>> name & 1) != 0;
        };
        boolean known = name >= Rtnl.NETLINK_PKTINFO && name <= Rtnl.NETLINK_GET_STRICT_CHK && (name < 6 || name > 7);
        if (!known) {
            return -ENOPROTOOPT;
        }
        Bytes.put32(out, 0, on ? 1 : 0);
        return 4;
    }

    @Override
    public SocketInfo info() {
        byte[] none = new byte[0];
        return new SocketInfo(
                "netlink",
                none,
                id,
                none,
                0,
                0,
                protocol(),
                0,
                in.bytes(),
                uid(),
                ino(),
                ino(),
                false,
                SocketInfo.Timer.NONE);
    }
}
