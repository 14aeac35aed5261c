// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Futex.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Deadline;
import io.sandjar.kernel.task.PiFutexes;
import io.sandjar.kernel.task.Task;

/** Futexes as far as the filter does not let them through to the host: those with owners, and what Linux does not have either. */
final class FutexCalls {
    private FutexCalls() {}

    /** The operations on futexes with owners; the others are the host's. */
    @Syscall(
            nr = Nr.futex,
            note =
                    "with owners (*_PI) by the kernel, first come first served: priorities are not handed on, because no "
                            + "thread is above another")
    static long sys_futex(Task t, long uaddr, @As(Kind.HEX) int op, int val, long timeout, long uaddr2, int val3) {
        int command = op & FUTEX_CMD_MASK;
        boolean isPrivate = (op & FUTEX_PRIVATE_FLAG) != 0;
        boolean realtime = (op & FUTEX_CLOCK_REALTIME) != 0;
        if (realtime && command != FUTEX_WAIT_REQUEUE_PI && command != FUTEX_LOCK_PI2) {
            return -ENOSYS;
        }
        Deadline deadline = Deadline.NEVER;
        boolean waits = command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 || command == FUTEX_WAIT_REQUEUE_PI;
        if (waits && timeout != 0) {
            long nanos = Waits.timespec(t, timeout);
            if (nanos < 0) {
                return nanos;
            }
            int clock = realtime || command == FUTEX_LOCK_PI ? CLOCK_REALTIME : CLOCK_MONOTONIC;
            deadline = Deadline.of(clock, nanos);
        }
        boolean two = command == FUTEX_WAIT_REQUEUE_PI || command == FUTEX_CMP_REQUEUE_PI;
        if ((uaddr & 3) != 0 || (two && (uaddr2 & 3) != 0)) {
            return -EINVAL;
        }
        PiFutexes all = t.kernel().piFutexes();
        return switch (command) {
            case FUTEX_LOCK_PI, FUTEX_LOCK_PI2 -> all.lock(t, uaddr, isPrivate, false, deadline);
            case FUTEX_TRYLOCK_PI -> all.lock(t, uaddr, isPrivate, true, deadline);
            case FUTEX_UNLOCK_PI -> all.unlock(t, uaddr, isPrivate);
            case FUTEX_WAIT_REQUEUE_PI -> all.requeue.await(t, uaddr, val, uaddr2, isPrivate, deadline);
            case FUTEX_CMP_REQUEUE_PI ->
                val != 1 || (int) timeout < 0
                        ? -EINVAL
                        : all.requeue.move(t, uaddr, val3, uaddr2, (int) timeout, isPrivate);
            default -> -ENOSYS;
        };
    }

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
