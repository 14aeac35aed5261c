// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.UcredLayout;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What unix sockets of all types share: names, credentials, control data (unix(7)). */
public abstract class UnixSocket extends Socket {
    /** net.core.wmem_default. */
    static final int BUFFER = 212992;

    private static final int SCM_PIDFD = 4;

    /** The user id for a sender that cannot be named. */
    static final int NOBODY = 65534;

    private volatile byte @Nullable [] name;

    /** The inode that a path was bound to. */
    volatile @Nullable Inode boundInode;

    /** SO_PEERCRED; the pid is global, 0 for none. */
    volatile int peerPid;

    volatile int peerUid = -1;
    volatile int peerGid = -1;
    private volatile int[] peerGroups = {};

    protected UnixSocket(NetStack net, int type) {
        super(net, Net.AF_UNIX, type, 0);
    }

    public static int create(NetStack net, int type, int protocol, Ref<Socket> out) {
        if (protocol != 0 && protocol != Net.AF_UNIX) {
            return -EPROTONOSUPPORT;
        }
        switch (type) {
            case Net.SOCK_STREAM -> out.set(new UnixStream(net));
            case Net.SOCK_SEQPACKET -> out.set(new UnixSeqpacket(net));
            case Net.SOCK_DGRAM, Net.SOCK_RAW -> out.set(new UnixDatagram(net));
            default -> {
                return -ESOCKTNOSUPPORT;
            }
        }
        return 0;
    }

    /** Connects two fresh sockets of one type (socketpair(2)). */
    public static void pair(Caller c, UnixSocket a, UnixSocket b) {
        a.setPeerCreds(c);
        b.setPeerCreds(c);
        if (a instanceof UnixConnected x && b instanceof UnixConnected y) {
            UnixConnected.join(x, y);
        } else if (a instanceof UnixDatagram x && b instanceof UnixDatagram y) {
            UnixDatagram.join(x, y);
        }
    }

    final void setPeerCreds(Caller c) {
        peerPid = c.globalPid();
        peerUid = c.creds().euid();
        peerGid = c.creds().egid();
        peerGroups = c.creds().groups();
    }

    final void setPeerCreds(UnixSocket from) {
        peerPid = from.peerPid;
        peerUid = from.peerUid;
        peerGid = from.peerGid;
        peerGroups = from.peerGroups;
    }

    // ---- names ----

    final byte[] nameOrNone() {
        byte[] n = name;
        return n != null ? n : UnixNames.unnamed();
    }

    final boolean bound() {
        return name != null;
    }

    final void nameAs(byte[] address) {
        name = address;
    }

    /** Takes over the listener's name. */
    final void nameAs(UnixSocket listener) {
        name = listener.name;
    }

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        if (len < 2 || len > 110 || Bytes.u16(addr, 0) != Net.AF_UNIX) {
            return -EINVAL;
        }
        if (name != null) {
            return len == 2 ? 0 : -EINVAL;
        }
        Ref<byte[]> as = new Ref<>();
        int r = net.unixNames().bind(c, this, addr, len, as);
        if (r == 0) {
            name = as.get();
        }
        return r;
    }

    /** Binds to a name of the kernel's choice where SO_PASSCRED asks for one. */
    final void bindForCreds(Caller c) {
        if (options.wantsSender() && name == null) {
            bind(c, UnixNames.unnamed(), 2);
        }
    }

    /** Gives the name back. With the network's lock held. */
    final void unbind() {
        byte[] n = name;
        if (n != null) {
            net.unixNames().forget(this, n);
        }
    }

    @Override
    public int name(byte[] out) {
        byte[] n = nameOrNone();
        System.arraycopy(n, 0, out, 0, n.length);
        return n.length;
    }

    abstract @Nullable UnixSocket peer();

    @Override
    public int peerName(byte[] out) {
        UnixSocket p = peer();
        if (p == null) {
            return -ENOTCONN;
        }
        return p.name(out);
    }

    // ---- control data ----

    /** What goes with a message from this socket: credentials are added where the receiver wants them. */
    final @Nullable Ancillary outgoing(Caller c, @Nullable Msg msg, UnixSocket to) {
        Ancillary a = msg == null ? null : msg.ancillary;
        if ((a == null || !a.creds) && (options.wantsSender() || to.options.wantsSender())) {
            if (a == null) {
                a = new Ancillary();
            }
            a.setCreds(c.globalPid(), c.creds().uid(), c.creds().gid());
        }
        return a;
    }

    /** Writes received control data where the guest wants it. {@code got} is null for none. */
    final void incoming(Caller c, @Nullable Ancillary got, @Nullable Msg msg, boolean peek) {
        ControlOut out = msg == null ? null : msg.control;
        if (options.passCred && out != null) {
            byte[] b = new byte[UcredLayout.SIZEOF];
            Ancillary from = got != null && got.creds ? got : null;
            Bytes.put32(b, UcredLayout.pid, from != null ? c.localPid(from.pid) : 0);
            Bytes.put32(b, UcredLayout.uid, from != null ? c.creds().userNs().shownUid(from.uid) : NOBODY);
            Bytes.put32(b, UcredLayout.gid, from != null ? c.creds().userNs().shownGid(from.gid) : NOBODY);
            out.put(Net.SOL_SOCKET, Net.SCM_CREDENTIALS, b, b.length);
        }
        if (options.passPidfd && out != null && got != null && got.creds) {
            out.putInt(Net.SOL_SOCKET, SCM_PIDFD, c.openPidfd(got.pid));
        }
        if (got == null || !got.hasFiles()) {
            return;
        }
        FileDescription[] files = got.takeFiles();
        net.rights().received(files, peek);
        if (out != null) {
            out.putRights(c, net, files);
            return;
        }
        for (FileDescription d : files) {
            net.rights().release(d);
        }
    }

    // ---- options ----

    @Override
    protected int getSocketOption(Caller c, int opt, byte[] out, int len) {
        if (opt == Net.SO_PEERCRED) {
            Bytes.put32(out, UcredLayout.pid, c.localPid(peerPid));
            Bytes.put32(
                    out,
                    UcredLayout.uid,
                    peerUid == NOBODY ? NOBODY : c.creds().userNs().shownUid(peerUid));
            Bytes.put32(
                    out,
                    UcredLayout.gid,
                    peerGid == NOBODY ? NOBODY : c.creds().userNs().shownGid(peerGid));
            return Math.min(len, UcredLayout.SIZEOF);
        }
        if (opt == Net.SO_PEERPIDFD) {
            int fd = peerPid == 0 ? -ENODATA : c.openPidfd(peerPid);
            Bytes.put32(out, 0, fd);
            return fd < 0 ? fd : Math.min(len, 4);
        }
        if (opt == Net.SO_PEERGROUPS) {
            int[] g = peerGroups;
            if (peerUid == -1) {
                return -ENODATA;
            }
            if (len < g.length * 4) {
                return -ERANGE;
            }
            for (int i = 0; i < g.length; i++) {
                Bytes.put32(out, i * 4, c.creds().userNs().shownGid(g[i]));
            }
            return g.length * 4;
        }
        return -ENOPROTOOPT;
    }

    /** State for /proc/net/unix: SS_UNCONNECTED, SS_CONNECTING or SS_CONNECTED. */
    abstract int state();

    /** Whether somebody has, or had, a descriptor of it. */
    boolean accepted() {
        return true;
    }

    @Override
    public SocketInfo info() {
        byte[] n = name;
        byte[] shown = n == null ? new byte[0] : Arrays.copyOfRange(n, 2, n.length);
        if (shown.length > 0 && shown[0] == 0) {
            for (int i = 0; i < shown.length; i++) {
                shown[i] = shown[i] == 0 ? (byte) '@' : shown[i];
            }
        } else if (shown.length > 0) {
            shown = Arrays.copyOf(shown, shown.length - 1);
        }
        byte[] none = new byte[0];
        UnixSocket p = peer();
        return new SocketInfo(
                "unix",
                shown,
                0,
                none,
                p != null && p.accepted() ? (int) p.ino() : 0,
                state(),
                type(),
                unsent(),
                available(),
                uid(),
                accepted() ? ino() : 0,
                ino(),
                listening(),
                SocketInfo.Timer.NONE);
    }
}
