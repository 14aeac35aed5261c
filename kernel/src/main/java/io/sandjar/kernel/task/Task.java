// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.signal.PendingSignals;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A guest thread. One host thread stands behind it; it has at most one system call in progress. */
public final class Task extends Caller {
    // ---- the call in progress: set by the receiver, read by the dispatcher ----
    public int nr;
    public long a0;
    public long a1;
    public long a2;
    public long a3;
    public long a4;
    public long a5;

    /** Whether the thread that runs the call may park. */
    public boolean mayBlock;

    final Kernel kernel;
    volatile ThreadGroup group;
    volatile int tid;
    volatile UserMemory mem;
    volatile Creds creds;
    volatile FsContext fs;
    volatile FdTable fds;
    final PendingSignals pending = new PendingSignals();

    /** Blocked signals. Written by the task's own calls under the task lock. */
    volatile long sigmask;

    /** Set when something is to be done before the guest goes on: a signal, a stop, the end. */
    volatile boolean attention;

    volatile @Nullable Thread parked;
    volatile boolean dead;
    private final FileDescription[] held = new FileDescription[8];
    private int heldCount;
    private FileDescription @Nullable [] heldMore;

    Task(Kernel kernel, ThreadGroup group, int tid, UserMemory mem, Creds creds, FsContext fs, FdTable fds) {
        this.kernel = kernel;
        this.group = group;
        this.tid = tid;
        this.mem = mem;
        this.creds = creds;
        this.fs = fs;
        this.fds = fds;
    }

    public Kernel kernel() {
        return kernel;
    }

    public ThreadGroup group() {
        return group;
    }

    @Override
    public Creds creds() {
        return creds;
    }

    /** Replaces the credentials of this thread. */
    public void setCreds(Creds c) {
        creds = c;
    }

    @Override
    public UserMemory mem() {
        return mem;
    }

    @Override
    public int umask() {
        return fs.umask();
    }

    @Override
    public FsContext fs() {
        return fs;
    }

    @Override
    public FdTable fds() {
        return fds;
    }

    /** From here on this task has a descriptor table of its own. */
    public void unshareFds() {
        FdTable old = fds;
        fds = old.copy();
        old.leave(this);
    }

    @Override
    public int pid() {
        return group.pid();
    }

    @Override
    public int tid() {
        return tid;
    }

    @Override
    public long rlimit(int resource) {
        return group.softLimit(resource);
    }

    @Override
    public void raise(int sig) {
        kernel.sendToTask(this, SigInfo.user(sig, 0, group.pid(), creds.uid()));
    }

    @Override
    public boolean signalPending() {
        return attention;
    }

    @Override
    public boolean mayPark() {
        return mayBlock;
    }

    public long sigmask() {
        return sigmask;
    }

    /** Blocks {@code mask} for the length of this call; what was blocked before comes back when it ends. */
    public void setTemporaryMask(long mask) {
        sigmask = mask;
    }

    @Override
    public @Nullable FileDescription fget(int fd) {
        FileDescription d = fds.acquire(fd);
        if (d != null) {
            hold(d);
        }
        return d;
    }

    /** Keeps an acquired description until the call ends. */
    public void hold(FileDescription d) {
        if (heldCount < held.length) {
            held[heldCount++] = d;
            return;
        }
        FileDescription[] more = heldMore;
        int n = heldCount - held.length;
        if (more == null) {
            more = new FileDescription[16];
        } else if (n == more.length) {
            more = java.util.Arrays.copyOf(more, n * 2);
        }
        more[n] = d;
        heldMore = more;
        heldCount++;
    }

    /** Ends a call (or its first run): descriptions that it looked up are let go. */
    public void endCall() {
        int n = heldCount;
        heldCount = 0;
        FileDescription[] more = heldMore;
        heldMore = null;
        for (int i = 0; i < n; i++) {
            FileDescription d;
            if (i < held.length) {
                d = held[i];
                held[i] = null;
            } else if (more != null) {
                d = more[i - held.length];
            } else {
                break;
            }
            d.release();
        }
    }

    @Override
    public int await(WaitQueue queue, int events, Condition condition, long deadlineNanos) {
        if (condition.holds()) {
            return 0;
        }
        if (attention) {
            return -ERESTARTSYS;
        }
        if (deadlineNanos != FOREVER && deadlineNanos - System.nanoTime() <= 0) {
            return -ETIMEDOUT;
        }
        if (!mayBlock) {
            return BLOCK;
        }
        Parker entry = new Parker(Thread.currentThread(), events);
        parked = Thread.currentThread();
        queue.add(entry);
        try {
            while (true) {
                if (condition.holds()) {
                    return 0;
                }
                if (attention) {
                    return -ERESTARTSYS;
                }
                if (deadlineNanos == FOREVER) {
                    LockSupport.park(this);
                } else {
                    long left = deadlineNanos - System.nanoTime();
                    if (left <= 0) {
                        return -ETIMEDOUT;
                    }
                    LockSupport.parkNanos(this, left);
                }
            }
        } finally {
            queue.remove(entry);
            parked = null;
        }
    }

    private static final class Parker extends WaitEntry {
        private final Thread thread;

        Parker(Thread thread, int events) {
            super(events);
            this.thread = thread;
        }

        @Override
        public boolean wake(int events) {
            LockSupport.unpark(thread);
            return true;
        }
    }
}
