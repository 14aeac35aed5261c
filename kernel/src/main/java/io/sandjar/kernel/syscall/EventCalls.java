// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.fs.eventfd.EventFile;
import io.sandjar.kernel.task.Task;

/** Making of event counters. */
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
}
