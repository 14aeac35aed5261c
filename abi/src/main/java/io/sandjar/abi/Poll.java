// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Flags of poll, epoll, eventfd, timerfd, signalfd and inotify. */
public final class Poll {
    // poll
    public static final int POLLIN = 0x1;
    public static final int POLLPRI = 0x2;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;
    public static final int POLLRDNORM = 0x40;
    public static final int POLLRDBAND = 0x80;
    public static final int POLLWRNORM = 0x100;
    public static final int POLLWRBAND = 0x200;
    public static final int POLLMSG = 0x400;
    public static final int POLLREMOVE = 0x1000;
    public static final int POLLRDHUP = 0x2000;
    public static final int POLLFREE = 0x4000;
    public static final int POLL_BUSY_LOOP = 0x8000;

    // epoll events
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLPRI = 0x2;
    public static final int EPOLLOUT = 0x4;
    public static final int EPOLLERR = 0x8;
    public static final int EPOLLHUP = 0x10;
    public static final int EPOLLNVAL = 0x20;
    public static final int EPOLLRDNORM = 0x40;
    public static final int EPOLLRDBAND = 0x80;
    public static final int EPOLLWRNORM = 0x100;
    public static final int EPOLLWRBAND = 0x200;
    public static final int EPOLLMSG = 0x400;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLEXCLUSIVE = 0x10000000;
    public static final int EPOLLWAKEUP = 0x20000000;
    public static final int EPOLLONESHOT = 0x40000000;
    public static final int EPOLLET = 0x80000000;

    // epoll_ctl
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;

    // creation flags
    public static final int EFD_SEMAPHORE = 01;
    public static final int EFD_NONBLOCK = 04000;
    public static final int IN_NONBLOCK = 04000;
    public static final int SFD_NONBLOCK = 04000;
    public static final int TFD_NONBLOCK = 04000;
    public static final int EFD_CLOEXEC = 02000000;
    public static final int EPOLL_CLOEXEC = 02000000;
    public static final int IN_CLOEXEC = 02000000;
    public static final int SFD_CLOEXEC = 02000000;
    public static final int TFD_CLOEXEC = 02000000;

    // timerfd_settime
    public static final int TFD_TIMER_ABSTIME = 0x1;
    public static final int TFD_TIMER_CANCEL_ON_SET = 0x2;

    // inotify events
    public static final int IN_ACCESS = 0x1;
    public static final int IN_MODIFY = 0x2;
    public static final int IN_ATTRIB = 0x4;
    public static final int IN_CLOSE_WRITE = 0x8;
    public static final int IN_CLOSE_NOWRITE = 0x10;
    public static final int IN_CLOSE = 0x18;
    public static final int IN_OPEN = 0x20;
    public static final int IN_MOVED_FROM = 0x40;
    public static final int IN_MOVED_TO = 0x80;
    public static final int IN_MOVE = 0xc0;
    public static final int IN_CREATE = 0x100;
    public static final int IN_DELETE = 0x200;
    public static final int IN_DELETE_SELF = 0x400;
    public static final int IN_MOVE_SELF = 0x800;
    public static final int IN_ALL_EVENTS = 0xfff;
    public static final int IN_UNMOUNT = 0x2000;
    public static final int IN_Q_OVERFLOW = 0x4000;
    public static final int IN_IGNORED = 0x8000;
    public static final int IN_ONLYDIR = 0x1000000;
    public static final int IN_DONT_FOLLOW = 0x2000000;
    public static final int IN_EXCL_UNLINK = 0x4000000;
    public static final int IN_MASK_CREATE = 0x10000000;
    public static final int IN_MASK_ADD = 0x20000000;
    public static final int IN_ISDIR = 0x40000000;
    public static final int IN_ONESHOT = 0x80000000;

    private Poll() {}
}
