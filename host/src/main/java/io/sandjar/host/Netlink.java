// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/**
 * A netlink socket: bytes out, bytes in. What they mean is the caller's affair. Replies are waited for at most
 * {@link #TIMEOUT_SECONDS}. Results are values or -errno.
 */
public final class Netlink implements AutoCloseable {
    public static final int ROUTE = 0;
    public static final int NETFILTER = 12;

    private static final int TIMEOUT_SECONDS = 10;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVTIMEO = 20;
    private static final int EINTR = 4;

    private final int fd;

    private Netlink(int fd) {
        this.fd = fd;
    }

    /** In the namespace of this process, or of the calling thread. Null with the error in {@code error[0]}. */
    public static @org.jspecify.annotations.Nullable Netlink open(int protocol, int[] error) {
        return of((int) Sys.call(Nr.socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), error);
    }

    /** In a named namespace. Null with the error in {@code error[0]}. */
    public static @org.jspecify.annotations.Nullable Netlink openIn(String netns, int protocol, int[] error) {
        return of(Netns.socket(netns, AF_NETLINK, SOCK_RAW, protocol), error);
    }

    private static @org.jspecify.annotations.Nullable Netlink of(int fd, int[] error) {
        if (fd < 0) {
            error[0] = fd;
            return null;
        }
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, TIMEOUT_SECONDS);
            s.buf.putLong(8, 0);
            Sys.call(Nr.setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, s.address, 16, 0);
            s.buf.putInt(0, 1 << 20);
            Sys.call(Nr.setsockopt, fd, SOL_SOCKET, SO_SNDBUF, s.address, 4, 0);
            s.buf.putLong(0, AF_NETLINK); // an address of the kernel's choice
            s.buf.putInt(8, 0);
            int r = (int) Sys.call(Nr.bind, fd, s.address, 12);
            if (r < 0) {
                error[0] = r;
                Sys.close(fd);
                return null;
            }
            return new Netlink(fd);
        } finally {
            s.give();
        }
    }

    /** Sends one or more messages at once. */
    public int send(byte[] data, int len) {
        int r;
        do {
            r = (int) Sys.write(fd, data, 0, len, -1);
        } while (r == -EINTR);
        return r;
    }

    /** Waits for what the kernel says next, one or more messages; -EAGAIN: nothing came in time. */
    public int receive(byte[] data) {
        int r;
        do {
            r = (int) Sys.read(fd, data, 0, data.length, -1);
        } while (r == -EINTR);
        return r;
    }

    @Override
    public void close() {
        Sys.close(fd);
    }
}
