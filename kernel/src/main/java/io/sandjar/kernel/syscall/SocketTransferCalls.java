// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.MmsghdrLayout;
import io.sandjar.abi.MsghdrLayout;
import io.sandjar.abi.Net;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.UserIo;
import org.jspecify.annotations.Nullable;

/**
 * Sending and receiving. The loops here are what makes a transfer wait: a socket itself answers -EAGAIN. When a call
 * has to be given up and run again on a thread that may park, {@link Caller#progress} says how far it came.
 */
public final class SocketTransferCalls {
    private static final int IOV_MAX = 1024;
    private static final int MMSG_MAX = 1024;
    private static final int CONTROL_MAX = 65536;
    private static final long TRANSFER_MAX = 0x7ffff000L;

    /** Says that the caller is a 32-bit program: nobody here is. */
    private static final int MSG_CMSG_COMPAT = 0x80000000;

    private SocketTransferCalls() {}

    // ---- loops ----

    private static long send(
            Task t, SocketFile f, UserIo io, int flags, @Nullable Msg msg, long before, boolean nonblock) {
        Socket s = f.socket();
        long timeout = s.options.sendTimeoutNanos;
        long deadline = SocketCalls.deadline(timeout);
        long done = before;
        while (true) {
            long r = s.send(t, io, flags, msg);
            if (r >= 0) {
                done += r;
                if (io.remaining() == 0 || !s.isStream()) {
                    return done;
                }
                continue;
            }
            if (r != -EAGAIN || nonblock) {
                if (r == -EPIPE && done == 0 && s.isStream() && (flags & Net.MSG_NOSIGNAL) == 0) {
                    t.raise(Sig.SIGPIPE);
                }
                return done > 0 ? done : r;
            }
            int w = s.awaitSend(t, msg, deadline);
            if (w == Caller.BLOCK) {
                t.progress = done;
                return w;
            }
            if (w == 0 && t.signalPending()) {
                w = -ERESTARTSYS; // ready at once and yet not: no loop that a signal cannot end
            }
            if (w < 0) {
                return done > 0 ? done : SocketCalls.waitError(w, timeout != 0);
            }
        }
    }

    private static long receive(
            Task t, SocketFile f, UserIo io, int flags, @Nullable Msg msg, long before, boolean nonblock, long until) {
        Socket s = f.socket();
        long timeout = s.options.receiveTimeoutNanos;
        long deadline = Math.min(until, SocketCalls.deadline(timeout));
        boolean all = (flags & (Net.MSG_WAITALL | Net.MSG_PEEK)) == Net.MSG_WAITALL && s.isStream();
        long done = before;
        while (true) {
            long r = s.recv(t, io, flags, msg);
            if (r >= 0) {
                done += r;
                if (!all || r == 0 || io.remaining() == 0 || hasControl(msg)) {
                    return done;
                }
                continue;
            }
            if (r != -EAGAIN || nonblock) {
                return done > 0 ? done : r;
            }
            int w = s.awaitReceive(t, deadline);
            if (w == Caller.BLOCK) {
                t.progress = done;
                return w;
            }
            if (w == 0 && t.signalPending()) {
                w = -ERESTARTSYS;
            }
            if (w < 0) {
                return done > 0 ? done : SocketCalls.waitError(w, deadline != Caller.FOREVER);
            }
        }
    }

    private static boolean hasControl(@Nullable Msg msg) {
        ControlOut c = msg == null ? null : msg.control;
        return c != null && c.used() > 0;
    }

    private static boolean nonblocking(SocketFile f, int flags) {
        return (flags & (Net.MSG_DONTWAIT | Net.MSG_ERRQUEUE)) != 0 || f.nonblocking();
    }

    // ---- plain transfers ----

    @Syscall(nr = Nr.sendto)
    public static long sys_sendto(
            Task t,
            int fd,
            @As(Kind.IN) long buf,
            long len,
            @As(Kind.MSG_FLAGS) int flags,
            @As(Kind.SOCKADDR) long addr,
            @As(Kind.DEC) int addrlen) {
        if (Io.outside(buf, len < 0 ? TRANSFER_MAX : Math.min(len, TRANSFER_MAX))) {
            return -EFAULT;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        Msg msg = null;
        if (addr != 0) {
            int[] error = new int[1];
            byte[] a = SocketCalls.readAddress(t, addr, addrlen, error);
            if (a == null) {
                return error[0];
            }
            msg = new Msg();
            msg.source(a, addrlen);
        }
        UserIo io = new UserIo(t.mem(), buf, Math.clamp(len, 0L, TRANSFER_MAX));
        long before = t.progress;
        io.skip(before);
        return send(t, f, io, flags, msg, before, nonblocking(f, flags));
    }

    @Syscall(nr = Nr.recvfrom)
    public static long sys_recvfrom(
            Task t, int fd, @As(Kind.OUT) long buf, long len, @As(Kind.MSG_FLAGS) int flags, long addr, long addrlen) {
        if (Io.outside(buf, len < 0 ? TRANSFER_MAX : Math.min(len, TRANSFER_MAX))) {
            return -EFAULT;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        Msg msg = addr == 0 ? null : new Msg();
        UserIo io = new UserIo(t.mem(), buf, Math.clamp(len, 0L, TRANSFER_MAX));
        long before = t.progress;
        io.skip(before);
        long r = receive(t, f, io, flags, msg, before, nonblocking(f, flags), Caller.FOREVER);
        if (r >= 0 && msg != null) {
            long e = SocketCalls.writeAddress(t, msg.name, msg.nameLen, addr, addrlen);
            if (e < 0) {
                return e;
            }
        }
        return r;
    }

    // ---- with msghdr ----

    /** Reads an iovec: 0 or -errno. */
    private static int readPieces(Caller c, byte[] hdr, Ref<UserIo> out) {
        long count = Bytes.i64(hdr, MsghdrLayout.msg_iovlen);
        if (count < 0 || count > IOV_MAX) {
            return -EMSGSIZE;
        }
        int n = (int) count;
        byte[] v = new byte[n * 16];
        int r = c.mem().read(Bytes.i64(hdr, MsghdrLayout.msg_iov), v);
        if (r < 0) {
            return r;
        }
        long[] bases = new long[Math.max(n, 1)];
        long[] lens = new long[Math.max(n, 1)];
        long total = 0;
        for (int i = 0; i < n; i++) {
            bases[i] = Bytes.i64(v, i * 16);
            long len = Bytes.i64(v, i * 16 + 8);
            if (len < 0) {
                return -EINVAL;
            }
            lens[i] = Math.min(len, TRANSFER_MAX - total);
            total += lens[i];
        }
        out.set(new UserIo(c.mem(), bases, lens));
        return 0;
    }

    private static int readHeader(Caller c, long msg, byte[] hdr) {
        int r = c.mem().read(msg, hdr, 0, MsghdrLayout.SIZEOF);
        if (r < 0) {
            return r;
        }
        int nameLen = Bytes.i32(hdr, MsghdrLayout.msg_namelen);
        if (Bytes.i64(hdr, MsghdrLayout.msg_name) == 0) {
            Bytes.put32(hdr, MsghdrLayout.msg_namelen, 0);
        } else if (nameLen < 0) {
            return -EINVAL;
        }
        return 0;
    }

    /** One message of sendmsg or sendmmsg. {@code before}: bytes that an earlier run has sent. */
    private static long sendOne(Task t, SocketFile f, long addr, int flags, long before) {
        byte[] hdr = new byte[MsghdrLayout.SIZEOF];
        int r = readHeader(t, addr, hdr);
        if (r < 0) {
            return r;
        }
        Ref<UserIo> io = new Ref<>();
        r = readPieces(t, hdr, io);
        if (r < 0) {
            return r;
        }
        Msg msg = new Msg();
        int nameLen = Math.min(Bytes.i32(hdr, MsghdrLayout.msg_namelen), SocketCalls.ADDRESS_MAX);
        if (nameLen > 0) {
            int[] error = new int[1];
            byte[] a = SocketCalls.readAddress(t, Bytes.i64(hdr, MsghdrLayout.msg_name), nameLen, error);
            if (a == null) {
                return error[0];
            }
            msg.source(a, nameLen);
        }
        long controlLen = Bytes.i64(hdr, MsghdrLayout.msg_controllen);
        if (controlLen != 0 && before == 0) {
            if (controlLen < 0 || controlLen > CONTROL_MAX) {
                return -ENOBUFS;
            }
            byte[] control = new byte[(int) controlLen];
            r = t.mem().read(Bytes.i64(hdr, MsghdrLayout.msg_control), control);
            if (r == 0) {
                r = ControlIn.parse(t, f.socket().family(), control, msg);
            }
        }
        try {
            if (r < 0) {
                return r;
            }
            Ancillary files = msg.ancillary;
            if (files != null && files.hasFiles() && t.kernel().net.rights().tooMany(files.files().length)) {
                return -ETOOMANYREFS;
            }
            UserIo data = io.get();
            data.skip(before);
            return send(t, f, data, flags, msg, before, nonblocking(f, flags));
        } finally {
            Ancillary left = msg.ancillary;
            if (left != null) {
                for (FileDescription d : left.takeFiles()) {
                    d.release();
                }
            }
        }
    }

    @Syscall(nr = Nr.sendmsg)
    public static long sys_sendmsg(Task t, int fd, long msg, @As(Kind.MSG_FLAGS) int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return -EINVAL;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        return sendOne(t, f, msg, flags, t.progress);
    }

    @Syscall(nr = Nr.sendmmsg)
    public static long sys_sendmmsg(
            Task t, int fd, long msgvec, @As(Kind.DEC) int vlen, @As(Kind.MSG_FLAGS) int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return -EINVAL;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        int n = vlen < 0 || vlen > MMSG_MAX ? MMSG_MAX : vlen;
        int i = (int) (t.progress >>> 32);
        long before = t.progress & 0xffffffffL;
        while (i < n) {
            long at = msgvec + (long) i * MmsghdrLayout.SIZEOF;
            long r = sendOne(t, f, at, flags, before);
            if (r == Caller.BLOCK) {
                t.progress |= (long) i << 32;
                return r;
            }
            before = 0;
            if (r >= 0) {
                r = Math.min(r, t.mem().writeInt(at + MmsghdrLayout.msg_len, (int) r));
            }
            if (r < 0) {
                return i > 0 ? i : r;
            }
            i++;
        }
        return i;
    }

    /** One message of recvmsg or recvmmsg. */
    private static long receiveOne(
            Task t, SocketFile f, long addr, int flags, long before, boolean nonblock, long until) {
        byte[] hdr = new byte[MsghdrLayout.SIZEOF];
        int r = readHeader(t, addr, hdr);
        if (r < 0) {
            return r;
        }
        Ref<UserIo> io = new Ref<>();
        r = readPieces(t, hdr, io);
        if (r < 0) {
            return r;
        }
        Msg msg = new Msg();
        long controlAddress = Bytes.i64(hdr, MsghdrLayout.msg_control);
        long controlLen = Bytes.i64(hdr, MsghdrLayout.msg_controllen);
        int room = controlAddress == 0 ? 0 : (int) Math.clamp(controlLen, 0L, (long) CONTROL_MAX);
        ControlOut control = new ControlOut(room, (flags & Net.MSG_CMSG_CLOEXEC) != 0);
        msg.control = control;
        UserIo data = io.get();
        data.skip(before);
        long n = receive(t, f, data, flags, msg, before, nonblock, until);
        if (n < 0) {
            return n;
        }
        long name = Bytes.i64(hdr, MsghdrLayout.msg_name);
        if (name != 0) {
            int guestRoom = Bytes.i32(hdr, MsghdrLayout.msg_namelen);
            r = t.mem().write(name, msg.name, 0, Math.min(msg.nameLen, guestRoom));
            if (r < 0) {
                return r;
            }
            Bytes.put32(hdr, MsghdrLayout.msg_namelen, msg.nameLen);
        }
        if (control.used() > 0) {
            r = t.mem().write(controlAddress, control.bytes(), 0, control.used());
            if (r < 0) {
                return r;
            }
        }
        Bytes.put64(hdr, MsghdrLayout.msg_controllen, control.used());
        int out = msg.flags | (control.truncated() ? Net.MSG_CTRUNC : 0) | (flags & Net.MSG_CMSG_CLOEXEC);
        Bytes.put32(hdr, MsghdrLayout.msg_flags, out);
        // name, iov, iovlen and control stay as the guest has them
        r = t.mem().writeInt(addr + MsghdrLayout.msg_namelen, Bytes.i32(hdr, MsghdrLayout.msg_namelen));
        if (r == 0) {
            r = t.mem().write(addr + MsghdrLayout.msg_controllen, hdr, MsghdrLayout.msg_controllen, 12);
        }
        return r < 0 ? r : n;
    }

    @Syscall(nr = Nr.recvmsg)
    public static long sys_recvmsg(Task t, int fd, long msg, @As(Kind.MSG_FLAGS) int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return -EINVAL;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        return receiveOne(t, f, msg, flags, t.progress, nonblocking(f, flags), Caller.FOREVER);
    }

    @Syscall(nr = Nr.recvmmsg)
    public static long sys_recvmmsg(
            Task t, int fd, long msgvec, @As(Kind.DEC) int vlen, @As(Kind.MSG_FLAGS) int flags, long timeout) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return -EINVAL;
        }
        long until = Caller.FOREVER;
        if (timeout != 0) {
            byte[] ts = new byte[16];
            int r = t.mem().read(timeout, ts);
            if (r < 0) {
                return r;
            }
            long sec = Bytes.i64(ts, 0);
            long nsec = Bytes.i64(ts, 8);
            if (sec < 0 || nsec < 0 || nsec >= 1_000_000_000L) {
                return -EINVAL;
            }
            until = System.nanoTime() + Math.min(sec, 1L << 32) * 1_000_000_000L + nsec;
        }
        SocketFile f = SocketCalls.socketOf(t, fd);
        if (f == null) {
            return SocketCalls.notSocket(t, fd);
        }
        int n = vlen < 0 || vlen > MMSG_MAX ? MMSG_MAX : vlen;
        int i = (int) (t.progress >>> 32);
        long before = t.progress & 0xffffffffL;
        boolean nonblock = nonblocking(f, flags);
        while (i < n) {
            long at = msgvec + (long) i * MmsghdrLayout.SIZEOF;
            boolean now = nonblock || (i > 0 && (flags & Net.MSG_WAITFORONE) != 0);
            long r = receiveOne(t, f, at, flags & ~Net.MSG_WAITFORONE, before, now, until);
            if (r == Caller.BLOCK) {
                t.progress |= (long) i << 32;
                return r;
            }
            before = 0;
            if (r >= 0) {
                int e = t.mem().writeInt(at + MmsghdrLayout.msg_len, (int) r);
                r = e < 0 ? e : r;
            }
            if (r < 0) {
                return i > 0 ? i : r;
            }
            i++;
        }
        return i;
    }
}
