// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.fs.eventfd.EventFile;
import io.sandjar.kernel.fs.signalfd.SignalFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;

/** Making of event counters and of files of signals. */
public final class EventCalls {
    private EventCalls() {}

    @Syscall(nr = Nr.eventfd)
    public static long sys_eventfd(Task t, int initval) {
        return sys_eventfd2(t, initval, 0);
    }

    @Syscall(nr = Nr.eventfd2)
    public static long sys_eventfd2(Task t, int initval, int flags) {
        if ((flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) != 0) {
            return -EINVAL;
        }
        EventFile e = new EventFile(
                t.kernel().anon.newInode(0600, t.creds()),
                O.O_RDWR | flags & EFD_NONBLOCK,
                initval,
                (flags & EFD_SEMAPHORE) != 0);
        return PipeCalls.install(t, e, (flags & EFD_CLOEXEC) != 0);
    }

    @Syscall(nr = Nr.signalfd)
    public static long sys_signalfd(Task t, int fd, @As(Kind.SIGSET) long mask, long sizemask) {
        return sys_signalfd4(t, fd, mask, sizemask, 0);
    }

    @Syscall(nr = Nr.signalfd4)
    public static long sys_signalfd4(Task t, int fd, @As(Kind.SIGSET) long mask, long sizemask, int flags) {
        long[] set = new long[1];
        if (sizemask != 8 || (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) != 0) {
            return -EINVAL;
        }
        int r = t.mem().readLong(mask, set);
        if (r < 0) {
            return r;
        }
        if (fd == -1) {
            SignalFile f = new SignalFile(
                    t.kernel().anon.newInode(0600, t.creds()), O.O_RDWR | flags & SFD_NONBLOCK, t, set[0]);
            return PipeCalls.install(t, f, (flags & SFD_CLOEXEC) != 0);
        }
        FileDescription old = Io.open(t, fd);
        if (!(old instanceof SignalFile f)) {
            return old == null ? -EBADF : -EINVAL;
        }
        f.setMask(set[0]);
        t.group().signalWait.wake(POLLIN);
        return fd;
    }
}
