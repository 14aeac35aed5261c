// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.host.Sys;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.StreamQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.KernelIo;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** AF_UNIX, SOCK_STREAM. */
final class UnixStream extends UnixConnected {
    private final StreamQueue in;

    /** Whether nothing but bytes may be sent to it: its other side is the host. */
    private boolean bytesOnly;

    UnixStream(NetStack net) {
        super(net, Net.SOCK_STREAM);
        in = new StreamQueue(net, BUFFER);
    }

    @Override
    UnixConnected another() {
        return new UnixStream(net);
    }

    @Override
    boolean hasInput() {
        return in.used() > 0;
    }

    @Override
    boolean hasRoom(UnixConnected to) {
        return ((UnixStream) to).in.hasRoom();
    }

    @Override
    void finishInput() {
        in.finish();
    }

    @Override
    int killInput() {
        return in.kill(net);
    }

    @Override
    void connected() {
        UnixConnected p = peer();
        if (p != null) {
            in.setWriter(p.waitQueue());
        }
        optionChanged(Net.SO_SNDBUF);
    }

    @Override
    protected void optionChanged(int name) {
        if (name == Net.SO_SNDBUF && peer() instanceof UnixStream p) {
            p.in.setLimit(options.sendBuffer(BUFFER));
        }
    }

    @Override
    int readable() {
        return in.used();
    }

    @Override
    int unread() {
        return peer() instanceof UnixStream p ? p.in.used() : 0;
    }

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        UnixConnected p = peer();
        if (msg != null && msg.nameLen > 0) {
            return p != null ? -EISCONN : -EOPNOTSUPP;
        }
        if ((shut() & SND) != 0) {
            return -EPIPE;
        }
        if (p == null) {
            return wasConnected() ? -EPIPE : -ENOTCONN;
        }
        if ((p.shut() & RCV) != 0) {
            return -EPIPE;
        }
        if (src.remaining() == 0) {
            return 0;
        }
        Ancillary a = outgoing(c, msg, p);
        if (a != null && a.hasFiles() && ((UnixStream) p).bytesOnly) {
            return -EPERM;
        }
        net.rights().sending(a);
        long n = ((UnixStream) p).in.put(src, a);
        if (n <= 0) {
            net.rights().notSent(a);
            return n;
        }
        if (msg != null) {
            msg.ancillary = null;
        }
        p.waitQueue().wake(READABLE);
        return n;
    }

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & Net.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        if (!wasConnected()) {
            return -EINVAL;
        }
        boolean peek = (flags & Net.MSG_PEEK) != 0;
        Ancillary got = new Ancillary();
        long n = in.take(dst, peek, 0, options.wantsSender(), got);
        if (n <= 0) {
            for (FileDescription d : got.takeFiles()) {
                net.rights().release(d);
            }
            if (n == -EAGAIN || in.used() == 0) {
                int e = takeError();
                return e != 0 ? -e : n;
            }
            return n;
        }
        incoming(c, got, msg, peek);
        return n;
    }

    // ---- sockets of the host ----

    @Override
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        int named = c.mayUseHostSockets() ? UnixNames.nameHost(c, addr, len) : -ECONNREFUSED;
        if (named < 0) {
            return super.connect(c, addr, len, nonblock, deadline);
        }
        int fd = HostRelay.connect(named, !nonblock && c.mayPark());
        Sys.close(named);
        if (fd < 0) {
            return fd == -EAGAIN && !nonblock && !c.mayPark() ? Caller.BLOCK : fd;
        }
        UnixStream far = new UnixStream(net);
        far.bytesOnly = true;
        int r = joinKernel(far, Arrays.copyOf(addr, len));
        if (r == 0) {
            HostRelay.start(far, net.poller(), fd);
        } else {
            HostRelay.giveUp(fd);
        }
        return r;
    }

    /** Of the kernel's own end: what the guest has sent. Bytes, 0 at the end, -EAGAIN. */
    int takeBytes(byte[] to) {
        return (int) in.take(new KernelIo(to, 0, to.length), false, 0, false, null);
    }

    /** How much the guest's end has room for. */
    int roomOfPeer() {
        return peer() instanceof UnixStream p && (p.shut() & RCV) == 0 ? p.in.limit() - p.in.used() : 0;
    }

    /** Gives bytes to the guest's end, which has room. */
    void giveBytes(byte[] from, int n) {
        if (peer() instanceof UnixStream p) {
            p.in.put(new KernelIo(from, 0, n), null);
            p.waitQueue().wake(READABLE);
        }
    }

    @Override
    protected void forEachAncillary(Consumer<Ancillary> action) {
        super.forEachAncillary(action);
        in.forEachAncillary(action);
    }

    @Override
    protected void dropAncillary() {
        super.dropAncillary();
        in.kill(net);
    }
}
