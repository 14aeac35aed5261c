// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/**
 * IPv4 sockets that wait, for threads of their own: they may belong to another network namespace (see
 * {@link Netns#socket}), which Java's own sockets cannot. Addresses are numbers, ports too. Results are values or -errno.
 */
public final class WaitingSockets {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;

    private static final int AF_INET = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int EINTR = 4;

    /** Where in the second scratch the length of an address lies. */
    private static final int LENGTH_AT = 64;

    private WaitingSockets() {}

    /** A socket of this process's namespace, or of a named one. */
    public static int socket(@org.jspecify.annotations.Nullable String netns, int type) {
        return netns == null
                ? (int) Sys.call(Nr.socket, AF_INET, type | SOCK_CLOEXEC, 0)
                : Netns.socket(netns, AF_INET, type, 0);
    }

    /** Binds and, if it is a stream, listens. */
    public static int listen(int fd, long address, int port, int type) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(32, 1);
            Sys.call(Nr.setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, s.address + 32, 4, 0);
            fill(s, address, port);
            int r = (int) Sys.call(Nr.bind, fd, s.address, 16);
            return r < 0 || type != STREAM ? r : (int) Sys.call(Nr.listen, fd, 128, 0);
        } finally {
            s.give();
        }
    }

    private static void fill(Scratch s, long address, int port) {
        s.buf.putShort(0, (short) AF_INET);
        s.buf.putShort(2, Short.reverseBytes((short) port));
        s.buf.putInt(4, Integer.reverseBytes((int) address));
        s.buf.putLong(8, 0);
    }

    /** How long reads, writes and connects wait at most; 0: for ever. */
    public static void timeouts(int fd, long readMillis, long writeMillis) {
        Scratch s = Scratch.take();
        try {
            option(s, fd, SO_RCVTIMEO, readMillis);
            option(s, fd, SO_SNDTIMEO, writeMillis);
        } finally {
            s.give();
        }
    }

    private static void option(Scratch s, int fd, int name, long millis) {
        s.buf.putLong(0, millis / 1000);
        s.buf.putLong(8, millis % 1000 * 1000);
        Sys.call(Nr.setsockopt, fd, SOL_SOCKET, name, s.address, 16, 0);
    }

    /** Connects; waits as long as the write timeout allows (-EINPROGRESS then). */
    public static int connect(int fd, long address, int port) {
        Scratch s = Scratch.take();
        try {
            fill(s, address, port);
            return (int) Sys.call(Nr.connect, fd, s.address, 16);
        } finally {
            s.give();
        }
    }

    /** Waits for a connection. */
    public static int accept(int fd) {
        int r;
        do {
            r = (int) Sys.call(Nr.accept4, fd, 0, 0, SOCK_CLOEXEC, 0, 0);
        } while (r == -EINTR);
        return r;
    }

    /** 0: no more reading, 1: no more writing, 2: both. Wakes threads that wait there. */
    public static void shutdown(int fd, int how) {
        Sys.call(Nr.shutdown, fd, how, 0);
    }

    /** Sends all bytes of a stream, or one datagram; 0 or -errno. */
    public static int sendAll(int fd, byte[] data, int len) {
        return send(fd, data, len, 0, 0);
    }

    /** Sends a datagram to an address. */
    public static int sendTo(int fd, byte[] data, int len, long address, int port) {
        return send(fd, data, len, address, port);
    }

    private static int send(int fd, byte[] data, int len, long address, int port) {
        Scratch s = Scratch.take();
        Scratch a = Scratch.take();
        try {
            fill(a, address, port);
            s.buf.put(0, data, 0, len);
            int done = 0;
            do {
                boolean named = port != 0;
                int r = (int) Sys.call(
                        Nr.sendto,
                        fd,
                        s.address + done,
                        len - done,
                        MSG_NOSIGNAL,
                        named ? a.address : 0,
                        named ? 16 : 0);
                if (r < 0 && r != -EINTR) {
                    return r;
                }
                done += Math.max(r, 0);
            } while (done < len);
            return 0;
        } finally {
            a.give();
            s.give();
        }
    }

    /** Reads from a stream or a connected datagram socket: bytes, 0 at the end of a stream. */
    public static int receive(int fd, byte[] data) {
        int r;
        do {
            r = (int) Sys.read(fd, data, 0, data.length, -1);
        } while (r == -EINTR);
        return r;
    }

    /** Waits for a datagram; {@code from} gets address and port of the sender. */
    public static int receiveFrom(int fd, byte[] data, long[] from) {
        Scratch s = Scratch.take();
        Scratch a = Scratch.take();
        try {
            int r;
            int room = Math.min(data.length, Scratch.SIZE);
            do {
                a.buf.putInt(LENGTH_AT, 16);
                r = (int) Sys.call(Nr.recvfrom, fd, s.address, room, 0, a.address, a.address + LENGTH_AT);
            } while (r == -EINTR);
            if (r > 0) {
                s.buf.get(0, data, 0, r);
            }
            from[0] = Integer.reverseBytes(a.buf.getInt(4)) & 0xffffffffL;
            from[1] = Short.reverseBytes(a.buf.getShort(2)) & 0xffff;
            return r;
        } finally {
            a.give();
            s.give();
        }
    }

    /** The port that a socket was bound to. */
    public static int port(int fd) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(LENGTH_AT, 16);
            int r = (int) Sys.call(Nr.getsockname, fd, s.address, s.address + LENGTH_AT);
            return r < 0 ? r : Short.reverseBytes(s.buf.getShort(2)) & 0xffff;
        } finally {
            s.give();
        }
    }
}
