// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.aio.AioContexts;
import io.sandjar.kernel.fs.pidfd.PidTarget;
import io.sandjar.kernel.ipc.Attachments;
import io.sandjar.kernel.signal.PendingSignals;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A process: the tasks that share a pid, with what belongs to the process rather than to a thread. Fields without a
 * note of their own are guarded by the task lock ({@link Kernel#taskLock}).
 */
public final class ThreadGroup implements PidTarget {
    /** Life of a process. */
    public enum State {
        RUNNING,
        STOPPED,
        ZOMBIE,
        REAPED
    }

    private final int pid;
    private final PidSpace pids;
    private final Container container;
    final ArrayList<Task> tasks = new ArrayList<>(2);
    final LinkedHashSet<ThreadGroup> children = new LinkedHashSet<>();
    final PendingSignals shared = new PendingSignals();
    SigAction[] actions = new SigAction[Sig.NSIG];

    /** Signals from outside the sandbox or faults: pid 1 is not protected from their default action. */
    long forced;

    /** Woken when a signal becomes pending (signalfd, sigtimedwait). */
    public final WaitQueue signalWait = new WaitQueue();

    /** Woken when a child changes state. */
    public final WaitQueue childWait = new WaitQueue();

    /** Woken when this process ends (pidfd) . */
    public final WaitQueue exitWait = new WaitQueue();

    /** The namespaces of its last thread that had any. */
    volatile Namespaces ns;

    @Nullable
    ThreadGroup parent;

    ProcessGroup processGroup;

    /** Its controlling terminal, a {@code tty.Tty}; null for none. */
    volatile @Nullable Object terminal;

    volatile State state = State.RUNNING;

    /** wait(2) status once it is a zombie. */
    int exitStatus;

    /** wait(2) status of exit(2) by the leader. */
    int leaderStatus;

    public int leaderStatus() {
        return leaderStatus;
    }

    /** Signal for the parent at exit; 0 for none. */
    int exitSignal;

    /** Set by exit_group, SIGKILL and exec: threads must end. */
    volatile boolean exiting;

    /** Between the point of no return of an exec and the fresh image: threads that are about to die may still call. */
    volatile boolean execing;

    public boolean execing() {
        return execing;
    }

    /** Its threads have been detached. */
    boolean released;

    /** Real user id of the leader, for SIGCHLD. */
    volatile int uid;

    private volatile @Nullable ProcessTimers timers;

    /** Shared memory of shmat(2). */
    final Attachments attachments = new Attachments();

    /** What threads that have ended read and wrote. Guarded by the task lock. */
    final IoCount endedIo = new IoCount();

    /** /proc/PID/coredump_filter: kept for the guest, there are no dumps. */
    public volatile int coredumpFilter = 0x33;

    /** Who logged in, as somebody wrote it to /proc/PID/loginuid; -1 for nobody. */
    public volatile int loginUid = -1;

    /** A number for what began then; -1 as long as nobody has logged in. */
    public volatile int loginSession = -1;

    /** Changes the wish, and the host's figure where the process may only become a likelier victim. */
    public void setOomScoreAdj(int n) {
        oomScoreAdj = n;
        if (hostPid > 0) {
            HostGroups.tellScore(this);
        }
    }

    /** Its control group. */
    public final Membership cgroup;

    /** Contexts of io_setup(2). */
    public final AioContexts aio = new AioContexts();

    /** /proc/PID/oom_score_adj: kept for the guest, of no effect. */
    public volatile int oomScoreAdj;

    boolean subreaper;
    boolean execed;

    /** PR_SET_DUMPABLE: 1, or 0 when its memory is nobody else's business. */
    volatile int dumpable = 1;

    /** Where its program was started: who is privileged there may look into its memory even so. */
    volatile UserNamespace memoryOwner = UserNamespace.FIRST;

    /** Somebody watches its CPU time because of RLIMIT_CPU. */
    volatile boolean cpuWatched;

    int hostPid;

    /** It has ended, and nobody of ours will wait for it; {@link #endListeners} have heard of it. */
    boolean over;

    final ArrayList<EndListener> endListeners = new ArrayList<>(0);

    /** Threads that threads of this process trace. */
    final ArrayList<Tracee> tracees = new ArrayList<>(0);

    /** A zombie that its parent does not see yet, because its tracer is to hear of it first. */
    boolean hidden;

    /** Signal of the last stop. */
    int stopSignal;

    /** Signal of the stop that wait(WUNTRACED) has not told yet, 0 for none. */
    int stopReport;

    boolean continueReport;

    /** RLIMIT_* soft and hard; -1 is infinity. */
    final long[] softLimits = new long[Rlimit.NLIMITS];

    final long[] hardLimits = new long[Rlimit.NLIMITS];

    /** The running program, for /proc/PID/exe; and its arguments and environment as execve got them. */
    volatile @Nullable Path exe;

    /** The same as long as the process has not ended: the file that must not be written to. */
    private @Nullable Path running;

    /** Where the arguments, environment, auxiliary vector lie in guest memory, for /proc/PID/cmdline and friends. */
    public volatile long argStart;

    public volatile long argEnd;
    public volatile long envStart;
    public volatile long envEnd;
    public volatile long startCode;
    public volatile long endCode;
    public volatile long startStack;
    volatile byte[] auxv = new byte[0];

    /** The thread of the parent whose child it is: the one that made it, or that took it over. Guarded by the task lock. */
    @Nullable
    Task maker;

    /** Start, CLOCK_BOOTTIME nanoseconds. */
    final long startNanos;

    /** What children have used that were waited for. */
    final Accounting ofChildren = new Accounting();

    /** What this process has used, once it has ended. */
    Accounting ofItself = new Accounting();

    String endComm = "";

    /** What of it the load averages have: until when, and how much. Guarded by {@link LoadAverage}. */
    long loadUntil;

    long loadCpu;
    long loadDelay;

    /** Whether its end is in the sums of {@link SystemFigures}. */
    boolean summed;

    /** @param pid its root id */
    ThreadGroup(int pid, PidSpace pids, Container container, ProcessGroup processGroup, long startNanos) {
        this.pid = pid;
        this.pids = pids;
        this.container = container;
        this.ns = container.namespaces();
        this.cgroup = new Membership(this, container.cgroups);
        this.processGroup = processGroup;
        this.startNanos = startNanos;
        java.util.Arrays.fill(actions, SigAction.DEFAULT);
    }

    /** Changes the program that it runs; null at its end. */
    void setProgram(@Nullable Path p) {
        Path before = running;
        running = p;
        if (p != null) {
            exe = p;
            p.inode().addRunner(1);
            p.dentry().opened(1);
        }
        if (before != null) {
            int left = before.inode().addRunner(-1);
            before.dentry().opened(-1);
            if (left == 0 && before.dentry().gone()) {
                container.kernel().background(before.inode()::unused);
            }
        }
    }

    /** What stands for the table of handlers, which processes may share (CLONE_SIGHAND). */
    public Object handlers() {
        return actions;
    }

    /** What a forked child has from its parent. */
    void inherit(ThreadGroup from) {
        from.attachments.copyTo(attachments, globalPid());
        System.arraycopy(from.actions, 0, actions, 0, actions.length);
        System.arraycopy(from.softLimits, 0, softLimits, 0, softLimits.length);
        System.arraycopy(from.hardLimits, 0, hardLimits, 0, hardLimits.length);
        terminal = from.terminal;
        dumpable = from.dumpable;
        memoryOwner = from.memoryOwner;
        setProgram(from.exe);
        oomScoreAdj = from.oomScoreAdj;
        coredumpFilter = from.coredumpFilter;
        loginUid = from.loginUid;
        loginSession = from.loginSession;
        argStart = from.argStart;
        argEnd = from.argEnd;
        envStart = from.envStart;
        envEnd = from.envEnd;
        startCode = from.startCode;
        endCode = from.endCode;
        startStack = from.startStack;
        auxv = from.auxv;
    }

    /** Handlers give way to the default action; what is ignored stays so. */
    void resetHandlers() {
        SigAction[] now = actions;
        SigAction[] mine = new SigAction[Sig.NSIG]; // the present one may be others' as well
        java.util.Arrays.fill(mine, SigAction.DEFAULT);
        for (int s = 1; s < Sig.NSIG; s++) {
            if (now[s].isIgnore()) {
                mine[s] = SigAction.IGNORE;
            }
        }
        actions = mine;
    }

    /** Ends the process's timers at its exit, or those that execve(2) deletes. */
    void endTimers(boolean exec) {
        ProcessTimers t = timers;
        if (t != null) {
            if (exec) {
                t.deletePosix();
            } else {
                t.end();
            }
        }
    }

    /** A signal of a timer as its receiver gets it: with what the timer has missed since. Not under the task lock. */
    SigInfo timerTaken(SigInfo i) {
        ProcessTimers all = timers;
        if (i.code() != Sig.SI_TIMER || all == null) {
            return i;
        }
        ProcessTimer t = all.get(i.pid());
        return t == null ? i : SigInfo.timer(i.signo(), i.pid(), t.taken(), i.value());
    }

    /** Its timers of timer_create(2) as /proc/PID/timers shows them. @param seen whose process ids are used */
    public void describeTimers(PidSpace seen, StringBuilder b) {
        ProcessTimers t = timers;
        if (t != null) {
            t.describe(seen, b);
        }
    }

    /** The process's timers. */
    public ProcessTimers timers(Task of) {
        ProcessTimers t = timers;
        if (t == null) {
            synchronized (this) {
                t = timers;
                if (t == null) {
                    t = new ProcessTimers(of.kernel, this);
                    timers = t;
                }
            }
        }
        return t;
    }

    /** Its root id: see {@link PidSpace}. */
    @Override
    public int pid() {
        return pid;
    }

    /** What it calls itself. */
    public int ownPid() {
        return pids.fromRoot(pid);
    }

    /** See {@link PidSpace#global}. */
    int globalPid() {
        return pids.root().global(pid);
    }

    public Container container() {
        return container;
    }

    /** The space of its pid. */
    public PidSpace pids() {
        return pids;
    }

    /** Readable once it has ended; hung up once it has been waited for. */
    @Override
    public int poll() {
        return switch (state) {
            case ZOMBIE -> 0x1 | 0x40; // POLLIN | POLLRDNORM
            case REAPED -> 0x1 | 0x40 | 0x10; // and POLLHUP
            default -> 0;
        };
    }

    @Override
    public WaitQueue waitQueue() {
        return exitWait;
    }

    public State state() {
        return state;
    }

    public int exitStatus() {
        return exitStatus;
    }

    public @Nullable ThreadGroup parent() {
        return parent;
    }

    public ProcessGroup processGroup() {
        return processGroup;
    }

    /** Its controlling terminal, a {@code tty.Tty}; null for none. */
    public @Nullable Object terminal() {
        return terminal;
    }

    public Session session() {
        return processGroup.session();
    }

    /** Real user id of the process. */
    public int uid() {
        return uid;
    }

    /** A host thread through which its memory can be reached; 0 when there is none. */
    int anyHostTid() {
        for (int i = 0; i < tasks.size(); i++) {
            Task t = tasks.get(i);
            if (t.hostTid != 0 && !t.dead) {
                return t.hostTid;
            }
        }
        return 0;
    }

    /** The tasks; a snapshot. */
    public Task[] tasks() {
        return tasks.toArray(new Task[0]);
    }

    public ThreadGroup[] children() {
        return children.toArray(new ThreadGroup[0]);
    }

    public int hostPid() {
        return hostPid;
    }

    public @Nullable Path exe() {
        return exe;
    }

    public byte[] auxv() {
        return auxv;
    }

    public void setAuxv(byte[] b) {
        auxv = b;
    }

    public long startNanos() {
        return startNanos;
    }

    /** 1 when others of the same user may look inside; see prctl(2). */
    public int dumpable() {
        return dumpable;
    }

    public void setDumpable(int value) {
        dumpable = value;
    }

    /** Whether orphaned descendants become its children. */
    public boolean subreaper() {
        return subreaper;
    }

    public void setSubreaper(boolean on) {
        subreaper = on;
    }

    /** Name of the leader (prctl PR_SET_NAME, /proc/PID/comm). */
    public String comm() {
        return tasks.isEmpty() ? endComm : tasks.get(0).comm;
    }

    public boolean exiting() {
        return exiting;
    }

    /** Soft limit; Long.MAX_VALUE is none. */
    public long softLimit(int resource) {
        long v = softLimits[resource];
        return v == -1 ? Long.MAX_VALUE : v;
    }

    public long hardLimit(int resource) {
        long v = hardLimits[resource];
        return v == -1 ? Long.MAX_VALUE : v;
    }
}
