// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Tty;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.net.host.HostInterfaces;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a socket of any family can do (socket(7)). Addresses are the guest's sockaddr bytes. Transfers never block: they
 * answer -EAGAIN where Linux would wait, and the calls wait with {@link #awaitReceive} and {@link #awaitSend}.
 */
public abstract class Socket implements Pollable {
    /** Bits of readiness, as poll(2) tells them together. */
    protected static final int READABLE = Poll.POLLIN | Poll.POLLRDNORM;

    protected static final int WRITABLE = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;

    /** Bits of {@link #shutdown}: no more is received, no more is sent. */
    protected static final int RCV = 1;

    protected static final int SND = 2;

    protected final NetStack net;
    protected final WaitQueue queue = new WaitQueue();
    private final int family;
    private final int type;
    private final int protocol;

    /** Number of its inode; also told by SO_COOKIE. */
    private final long ino;

    /** Pending error for SO_ERROR and the next call; a positive errno. */
    protected volatile int error;

    /** When the last packet came that was received (SIOCGSTAMP); 0 for none, CLOCK_REALTIME. */
    protected volatile long lastTimeNanos;

    /** Packets that found no room (SO_RXQ_OVFL). */
    protected volatile int dropped;

    /** Options of SOL_SOCKET. */
    public final SocketOptions options;

    /** Effective user and group of the creator: owner of the inode. */
    private int uid;

    private int gid;

    private volatile int permissions = 0777;

    protected Socket(NetStack net, int family, int type, int protocol) {
        this.net = net;
        this.family = family;
        this.type = type;
        this.protocol = protocol;
        this.ino = net.nextIno();
        this.options = new SocketOptions();
    }

    public final NetStack net() {
        return net;
    }

    public final int family() {
        return family;
    }

    /** SOCK_STREAM and so on. */
    public final int type() {
        return type;
    }

    public final int protocol() {
        return protocol;
    }

    public final long ino() {
        return ino;
    }

    public final int uid() {
        return uid;
    }

    public final int gid() {
        return gid;
    }

    /** Permission bits of its nameless file, and of the one that bind(2) makes. */
    public final int permissions() {
        return permissions;
    }

    final void setPermissions(int bits) {
        permissions = bits;
    }

    public final void setOwner(int ownerUid, int ownerGid) {
        uid = ownerUid;
        gid = ownerGid;
    }

    /** Whether bytes have no boundaries, so that a blocking send goes on until all are sent. */
    public final boolean isStream() {
        return type == Net.SOCK_STREAM;
    }

    @Override
    public final WaitQueue waitQueue() {
        return queue;
    }

    // ---- life ----

    public int bind(Caller c, byte[] addr, int len) {
        return -EOPNOTSUPP;
    }

    public int listen(Caller c, int backlog) {
        return -EOPNOTSUPP;
    }

    /**
     * Connects, waiting where needed unless {@code nonblock}.
     *
     * @return 0, -EINPROGRESS, -errno, or {@link Caller#BLOCK}: to be called again with the same arguments
     */
    public int connect(Caller c, byte[] addr, int len, boolean nonblock, long deadline) {
        return -EOPNOTSUPP;
    }

    /** Takes a connection that waits; -EAGAIN when there is none. */
    public int accept(Caller c, Ref<Socket> out) {
        return -EOPNOTSUPP;
    }

    public int shutdown(Caller c, int how) {
        return -EOPNOTSUPP;
    }

    /** The last descriptor is gone. */
    public abstract void close();

    // ---- transfer ----

    /**
     * Sends.
     *
     * @param flags MSG_*
     * @param msg destination and control data; null for none
     * @return bytes taken, -EAGAIN, or -errno; on -EPIPE the caller raises SIGPIPE
     */
    public abstract long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg);

    /**
     * Receives.
     *
     * @param msg gets source, control data and flags; null where nobody asks
     * @return bytes, or with MSG_TRUNC the real length of a datagram; 0 at the end; -EAGAIN or -errno
     */
    public abstract long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg);

    /** Waits until a receive is worth trying again; see {@link Caller#await}. */
    public int awaitReceive(Caller c, long deadline) {
        return c.waitFor(this, Poll.POLLIN | Poll.POLLRDHUP, deadline);
    }

    public int awaitSend(Caller c, @Nullable Msg msg, long deadline) {
        return c.waitFor(this, Poll.POLLOUT, deadline);
    }

    // ---- names and options ----

    /** Own address into {@code out}: its length or -errno. */
    public abstract int name(byte[] out);

    /** Address of the peer; -ENOTCONN without. */
    public int peerName(byte[] out) {
        return -ENOTCONN;
    }

    /** Sets an option. {@code len} bytes of {@code value} are there. */
    public final int setsockopt(Caller c, int level, int name, byte[] value, int len) {
        if (level == Net.SOL_SOCKET) {
            int r = setSocketOption(c, name, value, len);
            r = r != NOT_MINE ? r : options.set(c, this, name, value, len);
            if (r == 0) {
                optionChanged(name);
            }
            return r;
        }
        return setOption(c, level, name, value, len);
    }

    /** Gets an option: its length (at most {@code len}, which is what the guest has room for) or -errno. */
    public final int getsockopt(Caller c, int level, int name, byte[] out, int len) {
        if (level == Net.SOL_SOCKET) {
            int r = getSocketOption(c, name, out, len);
            return r != -ENOPROTOOPT ? r : options.get(this, name, out, len);
        }
        return getOption(c, level, name, out, len);
    }

    /** A SOL_SOCKET option was set. */
    protected void optionChanged(int name) {}

    /** What {@link #setSocketOption} answers for an option that is handled alike in all families. */
    protected static final int NOT_MINE = 1;

    /** SOL_SOCKET options whose setting depends on the family. */
    protected int setSocketOption(Caller c, int name, byte[] value, int len) {
        return NOT_MINE;
    }

    /** SOL_SOCKET options that depend on the family. */
    protected int getSocketOption(Caller c, int name, byte[] out, int len) {
        return -ENOPROTOOPT;
    }

    protected int setOption(Caller c, int level, int name, byte[] value, int len) {
        return -EOPNOTSUPP;
    }

    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        return -EOPNOTSUPP;
    }

    /** Takes the pending error: 0 or a positive errno. */
    public int takeError() {
        int e = error;
        if (e != 0) {
            error = 0;
        }
        return e;
    }

    /** No error is pending any more. */
    public final void forgetError() {
        error = 0;
    }

    /** Memory of this socket that a guest may map: a host descriptor or -errno. */
    public int mapFd() {
        return -ENODEV;
    }

    /** Calls {@code action} for the control data in the queues of this socket (unix sockets only). */
    protected void forEachAncillary(java.util.function.Consumer<Ancillary> action) {}

    /** Releases the control data in the queues; nobody can receive it. */
    protected void dropAncillary() {}

    /** Whether it has a peer. */
    public boolean isConnected() {
        return false;
    }

    public boolean listening() {
        return false;
    }

    /** Bytes that a receive would give now (FIONREAD). */
    public int available() {
        return 0;
    }

    /** Bytes that were sent and not yet received (SIOCOUTQ). */
    public int unsent() {
        return 0;
    }

    /** Whether the next byte is the urgent one. */
    public boolean atMark() {
        return false;
    }

    public long ioctl(Caller c, int cmd, long arg) {
        switch (cmd) {
            case Ioctl.FIONREAD:
                if (listening()) {
                    return -EINVAL;
                }
                return c.mem().writeInt(arg, available());
            case Tty.TIOCOUTQ:
                if (listening()) {
                    return -EINVAL;
                }
                return c.mem().writeInt(arg, unsent());
            case Ioctl.SIOCATMARK:
                return c.mem().writeInt(arg, atMark() ? 1 : 0);
            case Ioctl.SIOCGSTAMP:
            case Ioctl.SIOCGSTAMPNS:
                return lastTime(c, arg, cmd == Ioctl.SIOCGSTAMPNS);
            default:
                return net.hostNetwork()
                        ? HostInterfaces.ioctl(c, cmd, arg)
                        : net.interfaces().ioctl(c, cmd, arg, c.creds().has(net.owner(), Cap.CAP_NET_ADMIN));
        }
    }

    private long lastTime(Caller c, long arg, boolean nanos) {
        long t = lastTimeNanos;
        if (t == 0) {
            return -ENOENT;
        }
        byte[] b = new byte[16];
        io.sandjar.abi.Bytes.put64(b, 0, t / 1_000_000_000L);
        io.sandjar.abi.Bytes.put64(b, 8, nanos ? t % 1_000_000_000L : t % 1_000_000_000L / 1000);
        return c.mem().write(arg, b);
    }

    /** Of a listener, the connections that nobody has accepted yet. */
    protected void listWaiting(ArrayList<SocketInfo> into) {}

    /** A line of /proc/net/tcp, udp, unix, ...; null for none. */
    public @Nullable SocketInfo info() {
        return null;
    }
}
