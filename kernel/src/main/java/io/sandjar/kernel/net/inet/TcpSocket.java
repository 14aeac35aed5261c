// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.StreamQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket as tcp(7) shows it, without TCP: a connection is two byte queues. What a program can tell from the
 * protocol is kept: states, half-close, resets for what nobody read, the one write that succeeds after the peer closed.
 */
final class TcpSocket extends InetSocket {
    /** Room in each direction while SO_SNDBUF and SO_RCVBUF are left alone. */
    private static final int BUFFER = 512 * 1024;

    private static final int SHOWN_SNDBUF = 2626560;
    private static final int SHOWN_RCVBUF = 131072;

    private volatile int state = Net.TCP_CLOSE;
    private final StreamQueue in;
    private volatile @Nullable TcpSocket peer;
    private volatile int shut;

    /** The peer has ended its side. */
    private volatile boolean finReceived;

    /** No descriptor refers to it any more. */
    private volatile boolean closed;

    /** A connect goes on, or its outcome was not yet told: to the call that waits, or to the next one. */
    private boolean connecting;

    // ---- of a listener, under the network's lock ----
    private final ArrayDeque<TcpSocket> waiting = new ArrayDeque<>(1);

    /** Clients that found no room. */
    private final ArrayDeque<TcpSocket> outside = new ArrayDeque<>(1);

    /** Sends of either side, for TCP_INFO. Not exact when two threads send at a time. */
    private int sends;

    private int receives;
    private long lastSentNanos;
    private long lastReceivedNanos;
    private int backlog;
    private volatile int waitingCount;

    /** Of a client in {@link #outside}: the listener. */
    private @Nullable TcpSocket target;

    TcpSocket(NetStack net, Ports ports, int family) {
        super(net, ports, family, Net.SOCK_STREAM, Net.IPPROTO_TCP);
        in = new StreamQueue(net, BUFFER);
    }

    @Override
    public boolean listening() {
        return state == Net.TCP_LISTEN;
    }

    @Override
    int state() {
        int s = state;
        if (s != Net.TCP_ESTABLISHED) {
            return s;
        }
        boolean sent = (shut & SND) != 0;
        return finReceived ? (sent ? Net.TCP_CLOSE : Net.TCP_CLOSE_WAIT) : sent ? Net.TCP_FIN_WAIT2 : s;
    }

    @Override
    String table() {
        return "tcp";
    }

    @Override
    boolean canBind() {
        return state == Net.TCP_CLOSE;
    }

    // ---- listening ----

    @Override
    public int listen(Caller c, int max) {
        net.lock().lock();
        try {
            if (state == Net.TCP_LISTEN) {
                backlog = max;
                admit();
                return 0;
            }
            if (state != Net.TCP_CLOSE) {
                return -EINVAL;
            }
            int r = takeAny();
            if (r < 0) {
                return r;
            }
            if (ports.conflict(this, local)) {
                return -EADDRINUSE;
            }
            backlog = max;
            shut = 0;
            state = Net.TCP_LISTEN;
            ports.addReceiver(this);
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    @Override
    public int accept(Caller c, Ref<Socket> out) {
        net.lock().lock();
        try {
            if (state != Net.TCP_LISTEN) {
                return -EINVAL;
            }
            TcpSocket s = waiting.pollFirst();
            if (s == null) {
                return -EAGAIN;
            }
            waitingCount = waiting.size();
            out.set(s);
            admit();
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    /** Lets clients in that found no room before. */
    private void admit() {
        while (waiting.size() <= backlog) {
            TcpSocket client = outside.pollFirst();
            if (client == null) {
                return;
            }
            if (client.state == Net.TCP_SYN_SENT && client.target == this) {
                establish(client, this);
            }
        }
    }

    // ---- connecting ----

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len >= 2 && Bytes.u16(addr, 0) == Net.AF_UNSPEC) {
            return disconnect();
        }
        int r = begin(addr, len, nonblock);
        if (r != -EAGAIN) {
            return r;
        }
        int w = c.await(queue, Poll.POLLOUT, () -> state != Net.TCP_SYN_SENT, deadline);
        if (w != 0) {
            return w;
        }
        return outcome();
    }

    /** What the guest gets to know of a connect that has ended. */
    private int outcome() {
        net.lock().lock();
        try {
            connecting = false;
            if (state == Net.TCP_ESTABLISHED) {
                return 0;
            }
            int e = takeError();
            return e != 0 ? -e : -ECONNABORTED;
        } finally {
            net.lock().unlock();
        }
    }

    /** Starts: 0, -errno, or -EAGAIN to wait for the outcome. */
    private int begin(byte[] addr, int len, boolean nonblock) {
        int[] err = new int[1];
        net.lock().lock();
        try {
            if (state == Net.TCP_SYN_SENT) {
                return nonblock ? -EALREADY : -EAGAIN;
            }
            if (connecting) {
                return outcome();
            }
            if (state != Net.TCP_CLOSE) {
                return -EISCONN;
            }
            InetAddr to = InetAddr.decode(family(), addr, len, err);
            if (to == null) {
                return err[0];
            }
            to = to.asDestination();
            boolean never = to.isV4() && family() == Net.AF_INET6 && v6only();
            Place place = place(to);
            NetStack there = place.found();
            if (never || there == null) {
                int e = never ? -ENETUNREACH : place.error();
                return e < 0 ? e : -EHOSTUNREACH;
            }
            int r = takeAny();
            if (r < 0) {
                return r == -EADDRINUSE ? -EADDRNOTAVAIL : r;
            }
            if (local.isAny()) {
                local = place.source().withPort(local.port());
            }
            remote = to;
            error = 0;
            InetSocket found = there.tcpPorts().receiver(local, to, place.in());
            if (there != net && Place.of(there, local, 0).found() != net) {
                return -EHOSTUNREACH; // nothing would come back
            }
            Segments.opening(this);
            if (!(found instanceof TcpSocket listener)) {
                Segments.refused(this, there);
                return refused(nonblock);
            }
            state = Net.TCP_SYN_SENT;
            if (listener.waiting.size() > listener.backlog) {
                target = listener;
                listener.outside.addLast(this);
                connecting = true;
                return nonblock ? -EINPROGRESS : -EAGAIN;
            }
            establish(this, listener);
            connecting = nonblock;
            return nonblock ? -EINPROGRESS : 0;
        } finally {
            net.lock().unlock();
        }
    }

    private int refused(boolean nonblock) {
        remote = null;
        state = Net.TCP_CLOSE;
        if (!nonblock) {
            return -ECONNREFUSED;
        }
        error = ECONNREFUSED;
        shut = RCV | SND;
        connecting = true;
        queue.wake(READABLE | WRITABLE | Poll.POLLERR | Poll.POLLHUP);
        return -EINPROGRESS;
    }

    /** Makes the server's side of a connection and puts it into the listener's queue. With the network's lock held. */
    private static void establish(TcpSocket client, TcpSocket listener) {
        TcpSocket server = new TcpSocket(listener.net, listener.ports, listener.family());
        InetAddr at = client.remote;
        server.local = at == null ? listener.local : at;
        server.remote = client.local;
        server.bound = true;
        server.options.inherit(listener.options);
        server.inet.inherit(listener.inet);
        server.ports.add(server);
        server.peer = client;
        client.peer = server;
        client.target = null;
        client.shut = 0;
        server.state = Net.TCP_ESTABLISHED;
        client.state = Net.TCP_ESTABLISHED;
        client.in.setWriter(server.queue);
        server.in.setWriter(client.queue);
        client.limits();
        server.limits();
        Segments.opened(client, server);
        listener.waiting.addLast(server);
        listener.waitingCount = listener.waiting.size();
        listener.queue.wake(READABLE);
        client.queue.wake(WRITABLE);
    }

    private int disconnect() {
        TcpSocket p;
        net.lock().lock();
        try {
            if (state == Net.TCP_LISTEN) {
                stopListening();
            }
            p = peer;
            peer = null;
            remote = null;
            state = Net.TCP_CLOSE;
            connecting = false;
            shut = 0;
            unchoose();
        } finally {
            net.lock().unlock();
        }
        if (p != null) {
            Segments.reset(this, p);
            p.reset();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLHUP);
        return 0;
    }

    // ---- ending ----

    /** Turns everybody in the queue away. With the network's lock held. */
    private void stopListening() {
        ports.removeReceiver(this);
        state = Net.TCP_CLOSE;
        TcpSocket[] never = waiting.toArray(new TcpSocket[0]);
        TcpSocket[] refusedOnes = outside.toArray(new TcpSocket[0]);
        waiting.clear();
        waitingCount = 0;
        outside.clear();
        for (TcpSocket s : never) {
            TcpSocket client = s.peer;
            s.closed = true;
            s.state = Net.TCP_CLOSE;
            s.peer = null;
            s.leavePort();
            s.in.kill(net);
            if (client != null) {
                client.reset();
            }
        }
        for (TcpSocket s : refusedOnes) {
            if (s.state == Net.TCP_SYN_SENT && s.target == this) {
                s.error = ECONNREFUSED;
                s.shut = RCV | SND;
                s.remote = null;
                s.state = Net.TCP_CLOSE;
                s.queue.wake(READABLE | WRITABLE | Poll.POLLERR | Poll.POLLHUP);
            }
        }
    }

    /** The peer sent a reset. */
    private void reset() {
        net.lock().lock();
        try {
            if (state != Net.TCP_ESTABLISHED) {
                return;
            }
            error = finReceived ? EPIPE : ECONNRESET;
            state = Net.TCP_CLOSE;
            shut = RCV | SND;
            peer = null;
            remote = null;
            leavePort();
        } finally {
            net.lock().unlock();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLERR | Poll.POLLHUP | Poll.POLLRDHUP);
    }

    /** The peer has ended its side. */
    private void finish() {
        in.finish();
        net.lock().lock();
        try {
            shut |= RCV;
            finReceived = true;
        } finally {
            net.lock().unlock();
        }
        queue.wake(READABLE | Poll.POLLRDHUP | ((shut & SND) != 0 ? Poll.POLLHUP : 0));
    }

    @Override
    public int shutdown(Caller c, int how) {
        int bits = how == Net.SHUT_RDWR ? RCV | SND : how == Net.SHUT_RD ? RCV : SND;
        TcpSocket fin = null;
        net.lock().lock();
        try {
            if (state == Net.TCP_LISTEN) {
                if ((bits & RCV) != 0) {
                    stopListening();
                }
            } else if (state == Net.TCP_SYN_SENT) {
                state = Net.TCP_CLOSE;
                target = null;
                error = ECONNRESET;
                shut = RCV | SND;
            } else if (state != Net.TCP_ESTABLISHED) {
                return -ENOTCONN;
            } else {
                if ((bits & SND) != 0 && (shut & SND) == 0) {
                    fin = peer;
                }
                shut |= bits;
            }
        } finally {
            net.lock().unlock();
        }
        if (fin != null) {
            Segments.ended(this, fin);
            fin.finish();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
        return 0;
    }

    @Override
    public void close() {
        TcpSocket p;
        boolean finSent;
        net.lock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (state == Net.TCP_LISTEN) {
                stopListening();
            }
            target = null;
            state = Net.TCP_CLOSE;
            finSent = (shut & SND) != 0;
            shut = RCV | SND;
            p = peer;
            leavePort();
        } finally {
            net.lock().unlock();
        }
        int unread = in.kill(net);
        if (p != null) {
            if (unread > 0 || (options.lingerOn && options.lingerSeconds == 0)) {
                Segments.reset(this, p);
                p.reset();
            } else if (!finSent) {
                Segments.ended(this, p);
                p.finish();
            }
            peer = null;
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLHUP);
    }

    // ---- transfer ----

    private void limits() {
        TcpSocket p = peer;
        if (p != null) {
            int send = options.sendBuffer(0);
            int receive = p.options.receiveBuffer(0);
            p.in.setLimit(send == 0 && receive == 0 ? BUFFER : half(send) + half(receive));
        }
    }

    private static int half(int size) {
        return size == 0 ? BUFFER / 2 : size;
    }

    @Override
    protected void optionChanged(int name) {
        if (name == Net.SO_SNDBUF || name == Net.SO_RCVBUF) {
            limits();
            TcpSocket p = peer;
            if (p != null) {
                p.limits();
            }
        }
    }

    /** MSG_FASTOPEN: connects, and then sends. 0 or -errno. */
    private int openFast(Caller c, @Nullable Msg msg) {
        if (state == Net.TCP_ESTABLISHED || state == Net.TCP_SYN_SENT) {
            return state == Net.TCP_ESTABLISHED ? -EISCONN : -EALREADY;
        }
        if (msg == null || msg.nameLen == 0) {
            return -EINVAL;
        }
        int r = begin(msg.name, msg.nameLen, false);
        return r == -EAGAIN ? -EINPROGRESS : r;
    }

    int sends() {
        return sends;
    }

    int receives() {
        return receives;
    }

    /** Milliseconds since the last bytes went, or came; 0 when none did. */
    int sinceSentMillis() {
        return lastSentNanos == 0 ? 0 : (int) ((System.nanoTime() - lastSentNanos) / 1_000_000);
    }

    int sinceReceivedMillis() {
        return lastReceivedNanos == 0 ? 0 : (int) ((System.nanoTime() - lastReceivedNanos) / 1_000_000);
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_FASTOPEN) != 0) {
            int r = openFast(c, msg);
            if (r < 0) {
                return r;
            }
        }
        if (error != 0 && state != Net.TCP_SYN_SENT) {
            return -takeError();
        }
        if ((shut & SND) != 0) {
            return -EPIPE;
        }
        if (state == Net.TCP_SYN_SENT) {
            return -EAGAIN;
        }
        TcpSocket p = peer;
        if (state != Net.TCP_ESTABLISHED || p == null) {
            return -EPIPE;
        }
        if (src.remaining() == 0) {
            return 0;
        }
        Ref<byte[]> seen = watched(p) ? new Ref<>() : null;
        long n = p.in.put(src, null, seen);
        if (n > 0) {
            long now = System.nanoTime();
            sends++;
            lastSentNanos = now;
            p.receives++;
            p.lastReceivedNanos = now;
            if (seen != null) {
                Segments.data(this, p, seen.get());
            }
            boolean urgent = (flags & Net.MSG_OOB) != 0 && src.remaining() == 0;
            if (urgent) {
                p.in.markUrgent(p.options.oobInline());
            }
            p.queue.wake(urgent ? READABLE | Poll.POLLPRI : READABLE);
        } else if (n == -EPIPE) {
            return intoTheVoid(src);
        }
        return n;
    }

    /** Whether somebody sees the packets that there would be between this socket and its peer. */
    private boolean watched(TcpSocket p) {
        return (net.wire().watched() | p.net.wire().watched()) != 0;
    }

    /** Bytes sent so far, and those that came. */
    long bytesSent() {
        TcpSocket p = peer;
        return p == null ? 0 : p.in.total();
    }

    boolean peerEnded() {
        return finReceived;
    }

    long bytesReceived() {
        return in.total();
    }

    @Override
    public boolean isConnected() {
        return state == Net.TCP_ESTABLISHED;
    }

    /** The first write after the peer's close succeeds; its bytes provoke a reset. */
    private long intoTheVoid(IoBuffer src) {
        int n = (int) Math.min(src.remaining(), 16384);
        int r = src.get(new byte[n], 0, n);
        reset();
        return r < 0 ? r : n;
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & (Net.MSG_OOB | Net.MSG_ERRQUEUE)) != 0) {
            return (flags & Net.MSG_OOB) != 0 ? receiveUrgent(dst, (flags & Net.MSG_PEEK) != 0, msg) : -EAGAIN;
        }
        int s = state;
        if (s == Net.TCP_LISTEN) {
            return -ENOTCONN;
        }
        boolean peek = (flags & Net.MSG_PEEK) != 0;
        long n = (flags & Net.MSG_TRUNC) != 0 && !peek
                ? in.discard(dst.remaining())
                : in.take(dst, peek, 0, false, null);
        if (n != -EAGAIN) {
            return n;
        }
        int e = s == Net.TCP_SYN_SENT ? 0 : takeError();
        if (e != 0) {
            return -e;
        }
        if ((shut & RCV) != 0) {
            return in.used() > 0 ? -EAGAIN : 0;
        }
        return s == Net.TCP_CLOSE && state == Net.TCP_CLOSE ? -ENOTCONN : -EAGAIN;
    }

    private long receiveUrgent(IoBuffer dst, boolean peek, @Nullable Msg msg) {
        int b = in.takeUrgent(peek);
        if (b < 0) {
            return -EINVAL;
        }
        if (msg != null) {
            msg.flags |= Net.MSG_OOB;
        }
        if (dst.remaining() == 0) {
            return 0;
        }
        int r = dst.put(new byte[] {(byte) b}, 0, 1);
        return r < 0 ? r : 1;
    }

    @Override
    public boolean atMark() {
        return in.atMark();
    }

    @Override
    public int peerName(byte[] out) {
        int s = state(); // a connection that both sides have ended is none any more
        return s == Net.TCP_CLOSE || s == Net.TCP_SYN_SENT ? -ENOTCONN : super.peerName(out);
    }

    @Override
    public int available() {
        return listening() ? waitingCount : in.used();
    }

    /** Of a listener the connections that may wait, as sock_diag(7) tells it. */
    @Override
    public int unsent() {
        if (listening()) {
            return backlog;
        }
        TcpSocket p = peer;
        return p == null ? 0 : p.in.used();
    }

    // ---- readiness ----

    @Override
    public int poll() {
        int s = state;
        int now = error != 0 ? Poll.POLLERR : 0;
        if (s == Net.TCP_LISTEN) {
            return now | (waitingCount > 0 ? READABLE : 0);
        }
        int sh = shut;
        if (sh == (RCV | SND) || s == Net.TCP_CLOSE) {
            now |= Poll.POLLHUP;
        }
        if ((sh & RCV) != 0) {
            now |= READABLE | Poll.POLLRDHUP;
        }
        if (s == Net.TCP_SYN_SENT) {
            return now;
        }
        if (in.used() > 0) {
            now |= READABLE;
        }
        if (in.urgentPending()) {
            now |= Poll.POLLPRI;
        }
        TcpSocket p = peer;
        if ((sh & SND) != 0 || p == null || p.in.hasRoom()) {
            now |= Poll.POLLOUT | Poll.POLLWRNORM;
        }
        return now;
    }

    // ---- options ----

    @Override
    protected int getSocketOption(Caller c, int name, byte[] out, int len) {
        if (name == Net.SO_SNDBUF || name == Net.SO_RCVBUF) {
            boolean send = name == Net.SO_SNDBUF;
            int x = send
                    ? options.sendBuffer(state == Net.TCP_ESTABLISHED ? SHOWN_SNDBUF : 16384)
                    : options.receiveBuffer(SHOWN_RCVBUF);
            Bytes.put32(out, 0, x);
            return Math.min(len, 4);
        }
        return -ENOPROTOOPT;
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (level == Net.SOL_TCP && name == Net.TCP_INFO) {
            return TcpInfo.put(this, out, len, waitingCount, backlog);
        }
        return super.getOption(c, level, name, out, len);
    }
}
