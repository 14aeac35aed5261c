// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.base.Worker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that waits for host descriptors: pipes and terminals given as stdio, host sockets. Edge-triggered, so
 * a descriptor costs nothing while nobody does anything about its readiness. The thread starts with the first
 * registration.
 */
public final class HostPoller {
    private static final int BATCH = 64;

    /** struct epoll_event is packed on x86-64. */
    private static final int EVENT_SIZE = 12;

    private volatile @Nullable WaitQueue[] queues = new WaitQueue[64];
    private int epollFd = -1;

    /**
     * Has {@code queue} woken whenever the host reports news of {@code hostFd}. The descriptor must be taken out with
     * {@link #unregister} before it is closed.
     *
     * @param events POLL* bits of interest; errors and hang-ups are always told
     * @return 0 or -errno; -EPERM for what is always ready (regular files)
     */
    public synchronized int register(int hostFd, int events, WaitQueue queue) {
        if (hostFd < 0) {
            return -EBADF;
        }
        int r = start();
        if (r < 0) {
            return r;
        }
        if (hostFd >= queues.length) {
            queues = Arrays.copyOf(queues, Math.max(hostFd + 1, queues.length * 2));
        }
        WaitQueue before = queues[hostFd];
        queues[hostFd] = queue;
        r = control(Poll.EPOLL_CTL_ADD, hostFd, events | Poll.EPOLLET);
        if (r < 0) {
            queues[hostFd] = before;
        }
        return r;
    }

    public synchronized void unregister(int hostFd) {
        if (hostFd >= 0 && hostFd < queues.length && queues[hostFd] != null) {
            control(Poll.EPOLL_CTL_DEL, hostFd, 0);
            queues[hostFd] = null;
        }
    }

    /** POLL* bits of {@code events} (and errors) that a host descriptor has now. */
    public static int pollNow(int hostFd, int events) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, hostFd);
            s.buf.putShort(4, (short) events);
            s.buf.putShort(6, (short) 0);
            long n = Sys.call(Nr.poll, s.address, 1, 0);
            return n <= 0 ? 0 : s.buf.getShort(6) & 0xffff;
        } finally {
            s.give();
        }
    }

    private int control(int op, int hostFd, int events) {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, events);
            s.buf.putLong(4, hostFd);
            return (int) Sys.call(Nr.epoll_ctl, epollFd, op, hostFd, s.address, 0, 0);
        } finally {
            s.give();
        }
    }

    private int start() {
        if (epollFd >= 0) {
            return 0;
        }
        int fd = (int) Sys.call(Nr.epoll_create1, 02000000);
        if (fd < 0) {
            return fd;
        }
        epollFd = fd;
        new Worker("host-poller", this::run).start();
        return 0;
    }

    private void run() {
        Scratch s = Scratch.take();
        while (true) {
            long n = Sys.call(Nr.epoll_wait, epollFd, s.address, BATCH, -1, 0, 0);
            if (n < 0 && n != -EINTR) {
                return;
            }
            @Nullable WaitQueue[] now = queues;
            for (int i = 0; i < n; i++) {
                int events = s.buf.getInt(i * EVENT_SIZE);
                int fd = (int) s.buf.getLong(i * EVENT_SIZE + 4);
                WaitQueue q = fd >= 0 && fd < now.length ? now[fd] : null;
                if (q != null) {
                    q.wake(events);
                }
            }
            Worker.drain();
        }
    }
}
