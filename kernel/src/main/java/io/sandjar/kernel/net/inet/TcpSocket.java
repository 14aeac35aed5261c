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
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.net.StreamQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayList;
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

    /** What the guest has done with it; {@link #state()} adds what the peer has. */
    volatile int state = Net.TCP_CLOSE;

    final StreamQueue in;
    volatile @Nullable TcpSocket peer;
    volatile int shut;

    /** The peer has ended its side. */
    private volatile boolean finReceived;

    /** No descriptor refers to it any more. */
    volatile boolean closed;

    /** What is sent does not reach the peer, or there is none any more that could say so: see {@link Lifeline}. */
    volatile boolean apart;

    private volatile @Nullable Lifeline lifeline;

    /** Who asked for times of what is sent. */
    private volatile @Nullable TcpStamps stamps;

    /** TCP_USER_TIMEOUT. */
    volatile int userTimeoutMillis;

    long openedNanos;

    /** A connect goes on, or its outcome was not yet told: to the call that waits, or to the next one. */
    boolean connecting;

    /** It is in the queue of a listener. */
    volatile boolean waiting;

    /** The end of what the peer sent was not read yet. */
    private volatile boolean finUnread;

    /** Of a listener. */
    volatile @Nullable TcpBacklog backlog;

    /** Of a client that found no room: the listener. */
    @Nullable
    TcpSocket target;

    /** Sends of either side, for TCP_INFO. Not exact when two threads send at a time. */
    private int sends;

    private int receives;
    private long lastSentNanos;
    private long lastReceivedNanos;

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
            TcpBacklog b = backlog;
            if (b != null) {
                b.setMax(max);
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
            backlog = new TcpBacklog(this, max);
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
            TcpBacklog b = backlog;
            if (b == null) {
                return -EINVAL;
            }
            TcpSocket s = b.take();
            if (s == null) {
                return -EAGAIN;
            }
            out.set(s);
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    void tellReadable() {
        queue.wake(READABLE);
    }

    void tellWritable() {
        queue.wake(WRITABLE);
    }

    // ---- connecting ----

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len >= 2 && Bytes.u16(addr, 0) == Net.AF_UNSPEC) {
            return disconnect();
        }
        int r = TcpOpening.begin(this, addr, len, nonblock);
        if (r != -EAGAIN) {
            return r;
        }
        int w = c.await(queue, Poll.POLLOUT, () -> state != Net.TCP_SYN_SENT, deadline);
        return w != 0 ? w : TcpOpening.outcome(this);
    }

    /** A port and an address for a connection to {@code to}: 0 or -errno. With the network's lock held. */
    int takeToward(InetAddr to, InetAddr source) {
        InetAddr from = local.isAny() ? source : local;
        if (bound && ports.connected(to, from.withPort(local.port()))) {
            return -EADDRNOTAVAIL;
        }
        int r = takeAny();
        int port = r == 0 ? 0 : ports.shared(from, to);
        if (port != 0) {
            takeShared(from.withPort(port));
            return 0;
        }
        if (r == 0 && local.isAny()) {
            local = source.withPort(local.port());
        }
        return r;
    }

    /** The other end is there. With the network's lock held. */
    void joined(TcpSocket other) {
        peer = other;
        openedNanos = System.nanoTime();
        userTimeoutMillis = inet.get(Net.SOL_TCP, Net.TCP_USER_TIMEOUT, 0);
        lifeline = null;
        apart = false;
        in.setWriter(other.queue);
        state = Net.TCP_ESTABLISHED;
    }

    /** A connect has come to nothing. With the network's lock held. */
    void failed(int errno) {
        error = errno;
        shut = RCV | SND;
        remote = null;
        state = Net.TCP_CLOSE;
        queue.wake(READABLE | WRITABLE | Poll.POLLERR | Poll.POLLHUP);
    }

    // ---- the way to the peer ----

    Lifeline lifeline() {
        Lifeline l = lifeline;
        if (l == null) {
            l = new Lifeline(this);
            lifeline = l;
        }
        return l;
    }

    @Nullable
    Lifeline lifelineOrNull() {
        return lifeline;
    }

    /** Finds out whether segments would pass in both directions. With the network's lock held. */
    void checkWay() {
        TcpSocket p = peer;
        InetAddr to = remote;
        if (to == null
                || (p == null && lifeline == null)
                || (p != null && p.net == net && net.interfaces().plain())) {
            return;
        }
        NetStack there = place(to).found();
        boolean open = p == null
                ? there != null
                : there == p.net && Place.of(there, local, 0).found() == net;
        if (!open || lifeline != null) {
            lifeline().way(open);
        }
        if (p != null && (!open || p.lifeline != null)) {
            p.lifeline().way(open);
        }
    }

    /** Nobody answers any more; the peer does not hear of it. With the network's lock held. */
    void giveUp(int errno) {
        error = errno;
        state = Net.TCP_CLOSE;
        shut = RCV | SND;
        peer = null;
        remote = null;
        leavePort();
        queue.wake(READABLE | WRITABLE | Poll.POLLERR | Poll.POLLHUP | Poll.POLLRDHUP);
    }

    long lastPassedNanos() {
        return Math.max(lastSentNanos, lastReceivedNanos);
    }

    /** Whether more lies here than the peer would be allowed to send. */
    boolean windowShut() {
        return beyondWindow() > 0;
    }

    /** How much of what lies here the peer would not have been allowed to send. */
    private int beyondWindow() {
        return Math.max(0, in.used() - half(options.receiveBuffer(0)));
    }

    private int disconnect() {
        TcpSocket p;
        net.lock().lock();
        try {
            stopListening();
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
            abort(p);
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLHUP);
        return 0;
    }

    // ---- ending ----

    /** Turns everybody in the queue away. With the network's lock held. */
    private void stopListening() {
        TcpBacklog b = backlog;
        if (b != null) {
            ports.removeReceiver(this);
            backlog = null;
            state = Net.TCP_CLOSE;
            b.refuseAll(net);
        }
    }

    /** The listener goes before it has accepted this end. With the network's lock held. */
    void neverAccepted(NetStack network) {
        TcpSocket client = peer;
        closed = true;
        state = Net.TCP_CLOSE;
        peer = null;
        leavePort();
        in.kill(network);
        if (client != null) {
            client.reset();
        }
    }

    /** Tells the peer that it is over, if that can still be told. */
    private void abort(TcpSocket p) {
        Lifeline l = lifeline;
        if (l != null && l.isCut()) {
            net.lock().lock();
            p.lifeline().desert();
            net.lock().unlock();
        } else {
            Segments.reset(this, p);
            p.reset();
        }
    }

    /** Tells the peer that nothing more is sent, at once or when the way is open again. */
    private void endToward(TcpSocket p) {
        if (apart) {
            net.lock().lock();
            lifeline().end();
            net.lock().unlock();
        } else {
            Segments.ended(this, p);
            p.finish();
        }
    }

    /** The peer sent a reset. */
    void reset() {
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
    void finish() {
        finUnread = true; // before anybody can read it
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
            if (listening()) {
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
            endToward(fin);
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
            stopListening();
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
                abort(p);
            } else if (!finSent) {
                endToward(p);
            }
            if (!apart) {
                peer = null;
            }
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLHUP);
    }

    // ---- transfer ----

    void limits() {
        TcpSocket p = peer;
        if (p != null) {
            int send = options.sendBuffer(0);
            int receive = p.options.receiveBuffer(0);
            p.in.setLimit(send == 0 && receive == 0 ? BUFFER : half(send) + half(receive));
        }
    }

    static int half(int size) {
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
        if (name == Net.SO_TIMESTAMPING_OLD || name == Net.SO_TIMESTAMPING_NEW) {
            TcpStamps times = stamps;
            if (times == null) {
                times = new TcpStamps();
            }
            times.configure(options.timestamping, bytesSent());
            stamps = times;
        }
        if (name == Net.SO_KEEPALIVE && (lifeline != null || state == Net.TCP_ESTABLISHED)) {
            lifeline().optionChanged(Net.SOL_SOCKET, name);
        }
    }

    @Override
    void inetOptionChanged(int level, int name) {
        boolean time = name == Net.TCP_USER_TIMEOUT;
        if (level != Net.SOL_TCP
                || !(time || name == Net.TCP_KEEPIDLE || name == Net.TCP_KEEPINTVL || name == Net.TCP_KEEPCNT)) {
            return;
        }
        userTimeoutMillis = inet.get(Net.SOL_TCP, Net.TCP_USER_TIMEOUT, 0);
        if (lifeline != null || (time && state == Net.TCP_ESTABLISHED)) {
            lifeline().optionChanged(level, name);
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
        int r = TcpOpening.begin(this, msg.name, msg.nameLen, false);
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
        if (apart) {
            long n = lifeline().send(src);
            return n == -EPIPE ? intoTheVoid(src) : n;
        }
        TcpSocket p = peer;
        if (state != Net.TCP_ESTABLISHED || p == null) {
            return -EPIPE;
        }
        if (src.remaining() == 0) {
            return 0;
        }
        TcpStamps times = stamps;
        Ref<byte[]> seen = watched(p) || (times != null && times.wantsData()) ? new Ref<>() : null;
        long n = p.in.put(src, null, seen);
        if (n > 0) {
            long now = System.nanoTime();
            sends++;
            lastSentNanos = now;
            p.receives++;
            p.lastReceivedNanos = now;
            if (seen != null && watched(p)) {
                Segments.data(this, p, seen.get());
            }
            if (times != null && times.sent(this, seen == null ? new byte[0] : seen.get(), p.in.total())) {
                queue.wake(Poll.POLLERR);
            }
            boolean urgent = (flags & Net.MSG_OOB) != 0 && src.remaining() == 0;
            if (urgent) {
                p.in.markUrgent(p.options.oobInline());
            }
            p.queue.wake(urgent ? READABLE | Poll.POLLPRI : READABLE);
            if (userTimeoutMillis != 0) {
                lifeline().sent(p);
            }
        } else if (n == -EPIPE) {
            return intoTheVoid(src);
        }
        return n;
    }

    /** Whether somebody sees the packets that there would be between this socket and its peer. */
    private boolean watched(TcpSocket p) {
        return (net.wire().watched() | p.net.wire().watched()) != 0;
    }

    /** What was held on a way that was cut has come. */
    void arrived() {
        receives++;
        lastReceivedNanos = System.nanoTime();
        queue.wake(READABLE);
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
            TcpStamps times = stamps;
            return (flags & Net.MSG_OOB) != 0
                    ? receiveUrgent(dst, (flags & Net.MSG_PEEK) != 0, msg)
                    : times == null ? -EAGAIN : times.errors.receive(this, dst, msg);
        }
        int s = state;
        if (s == Net.TCP_LISTEN) {
            return -ENOTCONN;
        }
        boolean peek = (flags & Net.MSG_PEEK) != 0;
        long room = dst.remaining();
        boolean ended = finUnread;
        long n = (flags & Net.MSG_TRUNC) != 0 && !peek
                ? in.discard(dst.remaining())
                : in.take(dst, peek, 0, false, null);
        if (n != -EAGAIN) {
            if (ended && n >= 0 && n < room && !peek && in.used() == 0) {
                finUnread = false;
            }
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
        TcpBacklog b = backlog;
        return b != null ? b.count() : in.used();
    }

    /** Of a listener the connections that may wait, as sock_diag(7) tells it. */
    @Override
    public int unsent() {
        TcpBacklog b = backlog;
        if (b != null) {
            return b.max();
        }
        TcpSocket p = peer;
        Lifeline l = lifeline;
        return (p == null ? 0 : p.beyondWindow()) + (l == null ? 0 : l.heldBytes());
    }

    /** The end of what the peer sent counts as a byte. */
    @Override
    int unread() {
        return available() + (finUnread ? 1 : 0);
    }

    @Override
    SocketInfo.Timer timer() {
        if (state != Net.TCP_ESTABLISHED) {
            return SocketInfo.Timer.NONE;
        }
        Lifeline l = lifeline();
        int which = l.timer();
        return new SocketInfo.Timer(which, which == Lifeline.TIMER_NONE ? 0 : l.dueMillis(), l.repeats());
    }

    @Override
    boolean listed() {
        return state() != Net.TCP_CLOSE;
    }

    @Override
    boolean accepted() {
        return !waiting;
    }

    @Override
    protected void listWaiting(ArrayList<SocketInfo> into) {
        TcpBacklog b = backlog;
        if (b == null || b.count() == 0) {
            return;
        }
        net.lock().lock();
        try {
            b.list(into);
        } finally {
            net.lock().unlock();
        }
    }

    // ---- readiness ----

    @Override
    public int poll() {
        int s = state;
        TcpStamps times = stamps;
        int now = error != 0 || (times != null && !times.errors.isEmpty()) ? Poll.POLLERR : 0;
        TcpBacklog b = backlog;
        if (b != null) {
            return now | (b.count() > 0 ? READABLE : 0);
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
        if ((sh & SND) != 0 || (apart ? lifeline().hasRoom() : p == null || p.in.hasRoom())) {
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
    protected int setOption(Caller c, int level, int name, byte[] value, int len) {
        boolean group = name == Net.IP_ADD_MEMBERSHIP || name == Net.IP_DROP_MEMBERSHIP;
        return level == Net.SOL_IP && group ? -EPROTO : super.setOption(c, level, name, value, len);
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        if (level == Net.SOL_TCP && name == Net.TCP_INFO) {
            return TcpInfo.put(this, out, len);
        }
        return super.getOption(c, level, name, out, len);
    }
}
