// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.stdio;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.WaitQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The thread that hears when the sandbox's standard streams become ready. It starts with the first stream that is
 * waited for; most programs never need it.
 */
final class HostReadiness {
    private static final int MAX_EVENTS = 16;
    private static final int EVENT_SIZE = 12;

    private final ConcurrentHashMap<Integer, WaitQueue> queues = new ConcurrentHashMap<>();
    private int epollFd = -1;

    /**
     * Wakes {@code queue} at every change of readiness of a host descriptor from now on.
     *
     * @return 0, or -errno (-EPERM for files that are always ready)
     */
    synchronized int register(int hostFd, WaitQueue queue) {
        if (epollFd < 0) {
            int fd = (int) Sys.call(Nr.epoll_create1, Poll.EPOLL_CLOEXEC);
            if (fd < 0) {
                return fd;
            }
            epollFd = fd;
            Thread t = new Thread(null, this::run, "stdio", 256 << 10);
            t.setDaemon(true);
            t.start();
        }
        queues.put(hostFd, queue);
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, Poll.EPOLLIN | Poll.EPOLLOUT | Poll.EPOLLRDHUP | Poll.EPOLLET);
            s.buf.putLong(4, hostFd);
            return (int) Sys.call(Nr.epoll_ctl, epollFd, Poll.EPOLL_CTL_ADD, hostFd, s.address, 0, 0);
        } finally {
            s.give();
        }
    }

    /** Forgets a descriptor that is about to be closed. */
    synchronized void unregister(int hostFd) {
        if (queues.remove(hostFd) != null) {
            Sys.call(Nr.epoll_ctl, epollFd, Poll.EPOLL_CTL_DEL, hostFd, 0, 0, 0);
        }
    }

    private void run() {
        Scratch s = Scratch.take();
        while (true) {
            long n = Sys.call(Nr.epoll_wait, epollFd, s.address, MAX_EVENTS, -1, 0, 0);
            for (int i = 0; i < n; i++) {
                int events = s.buf.getInt(i * EVENT_SIZE);
                WaitQueue q = queues.get((int) s.buf.getLong(i * EVENT_SIZE + 4));
                if (q != null) {
                    int wide = events;
                    if ((events & Poll.POLLIN) != 0) {
                        wide |= Poll.POLLRDNORM;
                    }
                    if ((events & Poll.POLLOUT) != 0) {
                        wide |= Poll.POLLWRNORM;
                    }
                    q.wake(wide);
                }
            }
        }
    }
}
