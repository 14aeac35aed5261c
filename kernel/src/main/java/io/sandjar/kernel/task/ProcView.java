// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/** A process or thread as /proc shows it: a snapshot, taken under the task lock. */
public final class ProcView {

    /** Whose numbers are used. */
    public final PidSpace seen;

    /** The process's own. */
    public final PidSpace pids;

    public final int rootTid;
    public final int rootPid;
    public final int rootGroup;
    public final int rootSession;
    public final int pid;
    public final int tid;
    public final int ppid;
    public final int group;
    public final int session;
    public final int threads;
    public final ThreadGroup.State state;
    public final int exitStatus;
    public final String comm;
    public final long startNanos;

    /** What children have used that were waited for. */
    public final Accounting ofChildren = new Accounting();

    /** What it has used, once it has ended. */
    public final Accounting ofItself = new Accounting();

    public final int hostPid;
    public final int hostTid;
    public final @Nullable Tty tty;
    public final @Nullable Path exe;
    public final long argStart;
    public final long argEnd;
    public final long envStart;
    public final long envEnd;
    public final long startCode;
    public final long endCode;
    public final long startStack;
    public final byte[] auxv;
    public final int exitSignal;
    public final int oomScoreAdj;
    public final int coredumpFilter;
    public final Cgroup cgroup;
    public final IoCount io = new IoCount();
    public final long[] softLimits = new long[Rlimit.NLIMITS];
    public final long[] hardLimits = new long[Rlimit.NLIMITS];
    public final long sharedPending;
    public final int queuedSignals;
    public long ignored;
    public long caught;

    // of the thread; a zombie has none of them
    public final @Nullable Task task;
    public final boolean alive;
    public final boolean parked;
    public final boolean traceStopped;
    public final int tracerPid;
    public final @Nullable Creds creds;
    public final @Nullable UserMemory mem;
    final @Nullable AddressSpace space;
    public final @Nullable FsContext fs;
    public final @Nullable FdTable fds;
    public final long pending;
    public final long blocked;
    public final boolean noNewPrivs;
    public final int personality;
    public final int policy;
    public final @Nullable SeccompFilter seccomp;
    public final Namespaces ns;

    private final ThreadGroup process;

    private ProcView(PidSpace seen, ThreadGroup g, @Nullable Task t, boolean whole) {
        this.process = g;
        pid = seen.fromRoot(g.pid());
        tid = t == null ? pid : seen.fromRoot(t.rootTid());
        ThreadGroup parent = g.parent;
        ppid = parent == null ? 0 : seen.fromRoot(parent.pid());
        group = seen.fromRoot(g.processGroup.id());
        session = seen.fromRoot(g.session().id());
        this.seen = seen;
        this.pids = g.pids();
        this.rootTid = t == null ? g.pid() : t.rootTid();
        this.rootPid = g.pid();
        this.rootGroup = g.processGroup.id();
        this.rootSession = g.session().id();
        threads = g.tasks.size();
        state = g.state;
        exitStatus = g.exitStatus;
        comm = t == null ? g.comm() : t.comm();
        startNanos = g.startNanos;
        ofChildren.add(g.ofChildren);
        ofItself.add(g.ofItself);
        hostPid = g.hostPid;
        hostTid = t == null ? 0 : t.hostTid;
        tty = g.terminal instanceof Tty x ? x : null;
        exe = g.exe;
        argStart = g.argStart;
        argEnd = g.argEnd;
        envStart = g.envStart;
        envEnd = g.envEnd;
        startCode = g.startCode;
        endCode = g.endCode;
        startStack = g.startStack;
        auxv = g.auxv;
        exitSignal = g.exitSignal;
        oomScoreAdj = g.oomScoreAdj;
        cgroup = g.cgroup.group();
        coredumpFilter = g.coredumpFilter;
        if (t != null && !whole) {
            io.add(t.ioCount);
        } else {
            io.add(g.endedIo);
            for (Task each : g.tasks) {
                io.add(each.ioCount);
            }
        }
        System.arraycopy(g.softLimits, 0, softLimits, 0, softLimits.length);
        System.arraycopy(g.hardLimits, 0, hardLimits, 0, hardLimits.length);
        sharedPending = g.shared.set();
        for (int sig = 1; sig < g.actions.length; sig++) {
            SigAction a = g.actions[sig];
            if (a.isIgnore()) {
                ignored |= 1L << (sig - 1);
            } else if (!a.isDefault()) {
                caught |= 1L << (sig - 1);
            }
        }
        task = t;
        alive = t != null;
        parked = t != null && t.parking.thread != null;
        Tracee e = t == null ? null : t.tracee;
        traceStopped = e != null && e.stopped;
        tracerPid = e == null ? 0 : seen.fromRoot(e.tracer.group.pid());
        creds = t == null ? null : t.creds;
        mem = t == null ? null : t.mem;
        space = t == null ? null : t.space;
        fs = t == null ? null : t.fs;
        fds = t == null ? null : t.fds;
        pending = t == null ? 0 : t.pending.set();
        queuedSignals = g.shared.queued() + (t == null ? 0 : t.pending.queued());
        blocked = t == null ? 0 : t.mask.now();
        noNewPrivs = t != null && t.settings.noNewPrivs;
        personality = t == null ? 0 : t.settings.personality;
        policy = t == null ? 0 : t.settings.schedPolicy & ~ThreadSettings.SCHED_RESET_ON_FORK;
        seccomp = t == null ? null : t.watch.filter;
        ns = t == null ? g.ns : t.ns;
    }

    /** Bytes that the process has locked. */
    public long lockedBytes() {
        return task == null || space == null ? 0 : space.locked.size(task);
    }

    /** Whether the process still has the memory that it had then. With the task lock. */
    boolean hasItsMemory() {
        for (Task t : process.tasks) {
            if (!t.dead) {
                return t.space == space;
            }
        }
        return false;
    }

    /** A process; null when it is gone. */
    public static @Nullable ProcView ofProcess(Kernel k, ThreadGroup g) {
        return ofProcess(k, g.pids().root(), g);
    }

    /** A process with the numbers of the space {@code seen}; null when it is gone. */
    public static @Nullable ProcView ofProcess(Kernel k, PidSpace seen, ThreadGroup g) {
        k.taskLock().lock();
        try {
            if (g.state == ThreadGroup.State.REAPED) {
                return null;
            }
            Task leader = g.pids().tasks().task(g.pid());
            Task t = leader != null && leader.group == g ? leader : g.tasks.isEmpty() ? null : g.tasks.get(0);
            return new ProcView(seen, g, t, true);
        } finally {
            k.taskLock().unlock();
        }
    }

    /**
     * A thread; null when it is gone.
     *
     * @param whole whether what is counted is the whole process's (/proc/TID) and not the thread's (/proc/PID/task/TID)
     */
    public static @Nullable ProcView ofThread(Kernel k, PidSpace seen, Task t, boolean whole) {
        k.taskLock().lock();
        try {
            return t.dead || t.pids().tasks().task(t.rootTid()) != t ? null : new ProcView(seen, t.group, t, whole);
        } finally {
            k.taskLock().unlock();
        }
    }

    /** Names a thread (/proc/PID/comm); 15 bytes count. */
    public static void rename(Task t, String comm) {
        t.comm = comm.length() > 15 ? comm.substring(0, 15) : comm;
    }
}
