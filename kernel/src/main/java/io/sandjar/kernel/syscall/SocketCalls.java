// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import org.jspecify.annotations.Nullable;

/** Sockets from their making to their names and options; the transfers are in {@link SocketTransferCalls}. */
public final class SocketCalls {
    /** sizeof(struct sockaddr_storage): the longest address. */
    static final int ADDRESS_MAX = 128;

    private static final int OPTION_MAX = 4096;

    /** The longest list of senders to a group with what stands before it (struct group_filter). */
    private static final int LIST_MAX = 144 + 64 * 128;

    private SocketCalls() {}

    /** The socket of a descriptor; null when there is none, see {@link #notSocket}. */
    static @Nullable SocketFile socketOf(Task t, int fd) {
        return t.fget(fd) instanceof SocketFile f ? f : null;
    }

    /** Why {@link #socketOf} was null. */
    static int notSocket(Task t, int fd) {
        FileDescription d = t.fget(fd);
        return d == null || (d.flags() & O.O_PATH) != 0 ? -EBADF : -ENOTSOCK;
    }

    /** When a wait of {@code timeoutNanos} (0 for none) ends. */
    static long deadline(long timeoutNanos) {
        return timeoutNanos == 0 ? Caller.FOREVER : System.nanoTime() + timeoutNanos;
    }

    /** What a call answers when its wait ended without success. */
    static int waitError(int waited, boolean hasTimeout) {
        if (waited == -ETIMEDOUT) {
            return -EAGAIN;
        }
        return waited == -ERESTARTSYS && hasTimeout ? -EINTR : waited;
    }

    /** Copies an address in: its bytes, at least ADDRESS_MAX of them, or null with the errno in {@code error[0]}. */
    static byte @Nullable [] readAddress(Caller c, long addr, int len, int[] error) {
        if (len < 0 || len > ADDRESS_MAX) {
            error[0] = -EINVAL;
            return null;
        }
        byte[] b = new byte[ADDRESS_MAX];
        int r = c.mem().read(addr, b, 0, len);
        if (r < 0) {
            error[0] = r;
            return null;
        }
        return b;
    }

    /** Gives an address back in the manner of accept(2): cut to the guest's room, with its real length. */
    static long writeAddress(Caller c, byte[] name, int len, long addr, long addrLen) {
        int[] room = new int[1];
        int r = c.mem().readInt(addrLen, room);
        if (r < 0) {
            return r;
        }
        if (room[0] < 0) {
            return -EINVAL;
        }
        r = c.mem().write(addr, name, 0, Math.min(room[0], len));
        return r < 0 ? r : c.mem().writeInt(addrLen, len);
    }

    private static long install(Task t, Socket s, int flags) {
        SocketFile f = new SocketFile(s, (flags & Net.SOCK_NONBLOCK) != 0 ? O.O_NONBLOCK : 0);
        int fd = t.fds().install(f, (flags & Net.SOCK_CLOEXEC) != 0, 0, t.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }

    @Syscall(
            nr = Nr.socket,
            note =
                    "AF_UNIX, AF_INET, AF_INET6 (TCP and UDP), AF_NETLINK (route, uevents, sock_diag); raw sockets and AF_PACKET with --net-raw")
    public static long sys_socket(
            Task t, @As(Kind.SOCK_FAMILY) int family, @As(Kind.SOCK_TYPE) int type, int protocol) {
        int flags = type & ~Net.SOCK_TYPE_MASK;
        if ((flags & ~(Net.SOCK_NONBLOCK | Net.SOCK_CLOEXEC)) != 0) {
            return -EINVAL;
        }
        Ref<Socket> s = new Ref<>();
        int r = t.namespaces().net.create(t, family, type & Net.SOCK_TYPE_MASK, protocol, s);
        return r < 0 ? r : install(t, s.get(), flags);
    }

    @Syscall(nr = Nr.socketpair)
    public static long sys_socketpair(
            Task t, @As(Kind.SOCK_FAMILY) int family, @As(Kind.SOCK_TYPE) int type, int protocol, long sv) {
        int flags = type & ~Net.SOCK_TYPE_MASK;
        if ((flags & ~(Net.SOCK_NONBLOCK | Net.SOCK_CLOEXEC)) != 0) {
            return -EINVAL;
        }
        int e = t.mem().write(sv, new byte[8]);
        if (e < 0) {
            return e;
        }
        Ref<Socket> a = new Ref<>();
        Ref<Socket> b = new Ref<>();
        int r = t.namespaces().net.createPair(t, family, type & Net.SOCK_TYPE_MASK, protocol, a, b);
        if (r < 0) {
            return r;
        }
        long fa = install(t, a.get(), flags);
        if (fa < 0) {
            b.get().close();
            return fa;
        }
        long fb = install(t, b.get(), flags);
        if (fb < 0) {
            t.fds().close(t, (int) fa);
            return fb;
        }
        byte[] out = new byte[8];
        Bytes.put32(out, 0, (int) fa);
        Bytes.put32(out, 4, (int) fb);
        r = t.mem().write(sv, out);
        if (r < 0) {
            t.fds().close(t, (int) fa);
            t.fds().close(t, (int) fb);
        }
        return r;
    }

    @Syscall(nr = Nr.bind)
    public static long sys_bind(Task t, int fd, @As(Kind.SOCKADDR) long addr, @As(Kind.DEC) int addrlen) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        int[] error = new int[1];
        byte[] a = readAddress(t, addr, addrlen, error);
        return a == null ? error[0] : f.socket().bind(t, a, addrlen);
    }

    @Syscall(nr = Nr.listen)
    public static long sys_listen(Task t, int fd, int backlog) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        int max = t.namespaces().net.settings().backlogMax();
        int b = backlog < 0 || backlog > max ? max : backlog;
        return f.socket().listen(t, b);
    }

    @Syscall(nr = Nr.connect)
    public static long sys_connect(Task t, int fd, @As(Kind.SOCKADDR) long addr, @As(Kind.DEC) int addrlen) {
        SocketFile f = socketOf(t, fd);
        int none = f == null ? notSocket(t, fd) : 0;
        if (none == -EBADF) {
            return none;
        }
        int[] error = new int[1];
        byte[] a = readAddress(t, addr, addrlen, error);
        if (f == null || a == null) { // a bad address counts before a file that is no socket
            return a == null ? error[0] : none;
        }
        Socket s = f.socket();
        long timeout = s.options.sendTimeoutNanos;
        int r = s.connect(t, a, addrlen, f.nonblocking(), deadline(timeout));
        if (r == -ETIMEDOUT && timeout != 0) {
            return s.isStream() && s.family() != Net.AF_UNIX ? -EINPROGRESS : -EAGAIN;
        }
        return r == -ERESTARTSYS ? waitError(r, timeout != 0) : r;
    }

    @Syscall(nr = Nr.accept)
    public static long sys_accept(Task t, int fd, long addr, long addrlen) {
        return sys_accept4(t, fd, addr, addrlen, 0);
    }

    @Syscall(nr = Nr.accept4)
    public static long sys_accept4(Task t, int fd, long addr, long addrlen, @As(Kind.SOCK_TYPE) int flags) {
        if ((flags & ~(Net.SOCK_NONBLOCK | Net.SOCK_CLOEXEC)) != 0) {
            return -EINVAL;
        }
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        if (t.fds().count() >= t.rlimit(Rlimit.RLIMIT_NOFILE)) {
            return -EMFILE;
        }
        Socket s = f.socket();
        long timeout = s.options.receiveTimeoutNanos;
        long deadline = deadline(timeout);
        Ref<Socket> got = new Ref<>();
        while (true) {
            int r = s.accept(t, got);
            if (r == 0) {
                break;
            }
            if (r != -EAGAIN || f.nonblocking()) {
                return r;
            }
            int w = s.awaitReceive(t, deadline);
            if (w < 0) {
                return waitError(w, timeout != 0);
            }
        }
        Socket n = got.get();
        n.setOwner(t.creds().euid(), t.creds().egid());
        long newFd = install(t, n, flags);
        if (newFd >= 0 && addr != 0) {
            byte[] name = new byte[ADDRESS_MAX];
            int len = n.peerName(name);
            long r = writeAddress(t, name, Math.max(len, 0), addr, addrlen);
            if (r < 0) {
                t.fds().close(t, (int) newFd);
                return r;
            }
        }
        return newFd;
    }

    @Syscall(nr = Nr.getsockname)
    public static long sys_getsockname(Task t, int fd, long addr, long addrlen) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        byte[] name = new byte[ADDRESS_MAX];
        int len = f.socket().name(name);
        return len < 0 ? len : writeAddress(t, name, len, addr, addrlen);
    }

    @Syscall(nr = Nr.getpeername)
    public static long sys_getpeername(Task t, int fd, long addr, long addrlen) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        byte[] name = new byte[ADDRESS_MAX];
        int len = f.socket().peerName(name);
        return len < 0 ? len : writeAddress(t, name, len, addr, addrlen);
    }

    @Syscall(nr = Nr.shutdown)
    public static long sys_shutdown(Task t, int fd, int how) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        return how < 0 || how > Net.SHUT_RDWR ? -EINVAL : f.socket().shutdown(t, how);
    }

    @Syscall(nr = Nr.setsockopt)
    public static long sys_setsockopt(
            Task t, int fd, int level, int optname, @As(Kind.IN) long optval, @As(Kind.DEC) int optlen) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        if (optlen < 0) {
            return -EINVAL;
        }
        int len = Math.min(optlen, LIST_MAX);
        byte[] v = new byte[Math.max(len, 64)];
        int r = t.mem().read(optval, v, 0, len);
        return r < 0 ? r : f.socket().setsockopt(t, level, optname, v, len);
    }

    /** Whether an option tells whose datagrams are wanted of a group that is named with the question. */
    private static boolean isFilter(int level, int name) {
        return level == Net.SOL_IP
                ? name == Net.IP_MSFILTER || name == Net.MCAST_MSFILTER
                : level == Net.SOL_IPV6 && name == Net.MCAST_MSFILTER;
    }

    @Syscall(nr = Nr.getsockopt)
    public static long sys_getsockopt(Task t, int fd, int level, int optname, long optval, long optlen) {
        SocketFile f = socketOf(t, fd);
        if (f == null) {
            return notSocket(t, fd);
        }
        int[] len = new int[1];
        int r = t.mem().readInt(optlen, len);
        if (r < 0) {
            return r;
        }
        if (len[0] < 0) {
            return -EINVAL;
        }
        boolean filter = isFilter(level, optname);
        byte[] out = new byte[filter ? LIST_MAX : OPTION_MAX];
        if (filter || level == Net.SOL_PACKET) { // asks with what is there, as does PACKET_HDRLEN
            r = t.mem().read(optval, out, 0, Math.min(len[0], filter ? LIST_MAX : 4));
            if (r < 0) {
                return r;
            }
        }
        int n = f.socket().getsockopt(t, level, optname, out, Math.min(len[0], out.length));
        if (n < 0) {
            return n;
        }
        r = t.mem().write(optval, out, 0, n);
        return r < 0 ? r : t.mem().writeInt(optlen, n);
    }
}
