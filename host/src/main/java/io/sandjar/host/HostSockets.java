// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/**
 * Host sockets for guests that were given the host's network. All are made non-blocking and close-on-exec; addresses
 * are sockaddr bytes that the caller has checked to be internet ones. Results are values or -errno.
 */
public final class HostSockets {
    private static final int AF_UNIX = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SIOCGIFCONF = 0x8912;
    private static final int ADDRESS_MAX = 128;

    /** Where in the second scratch the length of an address lies. */
    private static final int LENGTH_AT = 256;

    /** Where msghdr, iovec and control data lie. */
    private static final int HEADER_AT = 512;

    private static final int IOV_AT = 640;
    private static final int CONTROL_AT = 1024;

    private HostSockets() {}

    /** The longest transfer of one call here. */
    public static int maxTransfer() {
        return Scratch.SIZE;
    }

    /** socket(2): for guests that were allowed the host's network. */
    public static int socket(int family, int type, int protocol) {
        return (int) Sys.call(Nr.socket, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    }

    public static int bind(int fd, byte[] addr, int len) {
        return withAddress(Nr.bind, fd, addr, len);
    }

    public static int connect(int fd, byte[] addr, int len) {
        return withAddress(Nr.connect, fd, addr, len);
    }

    /** Connects to the UNIX socket that {@code named} names (O_PATH), wherever its file lies. Needs {@link HostFiles#enterProc}. */
    public static int connectNamed(int fd, int named) {
        byte[] path = ("self/fd/" + named).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] address = new byte[2 + path.length + 1];
        address[0] = AF_UNIX;
        System.arraycopy(path, 0, address, 2, path.length);
        return withAddress(Nr.connect, fd, address, address.length);
    }

    private static int withAddress(int nr, int fd, byte[] addr, int len) {
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, addr, 0, len);
            return (int) Sys.call(nr, fd, s.address, len);
        } finally {
            s.give();
        }
    }

    public static int listen(int fd, int backlog) {
        return (int) Sys.call(Nr.listen, fd, backlog, 0);
    }

    /** accept4(2): the descriptor of the connection. */
    public static int accept(int fd) {
        return (int) Sys.call(Nr.accept4, fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0);
    }

    public static int shutdown(int fd, int how) {
        return (int) Sys.call(Nr.shutdown, fd, how, 0);
    }

    /** getsockname(2) into {@code out} (at least 128 bytes): the length of the address. */
    public static int name(int fd, byte[] out) {
        return getAddress(Nr.getsockname, fd, out);
    }

    public static int peerName(int fd, byte[] out) {
        return getAddress(Nr.getpeername, fd, out);
    }

    private static int getAddress(int nr, int fd, byte[] out) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(LENGTH_AT, ADDRESS_MAX);
            int r = (int) Sys.call(nr, fd, s.address, s.address + LENGTH_AT);
            if (r < 0) {
                return r;
            }
            int n = Math.min(s.buf.getInt(LENGTH_AT), ADDRESS_MAX);
            s.buf.get(0, out, 0, n);
            return n;
        } finally {
            s.give();
        }
    }

    public static int setOption(int fd, int level, int name, byte[] value, int len) {
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, value, 0, len);
            return (int) Sys.call(Nr.setsockopt, fd, level, name, s.address, len, 0);
        } finally {
            s.give();
        }
    }

    /** getsockopt(2): the length of the value. */
    public static int getOption(int fd, int level, int name, byte[] out, int len) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(4096, len);
            int r = (int) Sys.call(Nr.getsockopt, fd, level, name, s.address, s.address + 4096, 0);
            if (r < 0) {
                return r;
            }
            int n = Math.min(s.buf.getInt(4096), len);
            s.buf.get(0, out, 0, n);
            return n;
        } finally {
            s.give();
        }
    }

    /** sendto(2) without waiting and without SIGPIPE. {@code addrLen} 0: to the peer. */
    public static int send(int fd, byte[] data, int len, int flags, byte[] addr, int addrLen) {
        Scratch s = Scratch.take();
        Scratch a = Scratch.take();
        try {
            int n = Math.min(len, Scratch.SIZE);
            s.buf.put(0, data, 0, n);
            a.buf.put(0, addr, 0, addrLen);
            long to = addrLen == 0 ? 0 : a.address;
            return (int) Sys.call(Nr.sendto, fd, s.address, n, flags | MSG_DONTWAIT | MSG_NOSIGNAL, to, addrLen);
        } finally {
            a.give();
            s.give();
        }
    }

    /**
     * recvfrom(2) without waiting.
     *
     * @param addr gets the source (at least 128 bytes)
     * @param addrLen gets its length in {@code addrLen[0]}
     */
    public static int receive(int fd, byte[] data, int len, int flags, byte[] addr, int[] addrLen) {
        Scratch s = Scratch.take();
        Scratch a = Scratch.take();
        try {
            int n = Math.min(len, Scratch.SIZE);
            a.buf.putInt(LENGTH_AT, ADDRESS_MAX);
            int r = (int)
                    Sys.call(Nr.recvfrom, fd, s.address, n, flags | MSG_DONTWAIT, a.address, a.address + LENGTH_AT);
            if (r < 0) {
                return r;
            }
            s.buf.get(0, data, 0, Math.min(r, n));
            addrLen[0] = Math.min(a.buf.getInt(LENGTH_AT), ADDRESS_MAX);
            a.buf.get(0, addr, 0, addrLen[0]);
            return r;
        } finally {
            a.give();
            s.give();
        }
    }

    /**
     * recvmsg(2) without waiting, for datagrams whose control data somebody wants to see.
     *
     * @param addrLen gets the length of the source in {@code [0]} and of the control data in {@code [1]}
     * @return the datagram's real length
     */
    public static int receiveMessage(
            int fd, byte[] data, int len, int flags, byte[] addr, int[] addrLen, byte[] control) {
        Scratch s = Scratch.take();
        Scratch a = Scratch.take();
        try {
            int n = Math.min(len, Scratch.SIZE);
            a.buf.putLong(IOV_AT, s.address);
            a.buf.putLong(IOV_AT + 8, n);
            a.buf.putLong(HEADER_AT, a.address);
            a.buf.putInt(HEADER_AT + 8, ADDRESS_MAX);
            a.buf.putLong(HEADER_AT + 16, a.address + IOV_AT);
            a.buf.putLong(HEADER_AT + 24, 1);
            a.buf.putLong(HEADER_AT + 32, a.address + CONTROL_AT);
            a.buf.putLong(HEADER_AT + 40, control.length);
            a.buf.putInt(HEADER_AT + 48, 0);
            int r = (int) Sys.call(Nr.recvmsg, fd, a.address + HEADER_AT, flags | MSG_DONTWAIT);
            if (r < 0) {
                return r;
            }
            s.buf.get(0, data, 0, Math.min(r, n));
            addrLen[0] = Math.min(a.buf.getInt(HEADER_AT + 8), ADDRESS_MAX);
            a.buf.get(0, addr, 0, addrLen[0]);
            addrLen[1] = (int) Math.min(a.buf.getLong(HEADER_AT + 40), control.length);
            a.buf.get(CONTROL_AT, control, 0, addrLen[1]);
            return r;
        } finally {
            a.give();
            s.give();
        }
    }

    /** ioctl(2) with an int as result: FIONREAD, SIOCOUTQ. */
    public static int ioctlInt(int fd, int cmd) {
        Scratch s = Scratch.take();
        try {
            int r = (int) Sys.call(Nr.ioctl, fd, cmd, s.address);
            return r < 0 ? r : s.buf.getInt(0);
        } finally {
            s.give();
        }
    }

    /** ioctl(2) with a structure that is read and written: questions about interfaces. */
    public static int ioctl(int fd, int cmd, byte[] inOut) {
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, inOut);
            int r = (int) Sys.call(Nr.ioctl, fd, cmd, s.address);
            s.buf.get(0, inOut);
            return r;
        } finally {
            s.give();
        }
    }

    /** SIOCGIFCONF: the interfaces that have IPv4 addresses, as an array of struct ifreq; its length in bytes. */
    public static int interfaces(int fd, byte[] out) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, out.length);
            s.buf.putLong(8, s.address + 64);
            int r = (int) Sys.call(Nr.ioctl, fd, SIOCGIFCONF, s.address);
            if (r < 0) {
                return r;
            }
            int n = Math.min(s.buf.getInt(0), out.length);
            s.buf.get(64, out, 0, n);
            return n;
        } finally {
            s.give();
        }
    }
}
