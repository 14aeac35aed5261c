// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;

/** A set of descriptors that one thread waits for, level-triggered (epoll(7)). Results are values or -errno. */
public final class Epoll {
    /** The most descriptors that {@link #await} tells at once. */
    public static final int BATCH = 64;

    private static final int O_CLOEXEC = 02000000;
    private static final int EINTR = 4;

    /** struct epoll_event is packed on x86-64. */
    private static final int EVENT_SIZE = 12;

    private final int fd;

    public Epoll() {
        fd = (int) Sys.call(Nr.epoll_create1, O_CLOEXEC);
        if (fd < 0) {
            throw new IllegalStateException("epoll_create1: " + io.sandjar.abi.Errno.name(-fd));
        }
    }

    /** Waits from now on for input at {@code watched}, or its end. */
    public int add(int watched) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, Poll.POLLIN);
            s.buf.putLong(4, watched);
            return (int) Sys.call(Nr.epoll_ctl, fd, Poll.EPOLL_CTL_ADD, watched, s.address, 0, 0);
        } finally {
            s.give();
        }
    }

    /** To be called before {@code watched} is closed. */
    public int remove(int watched) {
        Scratch s = Scratch.take();
        try {
            return (int) Sys.call(Nr.epoll_ctl, fd, Poll.EPOLL_CTL_DEL, watched, s.address, 0, 0);
        } finally {
            s.give();
        }
    }

    /**
     * Waits until something is ready.
     *
     * @param ready gets the descriptors (at least {@link #BATCH})
     * @return how many
     */
    public int await(int[] ready) {
        Scratch s = Scratch.take();
        try {
            int n;
            do {
                n = (int) Sys.call(Nr.epoll_wait, fd, s.address, BATCH, -1, 0, 0);
            } while (n == -EINTR);
            for (int i = 0; i < n; i++) {
                ready[i] = (int) s.buf.getLong(i * EVENT_SIZE + 4);
            }
            return n;
        } finally {
            s.give();
        }
    }

    public void close() {
        Sys.close(fd);
    }
}
