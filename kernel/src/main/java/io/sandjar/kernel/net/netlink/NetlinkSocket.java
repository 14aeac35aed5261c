// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.abi.Poll;
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
 * AF_NETLINK as far as programs ask which interfaces and addresses there are (NETLINK_ROUTE). A socket for uevents can
 * be opened and stays silent; one for socket statistics says that it knows none.
 */
public final class NetlinkSocket extends Socket {
    private static final int BUFFER = 212992;
    private static final int NETLINK_LIST_MEMBERSHIPS = 9;

    /** Answers are cut into messages of at most this size. */
    private static final int REQUEST_MAX = 65536;

    /** Port ids in use; guarded by the network's lock. */
    private final HashSet<Integer> ids;

    private final RecordQueue in;
    private volatile int id;
    private volatile int groups;
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
            groups = Bytes.i32(addr, SockaddrNlLayout.nl_groups);
        }
        return r;
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len < SockaddrNlLayout.SIZEOF) {
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
        answer(data.get());
        return data.get().length;
    }

    private void answer(byte[] req) {
        int at = 0;
        while (req.length - at >= NlmsghdrLayout.SIZEOF) {
            int len = Bytes.i32(req, at + NlmsghdrLayout.nlmsg_len);
            if (len < NlmsghdrLayout.SIZEOF || len > req.length - at) {
                return;
            }
            int flags = Bytes.u16(req, at + NlmsghdrLayout.nlmsg_flags);
            int type = Bytes.u16(req, at + NlmsghdrLayout.nlmsg_type);
            boolean request = (flags & Net.NLM_F_REQUEST) != 0 && type >= Net.NLMSG_MIN_TYPE;
            if (request && protocol() == Net.NETLINK_SOCK_DIAG) {
                NlWriter w = new NlWriter();
                w.error(-ENOENT, req, at, len, id); // as without the module: programs read /proc/net instead
                deliver(w.take(), false);
            } else if (request && protocol() == Net.NETLINK_ROUTE) {
                if (net.hostNetwork() && HostNetlink.mayAsk(type)) {
                    fromHost(req, at, len);
                } else {
                    NlWriter w = new NlWriter();
                    RouteAnswers.answer(req, at, len, id, w);
                    deliver(w.take(), (flags & Net.NLM_F_DUMP) != 0);
                }
            }
            at += len + 3 & ~3;
        }
    }

    private void fromHost(byte[] req, int at, int len) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        for (byte[] a : HostNetlink.ask(req, at, len, id)) {
            put(a, source);
        }
        queue.wake(READABLE);
    }

    /** A dump's end comes in a message of its own, as from Linux. */
    private void deliver(byte[] answer, boolean dump) {
        byte[] source = new byte[SockaddrNlLayout.SIZEOF];
        source[0] = Net.AF_NETLINK;
        int done = NlmsghdrLayout.SIZEOF + 4;
        if (dump && answer.length > done) {
            put(java.util.Arrays.copyOf(answer, answer.length - done), source);
            put(java.util.Arrays.copyOfRange(answer, answer.length - done, answer.length), source);
        } else if (answer.length > 0) {
            put(answer, source);
        }
        queue.wake(READABLE);
    }

    private void put(byte[] data, byte[] source) {
        if (in.put(new RecordQueue.Rec(data, source, null, null, 0)) < 0) {
            error = ENOBUFS;
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
            msg.source(rec.source, rec.source.length);
            msg.flags |= n < rec.data.length ? Net.MSG_TRUNC : 0;
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
        Bytes.put32(out, SockaddrNlLayout.nl_groups, groups);
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
        return level == Net.SOL_NETLINK && len >= 4 ? 0 : -ENOPROTOOPT;
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (level != Net.SOL_NETLINK) {
            return -ENOPROTOOPT;
        }
        if (name == NETLINK_LIST_MEMBERSHIPS) {
            return 0;
        }
        Bytes.put32(out, 0, 0);
        return Math.min(len, 4);
    }

    @Override
    public SocketInfo info() {
        byte[] none = new byte[0];
        return new SocketInfo("netlink", none, id, none, 0, 0, protocol(), 0, in.bytes(), uid(), ino(), false);
    }
}
