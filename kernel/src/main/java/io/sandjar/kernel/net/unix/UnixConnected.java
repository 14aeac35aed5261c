// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Unix sockets that are connected before they transfer: streams and sequenced packets. */
abstract class UnixConnected extends UnixSocket {
    private static final int NEW = 0;
    private static final int LISTENING = 1;
    private static final int CONNECTED = 2;
    private static final int CLOSED = 3;

    /** What a connection takes that nobody has accepted, and whose other end may be closed. */
    private static final int WAITING_BYTES = 1200;

    private volatile int state = NEW;
    private volatile @Nullable UnixConnected peer;

    /** The name of a peer that has closed. */
    private volatile byte @Nullable [] formerPeer;

    /** Whether a peer was there once. */
    private volatile boolean hadPeer;

    /** RCV and SND bits, as both sides have set them. */
    private volatile int shut;

    /** Of a listener, under the network's lock: connections to be accepted. */
    private final ArrayDeque<UnixConnected> waiting = new ArrayDeque<>(1);

    private volatile int backlog;

    /** Of a listener: woken when there is room for a connection. */
    private final WaitQueue roomQueue = new WaitQueue();

    private volatile int waitingCount;

    /** It is in the queue of a listener. */
    private volatile boolean embryo;

    UnixConnected(NetStack net, int type) {
        super(net, type);
    }

    /** A fresh socket of the same type for the server's side of a connection. */
    abstract UnixConnected another();

    abstract boolean hasInput();

    /** Whether the peer has room for what this side sends. */
    abstract boolean hasRoom(UnixConnected to);

    abstract void finishInput();

    /** Drops what was not received: the amount. */
    abstract int killInput();

    /** A peer is there from now on. */
    abstract void connected();

    @Override
    final @Nullable UnixConnected peer() {
        return peer;
    }

    final int shut() {
        return shut;
    }

    final boolean wasConnected() {
        return hadPeer;
    }

    @Override
    public final boolean listening() {
        return state == LISTENING;
    }

    @Override
    final int state() {
        return embryo ? 2 : state == CONNECTED ? 3 : 1;
    }

    @Override
    final boolean accepted() {
        return !embryo;
    }

    /** Amount that can be received. */
    abstract int readable();

    /** Amount that the peer has not received yet. */
    abstract int unread();

    /** Of a listener, the connections that wait. */
    @Override
    public final int available() {
        return listening() ? waitingCount : readable();
    }

    /** Of a listener, how many may wait. */
    @Override
    public final int unsent() {
        return listening() ? backlog : unread();
    }

    @Override
    protected void listWaiting(ArrayList<SocketInfo> into) {
        if (waitingCount == 0) {
            return;
        }
        net.lock().lock();
        try {
            for (UnixConnected s : waiting) {
                into.add(s.info());
            }
        } finally {
            net.lock().unlock();
        }
    }

    static void join(UnixConnected a, UnixConnected b) {
        a.peer = b;
        b.peer = a;
        a.hadPeer = true;
        b.hadPeer = true;
        a.state = CONNECTED;
        b.state = CONNECTED;
        a.connected();
        b.connected();
    }

    // ---- making connections ----

    @Override
    public int listen(Caller c, int max) {
        net.lock().lock();
        try {
            if (!bound() || (state != NEW && state != LISTENING)) {
                return -EINVAL;
            }
            boolean more = max > backlog;
            backlog = max;
            state = LISTENING;
            setPeerCreds(c);
            if (more) {
                roomQueue.wake(Poll.POLLOUT);
            }
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    private boolean refusesOrHasRoom() {
        return state != LISTENING || waitingCount <= backlog;
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len >= 2 && addr[0] == 0 && addr[1] == 0) {
            return -EINVAL;
        }
        bindForCreds(c);
        while (true) {
            Ref<UnixSocket> found = new Ref<>();
            int r = net.unixNames().find(c, this, addr, len, found);
            if (r < 0) {
                return r;
            }
            UnixConnected listener = (UnixConnected) found.get();
            r = connectTo(c, listener);
            if (r != -EAGAIN || nonblock) {
                return r;
            }
            r = c.await(listener.roomQueue, Poll.POLLOUT, listener::refusesOrHasRoom, deadline);
            if (r != 0) {
                return r;
            }
        }
    }

    /** Connects with an end of the kernel's own, which is called {@code as}: 0 or -errno. */
    final int joinKernel(UnixConnected far, byte[] as) {
        net.lock().lock();
        try {
            if (state != NEW) {
                return state == CONNECTED ? -EISCONN : -EINVAL;
            }
            far.nameAs(as);
            peerUid = NOBODY;
            peerGid = NOBODY;
            join(this, far);
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    private int connectTo(Caller c, UnixConnected listener) {
        net.lock().lock();
        try {
            if (state != NEW) {
                return state == CONNECTED ? -EISCONN : -EINVAL;
            }
            if (listener.state != LISTENING || (listener.shut & RCV) != 0) {
                return -ECONNREFUSED;
            }
            if (listener.waiting.size() > listener.backlog) {
                return -EAGAIN;
            }
            if (!HeapRoom.OBJECTS.take(WAITING_BYTES)) {
                return -ENOMEM; // and not -EAGAIN, which waits for room in the queue
            }
            UnixConnected server = listener.another();
            server.nameAs(listener);
            server.options.passCred = listener.options.passCred;
            server.setPeerCreds(c);
            setPeerCreds(listener);
            join(this, server);
            server.embryo = true;
            listener.waiting.addLast(server);
            listener.waitingCount = listener.waiting.size();
            listener.queue.wake(READABLE);
            queue.wake(WRITABLE);
            return 0;
        } finally {
            net.lock().unlock();
        }
    }

    @Override
    public int accept(Caller c, Ref<Socket> out) {
        net.lock().lock();
        try {
            if (state != LISTENING) {
                return -EINVAL;
            }
            UnixConnected s = waiting.pollFirst();
            if (s == null) {
                return (shut & RCV) != 0 ? -EINVAL : -EAGAIN;
            }
            HeapRoom.OBJECTS.give(WAITING_BYTES);
            waitingCount = waiting.size();
            s.embryo = false;
            out.set(s);
        } finally {
            net.lock().unlock();
        }
        roomQueue.wake(Poll.POLLOUT);
        return 0;
    }

    // ---- ending them ----

    @Override
    public int shutdown(Caller c, int how) {
        return shut(how);
    }

    final int shut(int how) {
        int bits = how == Net.SHUT_RDWR ? RCV | SND : how == Net.SHUT_RD ? RCV : SND;
        UnixConnected p;
        net.lock().lock();
        try {
            shut |= bits;
            p = peer;
            if ((bits & RCV) != 0) {
                finishInput();
            }
            if (p != null) {
                int mirrored = ((bits & SND) != 0 ? RCV : 0) | ((bits & RCV) != 0 ? SND : 0);
                p.shut |= mirrored;
                if ((bits & SND) != 0) {
                    p.finishInput();
                }
            }
        } finally {
            net.lock().unlock();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
        roomQueue.wake(Poll.POLLOUT);
        if (p != null) {
            p.queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
        }
        return 0;
    }

    @Override
    public void close() {
        UnixConnected p;
        UnixConnected[] never;
        net.lock().lock();
        try {
            if (state == CLOSED) {
                return;
            }
            unbind();
            state = CLOSED;
            shut = RCV | SND;
            p = peer;
            peer = null;
            never = waiting.toArray(new UnixConnected[0]);
            HeapRoom.OBJECTS.give((long) never.length * WAITING_BYTES);
            waiting.clear();
            waitingCount = 0;
        } finally {
            net.lock().unlock();
        }
        int lost = killInput();
        if (p != null) {
            p.peerClosed(lost > 0);
        }
        for (UnixConnected s : never) {
            UnixConnected client = s.peer;
            s.close();
            if (client != null) {
                client.error = ECONNRESET;
            }
        }
        queue.wake(Poll.POLLHUP | READABLE | WRITABLE);
        roomQueue.wake(Poll.POLLOUT);
    }

    /** The peer's name outlives it. */
    @Override
    public int peerName(byte[] out) {
        byte[] gone = formerPeer;
        if (gone != null) {
            System.arraycopy(gone, 0, out, 0, gone.length);
            return gone.length;
        }
        return super.peerName(out);
    }

    private void peerClosed(boolean unread) {
        net.lock().lock();
        try {
            if (unread) {
                error = ECONNRESET;
            }
            UnixConnected p = peer;
            formerPeer = p == null ? null : p.nameOrNone();
            peer = null;
            shut = RCV | SND;
            finishInput();
        } finally {
            net.lock().unlock();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
    }

    // ---- readiness ----

    @Override
    public int poll() {
        int now = 0;
        if (error != 0) {
            now |= Poll.POLLERR;
        }
        if (state == LISTENING) {
            boolean ended = (shut & RCV) != 0;
            return now | (waitingCount > 0 ? READABLE : 0) | (ended ? READABLE | Poll.POLLRDHUP : 0);
        }
        int s = shut;
        if (s == (RCV | SND)) {
            now |= Poll.POLLHUP;
        }
        if ((s & RCV) != 0) {
            now |= Poll.POLLRDHUP | READABLE;
        }
        if (hasInput()) {
            now |= READABLE;
        }
        if (state == NEW) {
            now |= Poll.POLLHUP;
        }
        UnixConnected p = peer;
        if (p == null || hasRoom(p)) {
            now |= WRITABLE;
        }
        return now;
    }

    @Override
    protected void forEachAncillary(Consumer<Ancillary> action) {
        UnixConnected[] embryos;
        net.lock().lock();
        try {
            embryos = waiting.toArray(new UnixConnected[0]);
        } finally {
            net.lock().unlock();
        }
        for (UnixConnected e : embryos) {
            e.forEachAncillary(action);
        }
    }

    @Override
    protected void dropAncillary() {
        UnixConnected[] embryos;
        net.lock().lock();
        try {
            embryos = waiting.toArray(new UnixConnected[0]);
        } finally {
            net.lock().unlock();
        }
        for (UnixConnected e : embryos) {
            e.dropAncillary();
        }
    }
}
