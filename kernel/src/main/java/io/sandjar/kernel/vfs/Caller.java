// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.abi.Errno;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.mm.UserMemory;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a call runs: what file systems and sockets need to know of a task. The one implementation is
 * {@code task.Task}; tests have their own.
 */
public abstract class Caller {
    /** Deadline that never comes. */
    public static final long FOREVER = Long.MAX_VALUE;

    /**
     * Result of a wait that may not park here: the call must be given up as it is, without side effects that a second
     * run would repeat, and is run again on a thread that may park. Handlers just return it.
     */
    public static final int BLOCK = -4097;

    /**
     * Result for the receiver: the host is to carry out the call of the guest as it stands. Only for calls whose meaning
     * lies entirely in their register arguments. A call by ring must have done nothing when it says so: it comes again, by
     * notification.
     */
    public static final int CONTINUE = -4098;

    private @Nullable UserIo io;
    private final Ready ready = new Ready();

    public abstract Creds creds();

    /** The guest's memory. */
    public abstract UserMemory mem();

    public abstract int umask();

    /** Root and working directory. */
    public abstract FsContext fs();

    /** Guest process id (thread group). */
    public abstract int pid();

    /** The process in a number that means the same for all containers of the kernel; 0 for none. */
    public final int globalPid() {
        return globalPid(pid());
    }

    /** The {@linkplain #globalPid global number} of a process that the caller knows by its pid. */
    public int globalPid(int pid) {
        return pid;
    }

    /** The pid of a process that is known by its {@linkplain #globalPid global} one; 0 when the caller cannot see it. */
    public int localPid(int global) {
        return global;
    }

    /** The namespace of its own pid; null where there is none. */
    public @Nullable Namespace pidNamespace() {
        return null;
    }

    /** Gives the caller a pidfd of a process by its {@linkplain #globalPid global} pid: the descriptor or -errno. */
    public int openPidfd(int global) {
        return -Errno.ESRCH;
    }

    /** Who counts the pages of files in memory that the caller makes; null for nobody. */
    public @Nullable PageMeter pageMeter() {
        return null;
    }

    /** The network namespace of a process that the caller can see; null for none. */
    public @Nullable Namespace networkOf(int pid) {
        return null;
    }

    /** What the kernel calls the process or group that the caller calls {@code pid}; 0 for none. */
    public int rootPid(int pid) {
        return pid;
    }

    /** What the caller calls a process or group of the kernel's; 0 for what it cannot see. */
    public int shownPid(int root) {
        return root;
    }

    /** Guest thread id. */
    public abstract int tid();

    /** The first port that needs no capability. */
    public int firstFreePort() {
        return 1024;
    }

    /** Whether sockets that lie in the host's directories may be connected to ({@code --host-uds}). */
    public boolean mayUseHostSockets() {
        return false;
    }

    /** Soft limit of an RLIMIT_* resource; Long.MAX_VALUE is none. */
    public abstract long rlimit(int resource);

    /** Sends a signal to the calling thread (SIGPIPE, SIGXFSZ). */
    public abstract void raise(int sig);

    public abstract boolean signalPending();

    /** False in the first run of a call, which must answer {@link #BLOCK} rather than wait. */
    public boolean mayPark() {
        return true;
    }

    /** Guest memory as a buffer that is good until the call ends or asks again. */
    public final UserIo userIo(long base, long len) {
        return reusableIo().reset(mem(), base, len);
    }

    /** The one buffer that the calls of this caller take turns in using. */
    public final UserIo reusableIo() {
        UserIo b = io;
        if (b == null) {
            b = new UserIo(mem(), 0, 0);
            io = b;
        }
        return b;
    }

    /**
     * Looks up a descriptor; the description stays alive until the call ends.
     *
     * @return null where Linux gives EBADF
     */
    public abstract @Nullable FileDescription fget(int fd);

    public abstract FdTable fds();

    /**
     * Waits until {@code condition} holds. It is asked first, and again after each wake-up of {@code place}.
     *
     * @param events POLL* bits that the waiter wants to hear of
     * @param deadlineNanos CLOCK_MONOTONIC time (System.nanoTime()) or {@link #FOREVER}
     * @return 0 when it holds, -ETIMEDOUT, -ERESTARTSYS when a signal came, or {@link #BLOCK}
     */
    public abstract int await(WaitPlace place, int events, Condition condition, long deadlineNanos);

    /**
     * As {@link #await}, when all that a second run of the call depends on is its arguments, what it has looked up and
     * {@link #progress}: then it may wait without a thread.
     */
    public int awaitReady(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        return await(place, events, condition, deadlineNanos);
    }

    /** Waits until {@code p.poll()} has one of {@code events} (or an error or hang-up); results as {@link #await}. */
    public final int waitFor(Pollable p, int events, long deadlineNanos) {
        int want = events | 0x8 | 0x10; // POLLERR | POLLHUP
        waited = true;
        if (deadlineNanos == FOREVER) {
            ready.source = p;
            ready.events = want;
            return awaitReady(p.waitQueue(), want, ready, FOREVER);
        }
        // a second run would not know how much of its time is left
        return await(p.waitQueue(), want, () -> (p.poll() & want) != 0, deadlineNanos);
    }

    /** That of the one wait that is in progress. */
    private static final class Ready implements Condition {
        private @Nullable Pollable source;
        private int events;

        @Override
        public boolean holds() {
            Pollable p = source;
            return p != null && (p.poll() & events) != 0;
        }
    }

    /** Whether the call in progress has waited for a file to become ready; false at the start of each call. */
    public boolean waited;

    /**
     * What a blocking call has done so far (bytes written, say) when it met {@link #BLOCK}; kept until its second run
     * and 0 at the start of each call.
     */
    public long progress;

    /**
     * The deadline of a wait that a signal without a handler cut short, for when the call is made again
     * (-ERESTART_RESTARTBLOCK); 0 for none. Cleared when a handler runs instead.
     */
    public long restartDeadline;
}
