// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** AF_UNIX, SOCK_SEQPACKET. */
final class UnixSeqpacket extends UnixConnected {
    private static final byte[] NO_SOURCE = {};

    private final RecordQueue in;

    UnixSeqpacket(NetStack net) {
        super(net, Net.SOCK_SEQPACKET);
        in = new RecordQueue(net, BUFFER, Integer.MAX_VALUE);
    }

    @Override
    UnixConnected another() {
        return new UnixSeqpacket(net);
    }

    @Override
    boolean hasInput() {
        return in.count() > 0;
    }

    @Override
    boolean hasRoom(UnixConnected to) {
        return ((UnixSeqpacket) to).in.hasRoom();
    }

    @Override
    void finishInput() {
        in.finish();
    }

    @Override
    int killInput() {
        return in.kill(net, true);
    }

    @Override
    void connected() {
        UnixConnected p = peer();
        if (p != null) {
            in.setOnRoom(() -> p.waitQueue().wake(WRITABLE));
        }
        optionChanged(Net.SO_SNDBUF);
    }

    @Override
    protected void optionChanged(int name) {
        if (name == Net.SO_SNDBUF && peer() instanceof UnixSeqpacket p) {
            p.in.setLimit(options.sendBuffer(BUFFER));
        }
    }

    @Override
    int readable() {
        return in.firstLength();
    }

    @Override
    int unread() {
        return peer() instanceof UnixSeqpacket p ? p.in.bytes() : 0;
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        UnixConnected p = peer();
        int e = takeError();
        if (e != 0) {
            return -e;
        }
        if (!wasConnected()) {
            return -ENOTCONN;
        }
        if (p == null || (shut() & SND) != 0 || (p.shut() & RCV) != 0) {
            return -EPIPE;
        }
        if (src.remaining() > options.sendBuffer(BUFFER) - 32) {
            return -EMSGSIZE;
        }
        UnixSeqpacket to = (UnixSeqpacket) p;
        if (to.in.full()) {
            return -EAGAIN;
        }
        Ref<byte[]> data = new Ref<>();
        int r = src.getAll(data);
        if (r < 0) {
            return r;
        }
        Ancillary a = outgoing(c, msg, p);
        net.rights().sending(a);
        r = to.in.put(new RecordQueue.Rec(data.get(), NO_SOURCE, a, null, 0));
        if (r < 0) {
            net.rights().notSent(a);
            return r; // the data was copied for nothing, but nobody saw it
        }
        if (msg != null) {
            msg.ancillary = null;
        }
        p.waitQueue().wake(READABLE);
        return data.get().length;
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        if (!wasConnected()) {
            return -ENOTCONN;
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
            msg.flags |= n < rec.data.length ? Net.MSG_TRUNC : 0;
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    @Override
    protected void forEachAncillary(Consumer<Ancillary> action) {
        super.forEachAncillary(action);
        in.forEachAncillary(action);
    }

    @Override
    protected void dropAncillary() {
        super.dropAncillary();
        in.kill(net, true);
    }
}
