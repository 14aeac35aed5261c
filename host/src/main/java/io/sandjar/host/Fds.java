// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/**
 * Records with descriptors over local sockets (SOCK_SEQPACKET, SCM_RIGHTS): how the commands of the host and a sandbox
 * talk. A record comes whole or not at all, so a reader never has to find its borders. Calls wait; a thread that sits
 * in one is woken by {@link #shutdown}. Every descriptor that is made or received is close-on-exec. Results are values
 * or -errno.
 */
public final class Fds {
    /** Linux's SCM_MAX_FD: more descriptors in one record are refused. */
    public static final int MAX_FDS = 253;

    /** The longest record. */
    public static final int MAX_RECORD = Scratch.SIZE;

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_CTRUNC = 0x8;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECTORY = 0200000;
    private static final int EINTR = 4;
    private static final int EINVAL = 22;
    private static final int EMFILE = 24;
    private static final int EMSGSIZE = 90;

    /** The longest path in a sockaddr_un, with its NUL. */
    private static final int PATH_MAX = 108;

    private static final int CMSG_HEADER = 16;
    private static final int HEADER_AT = 0;
    private static final int IOV_AT = 64;
    private static final int CONTROL_AT = 128;
    private static final int CONTROL_SIZE = CMSG_HEADER + (MAX_FDS * 4 + 7) / 8 * 8;

    private Fds() {}

    /** A listening socket at {@code name} in a directory. */
    public static int listen(int dirfd, String name, int backlog) {
        int fd = socket();
        if (fd < 0) {
            return fd;
        }
        int r = address(Nr.bind, fd, "/proc/self/fd/" + dirfd + "/" + name);
        if (r == 0) {
            r = (int) Sys.call(Nr.listen, fd, backlog, 0);
        }
        return r == 0 ? fd : failed(fd, r);
    }

    /** A connection to the socket at {@code path}, however long the path is. */
    public static int connect(String path) {
        int slash = path.lastIndexOf('/');
        if (path.length() < PATH_MAX || slash < 0) {
            return connectShort(path);
        }
        int dir = Sys.openat(Sys.AT_FDCWD, path.substring(0, slash + 1), O_PATH | O_DIRECTORY, 0);
        if (dir < 0) {
            return dir;
        }
        int fd = connectShort("/proc/self/fd/" + dir + path.substring(slash));
        Sys.close(dir);
        return fd;
    }

    private static int connectShort(String path) {
        int fd = socket();
        if (fd < 0) {
            return fd;
        }
        int r = address(Nr.connect, fd, path);
        return r == 0 ? fd : failed(fd, r);
    }

    private static int socket() {
        return (int) Sys.call(Nr.socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    }

    private static int failed(int fd, int error) {
        Sys.close(fd);
        return error;
    }

    private static int address(int nr, int fd, String path) {
        if (path.length() >= PATH_MAX) {
            return -EINVAL;
        }
        Scratch s = Scratch.take();
        try {
            s.buf.putShort(0, (short) AF_UNIX);
            s.putString(2, path);
            int r;
            do {
                r = (int) Sys.call(nr, fd, s.address, 2 + path.length() + 1);
            } while (r == -EINTR);
            return r;
        } finally {
            s.give();
        }
    }

    /** Two connected sockets. */
    public static int pair(int[] out) {
        Scratch s = Scratch.take();
        try {
            int r = (int) Sys.call(Nr.socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s.address, 0, 0);
            out[0] = s.buf.getInt(0);
            out[1] = s.buf.getInt(4);
            return r;
        } finally {
            s.give();
        }
    }

    /** Waits for a connection. */
    public static int accept(int listener) {
        int r;
        do {
            r = (int) Sys.call(Nr.accept4, listener, 0, 0, SOCK_CLOEXEC, 0, 0);
        } while (r == -EINTR);
        return r;
    }

    /**
     * Ends both directions, or a listener: threads that wait in a call here come back (accept with -EINVAL, receive with
     * 0). The descriptor stays until somebody closes it.
     */
    public static int shutdown(int fd) {
        return (int) Sys.call(Nr.shutdown, fd, 2, 0);
    }

    /**
     * Who is on the other side.
     *
     * @param out pid, uid, gid as this process sees them
     */
    public static int peer(int fd, int[] out) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(16, 12);
            int r = (int) Sys.call(Nr.getsockopt, fd, SOL_SOCKET, SO_PEERCRED, s.address, s.address + 16, 0);
            for (int i = 0; i < 3; i++) {
                out[i] = s.buf.getInt(4 * i);
            }
            return r;
        } finally {
            s.give();
        }
    }

    /**
     * Sends one record.
     *
     * @param fds what goes along; they stay open here
     * @return {@code len}, or -errno: -EMSGSIZE when it is too long, -EINVAL when it is empty or has too many descriptors
     */
    public static int send(int fd, byte[] data, int len, int[] fds, int count) {
        java.util.Objects.checkFromIndexSize(0, len, data.length);
        java.util.Objects.checkFromIndexSize(0, count, fds.length);
        if (len == 0 || count > MAX_FDS) {
            return -EINVAL;
        }
        if (len > MAX_RECORD) {
            return -EMSGSIZE;
        }
        Scratch s = Scratch.take();
        Scratch m = Scratch.take();
        try {
            s.buf.put(0, data, 0, len);
            int control = count == 0 ? 0 : CMSG_HEADER + 4 * count;
            message(m, s.address, len, control);
            m.buf.putLong(CONTROL_AT, control);
            m.buf.putInt(CONTROL_AT + 8, SOL_SOCKET);
            m.buf.putInt(CONTROL_AT + 12, SCM_RIGHTS);
            for (int i = 0; i < count; i++) {
                m.buf.putInt(CONTROL_AT + CMSG_HEADER + 4 * i, fds[i]);
            }
            int r;
            do {
                r = (int) Sys.call(Nr.sendmsg, fd, m.address + HEADER_AT, MSG_NOSIGNAL);
            } while (r == -EINTR);
            return r;
        } finally {
            m.give();
            s.give();
        }
    }

    /** Sends one record without descriptors. */
    public static int send(int fd, byte[] data, int len) {
        return send(fd, data, len, NONE, 0);
    }

    private static final int[] NONE = {};

    /**
     * Waits for one record. A record that does not fit, or whose descriptors could not all be taken, is an error, and
     * none of its descriptors stays open.
     *
     * @param fds gets the descriptors (at least {@link #MAX_FDS})
     * @param count gets their number in {@code count[0]}
     * @return the record's length; 0: the other side is gone; -errno: -EMSGSIZE when it is longer than {@code data},
     *     -EMFILE when this process may not have as many descriptors
     */
    public static int receive(int fd, byte[] data, int[] fds, int[] count) {
        if (fds.length < MAX_FDS) {
            throw new IllegalArgumentException("room for " + fds.length + " descriptors");
        }
        count[0] = 0;
        Scratch s = Scratch.take();
        Scratch m = Scratch.take();
        try {
            int room = Math.min(data.length, Scratch.SIZE);
            int r;
            do {
                message(m, s.address, room, CONTROL_SIZE);
                r = (int) Sys.call(Nr.recvmsg, fd, m.address + HEADER_AT, MSG_CMSG_CLOEXEC);
            } while (r == -EINTR);
            if (r < 0) {
                return r;
            }
            int n = descriptors(m, fds);
            int flags = m.buf.getInt(HEADER_AT + 48);
            if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
                for (int i = 0; i < n; i++) {
                    Sys.close(fds[i]);
                }
                return (flags & MSG_TRUNC) != 0 ? -EMSGSIZE : -EMFILE;
            }
            count[0] = n;
            s.buf.get(0, data, 0, r);
            return r;
        } finally {
            m.give();
            s.give();
        }
    }

    /** The descriptors in the control data of a message that has come. */
    private static int descriptors(Scratch m, int[] fds) {
        int end = CONTROL_AT + (int) m.buf.getLong(HEADER_AT + 40);
        int at = CONTROL_AT;
        int n = 0;
        while (at + CMSG_HEADER <= end) {
            long len = m.buf.getLong(at);
            if (len < CMSG_HEADER || len > end - at) {
                break;
            }
            if (m.buf.getInt(at + 8) == SOL_SOCKET && m.buf.getInt(at + 12) == SCM_RIGHTS) {
                for (int p = at + CMSG_HEADER; p + 4 <= at + (int) len && n < fds.length; p += 4) {
                    fds[n++] = m.buf.getInt(p);
                }
            }
            at += (int) (len + 7 & ~7);
        }
        return n;
    }

    /** A struct msghdr with one iovec. */
    private static void message(Scratch m, long data, int len, int control) {
        m.buf.putLong(IOV_AT, data);
        m.buf.putLong(IOV_AT + 8, len);
        m.buf.putLong(HEADER_AT, 0);
        m.buf.putLong(HEADER_AT + 8, 0);
        m.buf.putLong(HEADER_AT + 16, m.address + IOV_AT);
        m.buf.putLong(HEADER_AT + 24, 1);
        m.buf.putLong(HEADER_AT + 32, control == 0 ? 0 : m.address + CONTROL_AT);
        m.buf.putLong(HEADER_AT + 40, control);
        m.buf.putLong(HEADER_AT + 48, 0);
    }
}
