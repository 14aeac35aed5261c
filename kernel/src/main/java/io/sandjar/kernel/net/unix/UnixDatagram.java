// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** AF_UNIX, SOCK_DGRAM. Reliable: a sender waits while the receiver's queue is full. */
final class UnixDatagram extends UnixSocket {
    /** net.unix.max_dgram_qlen, and one. */
    private static final int MAX_QUEUED = 11;

    private final RecordQueue in;
    private volatile @Nullable UnixDatagram peer;
    private volatile boolean dead;
    private volatile int shut;

    /** Woken when this socket's queue has room again. */
    private final WaitQueue roomQueue = new WaitQueue();

    /** Senders that found the queue full, to be told that they can write. Guarded by itself. */
    private final ArrayList<UnixDatagram> blocked = new ArrayList<>(1);

    /** Those connected to this one. Guarded by the network's lock. */
    private final ArrayList<UnixDatagram> followers = new ArrayList<>(1);

    UnixDatagram(NetStack net) {
        super(net, Net.SOCK_DGRAM);
        in = new RecordQueue(net, Integer.MAX_VALUE, MAX_QUEUED);
        in.setOnRoom(this::tellRoom);
    }

    static void join(UnixDatagram a, UnixDatagram b) {
        a.peer = b;
        b.peer = a;
        a.followers.add(b);
        b.followers.add(a);
    }

    @Override
    @Nullable
    UnixSocket peer() {
        return peer;
    }

    @Override
    int state() {
        return peer != null ? 3 : 1;
    }

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        if (len < 2) {
            return -EINVAL;
        }
        UnixDatagram to = null;
        if (addr[0] != 0 || addr[1] != 0) {
            bindForCreds(c);
            Ref<UnixSocket> found = new Ref<>();
            int r = net.unixNames().find(c, this, addr, len, found);
            if (r < 0) {
                return r;
            }
            to = (UnixDatagram) found.get();
        }
        net.lock().lock();
        try {
            if (to != null) {
                if (to.dead) {
                    return -ECONNREFUSED;
                }
                UnixDatagram back = to.peer;
                if (back != null && back != this) {
                    return -EPERM;
                }
                to.followers.add(this);
            }
            UnixDatagram old = peer;
            if (old != null) {
                old.followers.remove(this);
                in.kill(net, false); // what came from somebody else is not to be received any more
            }
            peer = to;
        } finally {
            net.lock().unlock();
        }
        queue.wake(WRITABLE);
        return 0;
    }

    @Override
    public int shutdown(Caller c, int how) {
        int bits = how == Net.SHUT_RDWR ? RCV | SND : how == Net.SHUT_RD ? RCV : SND;
        net.lock().lock();
        try {
            shut |= bits;
            if ((bits & RCV) != 0) {
                in.finish();
            }
        } finally {
            net.lock().unlock();
        }
        queue.wake(READABLE | WRITABLE | Poll.POLLRDHUP | Poll.POLLHUP);
        tellRoom();
        return 0;
    }

    @Override
    public void close() {
        UnixDatagram[] f;
        net.lock().lock();
        try {
            if (dead) {
                return;
            }
            dead = true;
            unbind();
            UnixDatagram p = peer;
            if (p != null) {
                p.followers.remove(this);
            }
            f = followers.toArray(new UnixDatagram[0]);
            followers.clear();
        } finally {
            net.lock().unlock();
        }
        int lost = in.kill(net, true);
        for (UnixDatagram x : f) {
            if (x.peer == this) {
                if (lost > 0) {
                    x.error = ECONNRESET;
                }
                x.queue.wake(WRITABLE | Poll.POLLERR);
            }
        }
        tellRoom();
        queue.wake(Poll.POLLHUP);
    }

    // ---- transfer ----

    private int target(Caller c, @Nullable Msg msg, Ref<UnixDatagram> out) {
        if (msg == null || msg.nameLen == 0) {
            UnixDatagram p = peer;
            if (p == null) {
                return -ENOTCONN;
            }
            if (p.dead) {
                net.lock().lock();
                try {
                    if (peer == p) {
                        peer = null;
                    }
                } finally {
                    net.lock().unlock();
                }
                return -ECONNREFUSED;
            }
            out.set(p);
            return 0;
        }
        Ref<UnixSocket> found = new Ref<>();
        int r = net.unixNames().find(c, this, msg.name, msg.nameLen, found);
        if (r < 0) {
            return r;
        }
        UnixDatagram to = (UnixDatagram) found.get();
        UnixDatagram its = to.peer;
        if (its != null && its != this && !its.dead) {
            return -EPERM;
        }
        out.set(to);
        return 0;
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        int e = takeError();
        if (e != 0) {
            return -e;
        }
        if ((shut & SND) != 0) {
            return -EPIPE;
        }
        bindForCreds(c);
        if (src.remaining() > options.sendBuffer(BUFFER) - 32) {
            return -EMSGSIZE;
        }
        Ref<UnixDatagram> target = new Ref<>();
        int r = target(c, msg, target);
        if (r < 0) {
            return r;
        }
        UnixDatagram to = target.get();
        if ((to.shut & RCV) != 0) {
            return -EPIPE;
        }
        if (to.in.full() && to != this) {
            to.block(this);
            return -EAGAIN;
        }
        Ref<byte[]> data = new Ref<>();
        r = src.getAll(data);
        if (r < 0) {
            return r;
        }
        Ancillary a = outgoing(c, msg, to);
        net.rights().sending(a);
        byte[] source = bound() ? nameOrNone() : UnixNames.unnamed();
        r = to.in.put(new RecordQueue.Rec(data.get(), source, a, null, 0));
        if (r < 0) {
            net.rights().notSent(a);
            return r == -EPIPE ? -ECONNREFUSED : r;
        }
        if (msg != null) {
            msg.ancillary = null;
        }
        to.queue.wake(READABLE);
        return data.get().length;
    }

    @Override
    public int awaitSend(Caller c, @Nullable Msg msg, long deadline) {
        Ref<UnixDatagram> target = new Ref<>();
        if (target(c, msg, target) < 0) {
            return 0; // the send will say why
        }
        UnixDatagram to = target.get();
        return c.await(to.roomQueue, Poll.POLLOUT, () -> !to.in.full() || to.dead || (to.shut & RCV) != 0, deadline);
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        boolean peek = (flags & Net.MSG_PEEK) != 0;
        Ref<RecordQueue.Rec> got = new Ref<>();
        Ref<Ancillary> control = new Ref<>();
        long n = in.take(dst, peek, got, control);
        RecordQueue.Rec rec = got.orNull();
        if (n < 0 || rec == null) {
            int e = n == -EFAULT ? 0 : takeError();
            return e != 0 ? -e : n;
        }
        incoming(c, control.orNull(), msg, peek);
        if (msg != null) {
            if (rec.source.length > 2) {
                msg.source(rec.source, rec.source.length);
            }
            msg.flags |= n < rec.data.length ? Net.MSG_TRUNC : 0;
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    private void block(UnixDatagram sender) {
        synchronized (blocked) {
            if (!blocked.contains(sender)) {
                blocked.add(sender);
            }
        }
        if (!in.full()) {
            tellRoom();
        }
    }

    private void tellRoom() {
        roomQueue.wake(Poll.POLLOUT);
        UnixDatagram[] b;
        synchronized (blocked) {
            if (blocked.isEmpty()) {
                return;
            }
            b = blocked.toArray(new UnixDatagram[0]);
            blocked.clear();
        }
        for (UnixDatagram s : b) {
            s.queue.wake(WRITABLE);
        }
    }

    // ---- readiness ----

    @Override
    public int poll() {
        int now = 0;
        if (error != 0) {
            now |= Poll.POLLERR;
        }
        int s = shut;
        if (s == (RCV | SND)) {
            now |= Poll.POLLHUP;
        }
        if ((s & RCV) != 0) {
            now |= Poll.POLLRDHUP | READABLE;
        }
        if (in.count() > 0) {
            now |= READABLE;
        }
        UnixDatagram p = peer;
        if (p == null || p == this || !p.in.full() || p.dead) {
            now |= WRITABLE;
        } else {
            p.block(this);
        }
        return now;
    }

    @Override
    public int available() {
        return in.firstLength();
    }

    @Override
    protected void forEachAncillary(Consumer<Ancillary> action) {
        in.forEachAncillary(action);
    }

    @Override
    protected void dropAncillary() {
        in.kill(net, true);
    }
}
