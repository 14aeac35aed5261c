// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;

/**
 * A seccomp user-notification listener (seccomp_unotify(2)): where the intercepted calls of all guest threads of a
 * sandbox come in and are answered.
 */
public final class Listener {
    private static final long RECV = 0xC0502100L;
    private static final long SEND = 0xC0182101L;
    private static final long ADDFD = 0x40182103L;
    private static final long SET_FLAGS = 0x40082104L;
    private static final int FLAG_CONTINUE = 1;
    private static final int ADDFD_SETFD = 1;
    private static final int O_CLOEXEC = 02000000;

    private final int fd;

    public Listener(int fd) {
        this.fd = fd;
    }

    public int fd() {
        return fd;
    }

    /**
     * Asks the host to run the receiver on the caller's CPU at once (Linux 6.6).
     *
     * @return 0, or -EINVAL on older hosts
     */
    public int wakeSynchronously() {
        return (int) Native.sys(Nr.ioctl, fd, SET_FLAGS, 1, 0, 0, 0);
    }

    /**
     * Waits for the next call. {@code s} then holds struct seccomp_notif: id at 0, thread at 8, call number at 16,
     * instruction pointer at 24, arguments from 32.
     *
     * @return 0; -ENOENT when the caller died meanwhile; -EINTR
     */
    public long receive(Scratch s) {
        for (int i = 0; i < 80; i += 8) {
            s.buf.putLong(i, 0); // the host insists on zeros
        }
        return Native.sys(Nr.ioctl, fd, RECV, s.address, 0, 0, 0);
    }

    /** Whether no process is left that could call; {@link #receive} then fails at once, for ever. */
    public boolean isOver(Scratch s) {
        s.buf.putInt(0, fd);
        s.buf.putInt(4, 0);
        return Native.sys(Nr.poll, s.address, 1, 0, 0, 0, 0) > 0 && (s.buf.getShort(6) & Poll.POLLHUP) != 0;
    }

    /** Answers with a value or -errno. -ENOENT when the caller died meanwhile. */
    public long answer(Scratch s, long id, long result) {
        s.buf.putLong(128, id);
        if (result < 0 && result >= -4095) {
            s.buf.putLong(136, 0);
            s.buf.putLong(144, (int) result & 0xffffffffL);
        } else {
            s.buf.putLong(136, result);
            s.buf.putLong(144, 0);
        }
        return Native.sys(Nr.ioctl, fd, SEND, s.address + 128, 0, 0, 0);
    }

    /** Lets the host carry out the call. Only for calls whose meaning lies in register arguments. */
    public long letThrough(Scratch s, long id) {
        s.buf.putLong(128, id);
        s.buf.putLong(136, 0);
        s.buf.putLong(144, (long) FLAG_CONTINUE << 32);
        return Native.sys(Nr.ioctl, fd, SEND, s.address + 128, 0, 0, 0);
    }

    /**
     * Installs a copy of {@code hostFd} in the process that made call {@code id}, close-on-exec.
     *
     * @param at the number there, or -1 for any free one
     * @return the number, or -errno
     */
    public int addFd(long id, int hostFd, int at) {
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, id);
            s.buf.putInt(8, at >= 0 ? ADDFD_SETFD : 0);
            s.buf.putInt(12, hostFd);
            s.buf.putInt(16, Math.max(at, 0));
            s.buf.putInt(20, O_CLOEXEC);
            return (int) Native.sys(Nr.ioctl, fd, ADDFD, s.address, 0, 0, 0);
        } finally {
            s.give();
        }
    }
}
