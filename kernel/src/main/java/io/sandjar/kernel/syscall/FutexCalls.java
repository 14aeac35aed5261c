// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;

/** Futex calls as far as the filter does not let them through to the host: sizes and flags that Linux does not have either. */
final class FutexCalls {
    private FutexCalls() {}

    @Syscall(nr = Nr.futex_wait)
    static long sys_futex_wait(
            Task t, long uaddr, long val, @As(Kind.HEX) long mask, @As(Kind.HEX) int flags, long timeout, int clockid) {
        return -EINVAL;
    }

    @Syscall(nr = Nr.futex_wake)
    static long sys_futex_wake(Task t, long uaddr, @As(Kind.HEX) long mask, int nr, @As(Kind.HEX) int flags) {
        return -EINVAL;
    }

    @Syscall(nr = Nr.futex_waitv)
    static long sys_futex_waitv(Task t, long waiters, int nr, @As(Kind.HEX) int flags, long timeout, int clockid) {
        return -EINVAL;
    }

    @Syscall(nr = Nr.futex_requeue)
    static long sys_futex_requeue(Task t, long waiters, @As(Kind.HEX) int flags, int wake, int requeue) {
        return -EINVAL;
    }
}
