// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Time;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/** What calls with a timeout or a signal mask have in common. Deadlines are System.nanoTime(), CLOCK_MONOTONIC. */
final class Waits {
    /** Longest timeout that is counted, 100 years; more is for ever. */
    private static final long FAR = 100L * 365 * 86400 * Time.NANOS_PER_SECOND;

    /** What only time or a signal ends. */
    static final Condition NEVER = new Never();

    private static final class Never implements Condition {
        @Override
        public boolean holds() {
            return false;
        }
    }

    private Waits() {}

    /** The deadline {@code nanos} from now; negative is for ever. A second run of the call keeps that of the first. */
    static long deadline(Task t, long nanos) {
        if (nanos < 0 || nanos >= FAR) {
            return Caller.FOREVER;
        }
        if (t.progress != 0) {
            return t.progress;
        }
        long restart = t.restartDeadline;
        if (restart != 0) {
            t.restartDeadline = 0;
            return restart;
        }
        long d = System.nanoTime() + nanos;
        return d == 0 ? 1 : d;
    }

    /** To be called before a wait, so that a second run keeps the deadline. */
    static void keep(Task t, long deadline) {
        t.progress = deadline == Caller.FOREVER ? 0 : deadline;
    }

    /** What a wait that ended with {@code -ERESTARTSYS} answers: made again with what is left of its time. */
    static int interrupted(Task t, long deadline) {
        if (deadline == Caller.FOREVER) {
            return -ERESTARTNOHAND;
        }
        t.restartDeadline = deadline;
        return -ERESTART_RESTARTBLOCK;
    }

    /**
     * Nanoseconds of a timespec in guest memory, at most {@link #FAR}.
     *
     * @return nanoseconds, -EFAULT or -EINVAL
     */
    static long timespec(Task t, long address) {
        byte[] b = new byte[16];
        int r = t.mem().read(address, b);
        return r < 0 ? r : nanos(Bytes.i64(b, 0), Bytes.i64(b, 8));
    }

    /** As {@link #timespec} for a timeval. */
    static long timeval(Task t, long address) {
        byte[] b = new byte[16];
        int r = t.mem().read(address, b);
        if (r < 0) {
            return r;
        }
        long seconds = Bytes.i64(b, 0);
        long micros = Bytes.i64(b, 8); // may be more than a second
        if (micros < 0 || seconds < 0) {
            return -EINVAL;
        }
        return nanos(Math.min(seconds, FAR) + micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    static long nanos(long seconds, long nanos) {
        if (seconds < 0 || nanos < 0 || nanos >= Time.NANOS_PER_SECOND) {
            return -EINVAL;
        }
        return seconds >= FAR / Time.NANOS_PER_SECOND ? FAR : seconds * Time.NANOS_PER_SECOND + nanos;
    }

    /** Writes what is left of a timeout: seconds and nanoseconds, or microseconds when {@code unit} is 1000. */
    static void writeRemaining(Task t, long address, long deadline, int unit) {
        if (address == 0 || deadline == Caller.FOREVER) {
            return;
        }
        writeTime(t, address, Math.max(0, deadline - System.nanoTime()), unit);
    }

    static int writeTime(Task t, long address, long nanos, int unit) {
        byte[] b = new byte[16];
        Bytes.put64(b, 0, nanos / Time.NANOS_PER_SECOND);
        Bytes.put64(b, 8, nanos % Time.NANOS_PER_SECOND / unit);
        return t.mem().write(address, b);
    }

    /** Blocks the signals of the sigset at {@code address} for the length of the call; 0, -EINVAL, -EFAULT. */
    static int temporaryMask(Task t, long address, long size) {
        if (address == 0) {
            return 0;
        }
        if (size != 8) {
            return -EINVAL;
        }
        long[] mask = new long[1];
        int r = t.mem().readLong(address, mask);
        if (r == 0) {
            t.mask.setTemporary(mask[0]);
        }
        return r;
    }
}
