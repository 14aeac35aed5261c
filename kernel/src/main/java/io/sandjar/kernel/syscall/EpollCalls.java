// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.EpollEventLayout;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Time;
import io.sandjar.kernel.fs.epoll.Epoll;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;

/** The epoll family. */
public final class EpollCalls {
    private static final int MAX_EVENTS = Integer.MAX_VALUE / EpollEventLayout.SIZEOF;
    private static final int EXCLUSIVE_OK =
            EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

    private EpollCalls() {}

    @Syscall(nr = Nr.epoll_create)
    public static long sys_epoll_create(Task t, int size) {
        return size <= 0 ? -EINVAL : sys_epoll_create1(t, 0);
    }

    @Syscall(nr = Nr.epoll_create1)
    public static long sys_epoll_create1(Task t, int flags) {
        if ((flags & ~EPOLL_CLOEXEC) != 0) {
            return -EINVAL;
        }
        Epoll e = new Epoll(t.kernel().anon.newInode(0600, t.creds()), O.O_RDWR);
        return PipeCalls.install(t, e, flags != 0);
    }

    @Syscall(nr = Nr.epoll_ctl)
    public static long sys_epoll_ctl(Task t, @As(Kind.FD) int epfd, int op, int fd, long event) {
        int events = 0;
        long data = 0;
        if (op != EPOLL_CTL_DEL) {
            byte[] b = new byte[EpollEventLayout.SIZEOF];
            int r = t.mem().read(event, b);
            if (r < 0) {
                return r;
            }
            events = Bytes.i32(b, EpollEventLayout.events);
            data = Bytes.i64(b, EpollEventLayout.data);
        }
        FileDescription ep = t.fget(epfd);
        FileDescription f = t.fget(fd);
        if (ep == null || f == null || ((ep.flags() | f.flags()) & O.O_PATH) != 0) {
            return -EBADF;
        }
        if (!f.pollable()) {
            return -EPERM;
        }
        if (ep == f || !(ep instanceof Epoll set)) {
            return -EINVAL;
        }
        switch (op) {
            case EPOLL_CTL_ADD -> {
                if ((events & EPOLLEXCLUSIVE) != 0 && ((events & ~EXCLUSIVE_OK) != 0 || f instanceof Epoll)) {
                    return -EINVAL;
                }
                return add(t, set, f, fd, events, data);
            }
            case EPOLL_CTL_MOD -> {
                return set.modify(f, fd, events, data);
            }
            case EPOLL_CTL_DEL -> {
                return set.delete(f, fd);
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static int add(Task t, Epoll set, FileDescription f, int fd, int events, long data) {
        if (!(f instanceof Epoll inner)) {
            return set.add(f, fd, events, data, t);
        }
        synchronized (t.kernel().anon) { // one such change at a time, so that no two make a circle together
            return set.loops(inner) ? -ELOOP : set.add(f, fd, events, data, t);
        }
    }

    @Syscall(nr = Nr.epoll_wait)
    public static long sys_epoll_wait(Task t, @As(Kind.FD) int epfd, long events, int maxevents, int timeout) {
        return await(t, epfd, events, maxevents, timeout < 0 ? -1 : timeout * Time.NANOS_PER_MILLI);
    }

    @Syscall(nr = Nr.epoll_pwait)
    public static long sys_epoll_pwait(
            Task t,
            @As(Kind.FD) int epfd,
            long events,
            int maxevents,
            int timeout,
            @As(Kind.SIGSET) long sigmask,
            long size) {
        int m = Waits.temporaryMask(t, sigmask, size);
        if (m < 0) {
            return m;
        }
        return await(t, epfd, events, maxevents, timeout < 0 ? -1 : timeout * Time.NANOS_PER_MILLI);
    }

    @Syscall(nr = Nr.epoll_pwait2)
    public static long sys_epoll_pwait2(
            Task t,
            @As(Kind.FD) int epfd,
            long events,
            int maxevents,
            @As(Kind.TIMESPEC) long timeout,
            @As(Kind.SIGSET) long sigmask,
            long size) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        if (timeout != 0 && nanos < 0) {
            return nanos;
        }
        int m = Waits.temporaryMask(t, sigmask, size);
        if (m < 0) {
            return m;
        }
        return await(t, epfd, events, maxevents, nanos);
    }

    private static long await(Task t, int epfd, long events, int max, long timeoutNanos) {
        FileDescription f = Io.open(t, epfd);
        if (f == null) {
            return -EBADF;
        }
        if (max <= 0 || max > MAX_EVENTS || !(f instanceof Epoll set)) {
            return -EINVAL;
        }
        int n = set.collect(t.mem(), events, max);
        if (n != 0 || timeoutNanos == 0) {
            return n;
        }
        long deadline = Waits.deadline(t, timeoutNanos);
        Waits.keep(t, deadline);
        while (true) {
            int w = t.awaitReady(set.waitQueue(), POLLIN, set, deadline);
            if (w != 0) {
                return w == -ETIMEDOUT ? 0 : w == -ERESTARTSYS ? -EINTR : w;
            }
            n = set.collect(t.mem(), events, max);
            if (n != 0) {
                return n;
            }
        }
    }
}
