// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Time;
import io.sandjar.host.Ring;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pidfd.PidFd;
import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.signal.PendingSignals;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Namespace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A guest thread. One host thread stands behind it; it has at most one system call in progress. */
public final class Task extends Caller {
    /** Result that lets the host carry out the call as it is. */
    public static final int CONTINUE = -4098;

    /** Result of a trapped call that was not made because its tracer did not want it: the registers are right. */
    public static final int SKIPPED = -4099;

    // ---- the call in progress: set by the receiver, read by the dispatcher ----
    public int nr;
    public long a0;
    public long a1;
    public long a2;
    public long a3;
    public long a4;
    public long a5;

    /** Address behind the call's instruction. */
    public long ip;

    /** The thread that runs the call; null when none does. */
    public @Nullable Thread caller;

    /** Calls that came by notification, roughly. */
    int callCount;

    @Nullable
    HotSites hotSites;

    /** Address behind a call site about which the stub is to do something; 0 for none. */
    long hotSite;

    /** It was given a ring already, or cannot have one. */
    boolean ringRefused;

    private volatile @Nullable Ring ring;

    /** The call in progress came by the ring. */
    private volatile boolean viaRing;

    /** Whether the thread that runs the call may park. */
    public boolean mayBlock;

    final Kernel kernel;
    volatile ThreadGroup group;
    volatile boolean tookOver;
    volatile int tid;
    volatile UserMemory mem;
    volatile Creds creds;
    volatile FsContext fs;
    volatile FdTable fds;
    volatile Namespaces ns;
    final PendingSignals pending = new PendingSignals();

    /** What it has read and written. */
    public final IoCount ioCount = new IoCount();

    /** Blocked signals. Written by the task's own calls under the task lock. */
    volatile long sigmask;

    /** Whether the slot holds {@link #sigmask}: not between an exec and the first words to the fresh image's slot. */
    volatile boolean maskInSlot = true;

    /** The stub was told that a signal is pending. */
    private volatile boolean recheck;

    /** Signals that sigtimedwait(2) waits for. */
    volatile long waitingFor;

    /** Set when something is to be done before the guest goes on: a signal, a stop, the end. */
    volatile boolean attention;

    volatile @Nullable Thread parked;

    private volatile @Nullable ParkedCall parkedCall;
    private @Nullable WaitPlace waitPlace;
    private @Nullable Condition waitCondition;
    private int waitEvents;
    private long waitDeadline;
    private int waitClock;
    private boolean again;

    /** What poll(2) and select(2) keep, from one run of a call to the next and for later calls. */
    public @Nullable Condition pollSet;

    private volatile long firstId;
    private volatile boolean hasFirst;

    /** No more calls of it are answered. */
    volatile boolean dead;

    /** Beside the policy: children begin without one of real time. */
    public static final int SCHED_RESET_ON_FORK = 0x40000000;

    /** sched_setscheduler(2), ioprio_set(2) and personality(2): remembered for those who ask. */
    public volatile int schedPolicy;

    public volatile int ioPriority;
    public volatile int personality;

    /** By how much the host may delay its timers, and what PR_SET_TIMERSLACK with 0 gives back. */
    public volatile long timerSlackNanos = 50_000;

    public volatile long usualSlackNanos = 50_000;

    /** Whether the host thread is (or is about to be) outside the kernel, so that only a kick reaches it. */
    volatile boolean inGuest;

    /** Host thread; 0 until a new thread has made itself known. */
    volatile int hostTid;

    /** Its slot and address space. */
    long slot;

    AddressSpace space;

    // ---- restart and masks: touched by the task's own calls only ----

    /** Restart code of the interrupted call that the next signal entry has to settle; 0 for none. */
    long restartCode;

    int restartNr;

    /** Mask to be restored once signals are delivered (sigsuspend, ppoll, ...). */
    long savedMask;

    boolean restoreMask;

    final AltStack altStack = new AltStack(this);

    /** Registers, while a trapped call is handled. */
    @Nullable
    TrapFrame frame;

    private final TrapFrame trapFrame = new TrapFrame();

    /** How it touches its own memory in the middle of a call. */
    public final Prefault prefault;

    /** The trapped call changed the registers itself (rt_sigreturn). */
    boolean registersSet;

    /** What the stub is to do before the guest goes on; filled by trapped calls. */
    final OpList ops = new OpList();

    /** Notification that the call in progress belongs to. */
    public long notifId;

    /** A call that the stub was told to make and that is to be let through: number and first argument; -1 for none. */
    int expectedNr = -1;

    long expectedArg;

    /** What it waits for among futexes with owners; null for nothing. See {@link PiFutexes}. */
    @Nullable
    PiWaiter piWaiter;

    /** Threads that its FUTEX_CMP_REQUEUE_PI has moved. */
    int piRequeued;

    /** The stub has done what the call in progress needs to go on. */
    boolean goesOn;

    /** Its id before an exec, which may have made it the leader. */
    int execTid;

    /** The program to be started once the new image rings. */
    @Nullable
    ExecImage image;

    /** What to do when the stub has done its operations or one failed. */
    @Nullable
    OpsContinuation continuation;

    volatile String comm = "";
    volatile boolean noNewPrivs;
    int parentDeathSignal;
    boolean released;

    /** clone child: where the child's tid is to be stored in its own memory, 0 for nowhere. */
    long childSetTid;

    long childClearTid;

    /** The thread whose slot gets the host pid of this new process, once it is sure to hold no older one. */
    volatile @Nullable Task forkedBy;

    /** How it comes into being, when it is started from outside. */
    volatile Nursery.@Nullable Order birth;

    /** What its calls go through; null for nothing. Children and threads have it too. */
    public volatile @Nullable SeccompFilter seccomp;

    /** Who traces it, and how; null for nobody. Written under the task lock. */
    volatile @Nullable Tracee tracee;

    /** The child of a vfork that the host does not wait for, because this thread is traced. */
    volatile @Nullable Task vforkChild;

    /** Who waits for it as a vfork child. */
    volatile @Nullable Task vforkParent;

    /** It has ended or has a program and memory of its own. */
    volatile boolean leftMemory;

    /** Its host thread has the second filter, by which every call comes to the stub. */
    volatile boolean trapsAll;

    private boolean leftSeccomp;

    /** It waits because its control group is frozen. */
    volatile boolean standsFrozen;

    /** The call in progress came by the stub. */
    boolean inTrap;

    /** wait(2) status with which it is to end although its process goes on; 0: it is not. */
    volatile int endsAlone;

    /** Takes over what a new thread has of the one that makes it, in its process or in a new one. */
    void inherit(Task from) {
        comm = from.comm;
        noNewPrivs = from.noNewPrivs;
        inheritSeccomp(from);
        personality = from.personality;
        ioPriority = from.ioPriority;
        timerSlackNanos = from.timerSlackNanos;
        usualSlackNanos = from.timerSlackNanos;
        schedPolicy =
                from.schedPolicy & ~SCHED_RESET_ON_FORK; // of real-time policies, which nobody has, it leaves nothing
    }

    /** Ends it before its next instruction, and with it the process if there is no other thread. */
    public void endAlone(int status) {
        int alive = 0;
        kernel.taskLock().lock();
        try {
            for (Task o : group.tasks) {
                alive += o.dead ? 0 : 1;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        if (alive <= 1) {
            kernel.exits().exitGroup(group, status);
            return;
        }
        endsAlone = status;
        attention = true;
    }

    /** Woken when it ends. */
    final WaitQueue endWait = new WaitQueue();

    /** Where it sleeps, alone and woken by nobody. */
    public final WaitQueue sleepers = new WaitQueue();

    /** It stands in its signal handler, so that its frame shows its registers. */
    boolean inFrame;

    /** It was sent through the gate: GATE_*. */
    private int gate;

    private static final int GATE_CALL = 1;
    private static final int GATE_BORN = 2;
    private long gateReturn;

    /** Secret by which a new process makes itself known. */
    long cookie;

    private final Placement placement = new Placement(this);

    private final HeldFiles held = new HeldFiles();

    Task(
            Kernel kernel,
            ThreadGroup group,
            int tid,
            AddressSpace space,
            long slot,
            UserMemory mem,
            Creds creds,
            FsContext fs,
            FdTable fds) {
        this.kernel = kernel;
        this.group = group;
        this.tid = tid;
        this.space = space;
        this.slot = slot;
        this.mem = mem;
        this.creds = creds;
        this.fs = fs;
        this.fds = fds;
        this.ns = group.ns;
        this.prefault = new Prefault(this);
        MemoryRoom room = group.container().memoryRoom;
        if (room != null) {
            mem.limit(room, prefault);
        }
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

    /** Its namespaces but for those of users and of its own pid. */
    public Namespaces namespaces() {
        return ns;
    }

    /** The mounts that it sees. */
    public MountNamespace mounts() {
        return ns.mounts();
    }

    /** Replaces the namespaces of this thread. */
    public void setNamespaces(Namespaces n) {
        IpcNamespace ipc = ns.ipc;
        MountNamespace before = ns.mountsIfAny();
        ns = n;
        group.ns = n;
        if (before != null && before != n.mountsIfAny()) {
            before.left();
        }
        if (ipc != n.ipc) {
            ipc.left();
        }
    }

    /** From here on this task has a descriptor table of its own: 0, or -ENOMEM. */
    public int unshareFds() {
        return unshareFds(false);
    }

    int unshareFds(boolean must) {
        FdTable old = fds;
        FdTable mine = old.copy(must);
        if (mine == null) {
            return -ENOMEM;
        }
        fds = mine;
        old.leave(this);
        return 0;
    }

    @Override
    public int pid() {
        return group.ownPid();
    }

    @Override
    public int tid() {
        return group.pids().fromRoot(tid);
    }

    /** Its id in the outermost space of pids, by which the kernel knows it. */
    public int rootTid() {
        return tid;
    }

    @Override
    public Namespace pidNamespace() {
        return group.pids();
    }

    /** Whether its process has no other thread and shares its memory with none. */
    public boolean alone() {
        kernel.taskLock().lock();
        try {
            for (Task o : group.tasks) {
                if (o != this && !o.dead) {
                    return false;
                }
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public int rootPid(int pid) {
        return group.pids().toRoot(pid);
    }

    @Override
    public int shownPid(int root) {
        return group.pids().fromRoot(root);
    }

    @Override
    public boolean mayUseHostSockets() {
        return group.container().hostSockets;
    }

    @Override
    public int firstFreePort() {
        return group.container().firstFreePort;
    }

    @Override
    public int openPidfd(int global) {
        int pid = localPid(global);
        ThreadGroup g = pid <= 0 ? null : Access.process(this, pid);
        if (g == null) {
            return -ESRCH;
        }
        PidFd f = new PidFd(kernel.anon, creds(), g, 0);
        int fd = fds().install(f, true, 0, rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }

    @Override
    public @Nullable Namespace networkOf(int pid) {
        Task of = Access.thread(this, pid);
        return of == null ? null : of.namespaces().net;
    }

    @Override
    public int globalPid(int pid) {
        return group.pids().global(pid);
    }

    @Override
    public int localPid(int global) {
        return group.pids().local(global);
    }

    /** The processes that it can see. */
    public PidSpace pids() {
        return group.pids();
    }

    public Container container() {
        return group.container();
    }

    @Override
    public long rlimit(int resource) {
        return group.softLimit(resource);
    }

    @Override
    public void raise(int sig) {
        kernel.signals().sendToTask(this, SigInfo.user(sig, 0, group.pid(), creds.uid()));
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
        pullMask();
        return sigmask;
    }

    /**
     * Takes over the blocked signals that the stub keeps in the slot. Not while a call has a mask of its own: then the
     * slot has the one to come back.
     */
    void pullMask() {
        if (restoreMask || dead || !maskInSlot) {
            return;
        }
        int via = hostTid != 0 ? hostTid : group.anyHostTid();
        if (via == 0) {
            return;
        }
        byte[] word = new byte[8];
        if (io.sandjar.host.Sys.peek(via, Stub.mailbox(slot) + Stub.BOX_SIGMASK, word, 0, 8) == 8) {
            sigmask = io.sandjar.abi.Bytes.i64(word, 0) & ~Signals.UNBLOCKABLE;
        }
    }

    /** A kick, or the stub's own ring after it changed its mask: looks at the signals anew. */
    public void recheckSignals() {
        kernel.taskLock().lock();
        try {
            pullMask();
            kernel.signals().recompute(this);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** The stub's words about this thread in a fresh slot: ids, blocked signals, whether to show every call. */
    byte[] slotWords() {
        byte[] b = new byte[32];
        io.sandjar.abi.Bytes.put32(b, Stub.BOX_GUEST_TID, tid());
        io.sandjar.abi.Bytes.put64(b, Stub.BOX_SIGMASK, sigmask);
        io.sandjar.abi.Bytes.put32(b, Stub.BOX_RECHECK, 1); // the first change rings once
        io.sandjar.abi.Bytes.put32(b, Stub.BOX_TRACE, showsEveryCall() ? 1 : 0);
        io.sandjar.abi.Bytes.put32(b, Stub.BOX_GUEST_PID, group.ownPid());
        recheck = true;
        return b;
    }

    /** Whether the stub may not answer calls by itself. */
    boolean showsEveryCall() {
        SeccompFilter f = seccomp;
        return kernel.everyCall || tracee != null || (f != null && !f.leavesStubAlone());
    }

    /** Somebody traces it from now on. */
    void showCalls() {
        tellStub(true);
    }

    /** Nobody traces it any more. */
    void hideCalls() {
        if (!showsEveryCall()) {
            tellStub(false);
        }
    }

    private void tellStub(boolean trace) {
        int via = hostTid != 0 ? hostTid : group.anyHostTid();
        if (via != 0) {
            byte[] word = new byte[4];
            word[0] = (byte) (trace ? 1 : 0);
            io.sandjar.host.Sys.poke(via, Stub.mailbox(slot) + Stub.BOX_TRACE, word, 0, 4);
        }
    }

    /**
     * Puts a filter on this thread's calls that grew from the one it has, and on those of its process' other threads.
     *
     * @param esrch what to answer when a thread has another one: -ESRCH rather than its id
     */
    public long addSeccomp(SeccompFilter f, boolean allThreads, boolean esrch) {
        kernel.taskLock().lock();
        try {
            if (allThreads) {
                for (Task o : group.tasks) {
                    SeccompFilter its = o.seccomp;
                    if (o != this && !o.dead && its != null && (its.isStrict() || !f.growsFrom(its))) {
                        return esrch ? -ESRCH : o.tid();
                    }
                }
            }
            setSeccomp(f);
            for (Task o : group.tasks) {
                if (allThreads && o != this) {
                    o.setSeccomp(f);
                    o.noNewPrivs |= noNewPrivs;
                }
            }
            return 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private synchronized void inheritSeccomp(Task from) {
        synchronized (from) {
            seccomp = from.seccomp;
            if (seccomp != null) {
                seccomp.hold();
            }
        }
    }

    /** It needs its filters no more, but for those who look at what is left of it. */
    void leaveSeccomp() {
        SeccompFilter f;
        synchronized (this) {
            f = leftSeccomp ? null : seccomp;
            leftSeccomp = true;
        }
        if (f != null) {
            f.drop();
        }
    }

    private void setSeccomp(SeccompFilter f) {
        SeccompFilter before;
        synchronized (this) {
            if (leftSeccomp) {
                return;
            }
            before = seccomp;
            f.hold();
            seccomp = f;
        }
        if (before != null) {
            before.drop();
        }
        if (showsEveryCall()) {
            tellStub(true);
        }
    }

    /** A new thread has made itself known: what was sent to it before must not be lost. */
    void known() {
        recheck = false;
        pullMask();
        if (!pending.isEmpty() || !group.shared.isEmpty()) {
            setRecheck(true);
        }
        kernel.signals().recompute(this);
    }

    /** Gives the blocked signals to the stub. */
    void pushMask() {
        if (hostTid != 0 && !dead && !restoreMask && maskInSlot) {
            byte[] word = new byte[8];
            io.sandjar.abi.Bytes.put64(word, 0, sigmask);
            io.sandjar.host.Sys.poke(hostTid, Stub.mailbox(slot) + Stub.BOX_SIGMASK, word, 0, 8);
        }
    }

    /** Has the stub ring (or not) after every change of its mask. */
    void setRecheck(boolean on) {
        if (recheck == on || !maskInSlot) {
            return;
        }
        int via = hostTid != 0 ? hostTid : group.anyHostTid();
        if (via != 0) {
            byte[] word = new byte[4];
            word[0] = (byte) (on ? 1 : 0);
            io.sandjar.host.Sys.poke(via, Stub.mailbox(slot) + Stub.BOX_RECHECK, word, 0, 4);
            recheck = on;
        }
    }

    /** Blocks {@code mask} for the length of this call; what was blocked before comes back when it ends. */
    public void setTemporaryMask(long mask) {
        if (!restoreMask) {
            pullMask();
            savedMask = sigmask;
            restoreMask = true;
        }
        kernel.signals().setMask(this, mask);
    }

    /** Sets what the trapped call returns. */
    void setResult(long value) {
        TrapFrame f = frame;
        if (f != null) {
            f.setReg(TrapFrame.RAX, value);
        }
    }

    public String comm() {
        return comm;
    }

    public void setComm(String name) {
        comm = name;
    }

    /** What the call will return to the guest once the stub has done its operations. */
    public long queuedResult(long result) {
        return ops.isEmpty() ? result : ops.queuedResult(result);
    }

    /** What tasks of one memory share. */
    public Object addressSpace() {
        return space;
    }

    public boolean noNewPrivs() {
        return noNewPrivs;
    }

    /** There is no way back. */
    public void setNoNewPrivs() {
        noNewPrivs = true;
    }

    /** Signal that it wants when its parent ends, 0 for none. */
    public int parentDeathSignal() {
        return parentDeathSignal;
    }

    public void setParentDeathSignal(int signo) {
        parentDeathSignal = signo;
    }

    /** From here on this task has a root, working directory and umask of its own. */
    public void unshareFs() {
        if (fs.shared()) {
            fs.leave();
            fs = fs.copy();
        }
    }

    public int hostTid() {
        return hostTid;
    }

    /** Where the host may run it. */
    public Placement placement() {
        return placement;
    }

    public boolean dead() {
        return dead;
    }

    /**
     * Whether an exec of this task has gone through that takes over the leader's host thread, and the new image has not
     * begun: until then what comes from that host thread are the old leader's last calls.
     */
    public boolean tookOver() {
        return tookOver;
    }

    /** Makes the task look at its signals: it leaves a wait or, outside the kernel, is kicked. */
    void wake() {
        attention = true;
        if (inGuest) {
            kernel.kick(this);
        }
        Thread p = parked;
        if (p != null) {
            LockSupport.unpark(p);
        }
        ParkedCall c = parkedCall;
        if (c != null) {
            c.resume();
        }
    }

    @Override
    public @Nullable FileDescription fget(int fd) {
        FileDescription d = again ? held.find(fd) : null;
        if (d == null) {
            d = fds.acquire(fd);
            if (d != null) {
                held.add(d, fd);
            }
        }
        return d;
    }

    /** Keeps an acquired description until the call ends. */
    public void hold(FileDescription d) {
        held.add(d);
    }

    /** Ends a call (or its first run): descriptions that it looked up are let go. */
    public void endCall() {
        held.release();
    }

    // ---- signals, for the calls of the task itself ----

    /** rt_sigreturn(2): the registers come from the frame on the guest's stack. A broken frame is a SIGSEGV. */
    public void sigreturn() {
        TrapFrame f = frame;
        registersSet = true;
        if (f == null || SignalFrames.pop(this, f) < 0) {
            kernel.signals().force(this, SigInfo.kernel(io.sandjar.abi.Sig.SIGSEGV));
        }
    }

    private int awaitResult;

    /** Why {@link #awaitSignal} came back without one: -ETIMEDOUT, -ERESTARTSYS or BLOCK. */
    public int awaitResult() {
        return awaitResult;
    }

    /** Waits for one of {@code wanted} signals (which are usually blocked) and takes it; null: see awaitResult. */
    public @Nullable SigInfo awaitSignal(long wanted, long deadline) {
        SigInfo now = kernel.signals().dequeue(this, wanted);
        if (now != null) {
            return now;
        }
        waitingFor = wanted;
        try {
            SigInfo[] got = new SigInfo[1];
            awaitResult = await(
                    group.signalWait,
                    1,
                    () -> {
                        if (got[0] == null) {
                            got[0] = kernel.signals().dequeue(this, wanted);
                        }
                        return got[0] != null;
                    },
                    deadline);
            return awaitResult == 0 ? got[0] : null;
        } finally {
            waitingFor = 0;
        }
    }

    /** sigaltstack(2): a trapped call, because it must know on which stack the guest stands. */
    public long sigaltstack(long ss, long oldss) {
        TrapFrame f = frame;
        return altStack.change(ss, oldss, f == null ? 0 : f.reg(TrapFrame.RSP));
    }

    // ---- the way in and out, called by notify ----

    /** The first ring of a program: what came earlier from this host thread was somebody else's (exec of another thread). */
    public void firstRing(long id) {
        firstId = id;
        hasFirst = true;
    }

    /** Whether a notification is older than this task's program: the host numbers them one after the other. */
    public boolean isStale(long id) {
        return hasFirst && id - firstId < 0;
    }

    /**
     * A call or ring of the host thread has come in.
     *
     * @return false when it cannot be its own: a call that came by the ring is not answered yet
     */
    public boolean begin(long id) {
        if (ring == null) {
            inGuest = false;
        } else if (!InGuest.take(this)) {
            return false;
        }
        inTrap = false;
        inFrame = false;
        notifId = id;
        progress = 0;
        return true;
    }

    /** A notification was answered without {@link #finish}: the host thread is on its own again. */
    public void passed() {
        inGuest = true;
        if (attention) {
            kernel.kick(this);
        }
    }

    /** Whether the call in progress came by the ring: then there is no notification. */
    public boolean byRing() {
        return viaRing;
    }

    /** Whether {@link Rings#prepare} has something to do. */
    public boolean isHot() {
        return hotSite != 0;
    }

    public @Nullable Ring ring() {
        return ring;
    }

    void setRing(@Nullable Ring r) {
        ring = r;
    }

    /** A new program begins: calls are counted anew. */
    void forgetRing() {
        ring = null;
        ringRefused = false;
        callCount = 0;
        hotSites = null;
        hotSite = 0;
    }

    /**
     * A call was posted in a ring.
     *
     * @return false when it is not to be made: then nothing was changed, and the ring is to be answered with REFUSED
     */
    public boolean beginByRing(Ring r) {
        if (ring != r
                || dead
                || attention
                || expectedNr >= 0
                || image != null
                || showsEveryCall()
                || !InGuest.take(this)) {
            return false;
        }
        int number = r.nr();
        long writes = number == Nr.read || number == Nr.pread64 ? r.argument(2) : 0;
        SeccompFilter filter = seccomp;
        if (!kernel.rings().isPlain(number) || filter != null && !filter.always(number) || mem.tight(writes)) {
            inGuest = true;
            return false;
        }
        placement.endClone();
        progress = 0;
        viaRing = true;
        mem.open(r);
        nr = number;
        ip = r.ip();
        a0 = r.argument(0);
        a1 = r.argument(1);
        a2 = r.argument(2);
        a3 = r.argument(3);
        a4 = r.argument(4);
        a5 = r.argument(5);
        if (nr == io.sandjar.abi.Nr.epoll_pwait && a4 != 0) { // a mask of its own
            mem.close();
            viaRing = false;
            inGuest = true;
            return false;
        }
        return true;
    }

    /** Behind the instruction that made the call, for filters and tracers: not in one of our trampolines. */
    public long shownIp() {
        Trampolines sites = space.trampolines;
        return sites == null ? ip : sites.shown(ip);
    }

    /** The call in progress will take its time: if it came by the ring, its thread may sleep. */
    public void waits() {
        Ring r = ring;
        if (viaRing && r != null) {
            r.answer(Ring.PARKED, 0);
        }
    }

    /** The task has ended in the middle of a call that may have come by the ring. */
    public void leaveRing() {
        if (viaRing) {
            mem.close();
            viaRing = false;
        }
    }

    /** As {@link #finish}; what the host is to carry out is made anew by notification. */
    private void finishByRing(long result) {
        Ring r = ring;
        mem.close();
        viaRing = false;
        if (dead || r == null) {
            return;
        }
        if (result == CONTINUE) {
            passed();
            r.answer(Ring.REFUSED, 0);
            return;
        }
        long value = settleResult(result);
        boolean kick = value != result || attention;
        inGuest = true;
        if (kick || attention) {
            kernel.kick(this);
            r.answer(Ring.SIGNALLED, value);
        } else {
            r.answer(Ring.DONE, value);
        }
    }

    /** {@link #inGuest} as what decides between a notification and a ring that claim to be the same thread's. */
    private static final class InGuest {
        private static final VarHandle HANDLE;

        static {
            try {
                HANDLE = MethodHandles.lookup().findVarHandle(Task.class, "inGuest", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        static boolean take(Task t) {
            return HANDLE.compareAndSet(t, true, false);
        }
    }

    /** Whether the stub was told to make a call that the host carries out. */
    public boolean expects() {
        return expectedNr >= 0;
    }

    /** Whether the call that came is the expected one; either way none is expected any more. */
    public boolean takeExpected(int callNr, io.sandjar.host.Scratch s) {
        boolean same = callNr == expectedNr && s.buf.getLong(32) == expectedArg;
        if (gate != 0) { // only what was looked at
            same &= s.buf.getLong(40) == a1
                    && s.buf.getLong(48) == a2
                    && s.buf.getLong(56) == a3
                    && s.buf.getLong(64) == a4
                    && s.buf.getLong(72) == a5;
        }
        expectedNr = -1;
        if (same && callNr == io.sandjar.abi.Nr.execveat) {
            kernel.execGoesThrough(this);
        }
        return same;
    }

    /** The guest did with its stub what it must not: its process ends. */
    public void misbehaved() {
        if (!dead) { // else its process may have gone on without it, by exec
            kernel.exits().exitGroup(group, io.sandjar.abi.Sig.SIGKILL);
        }
    }

    /** The host process ended by itself. */
    public void hostDied(int code, int status) {
        if (group.hostPid == hostTid || tid == group.pid()) {
            kernel.exits().hostDied(group, code, status);
        }
    }

    /**
     * Answers an ordinary call. When a signal is to be looked at, the thread is kicked first, so that it rings before
     * its next instruction.
     */
    public void finish(io.sandjar.host.Scratch s, long result) {
        if (viaRing) {
            finishByRing(result);
            return;
        }
        if (dead && result != CONTINUE) { // a thread's own exit is carried out by the host
            return;
        }
        long value = settleResult(result);
        boolean kick = value != result || attention || hotSite != 0;
        inGuest = true;
        if (kick || attention) {
            kernel.kick(this);
        }
        if (result == CONTINUE) {
            kernel.listener().letThrough(s, notifId);
        } else {
            kernel.listener().answer(s, notifId, value);
        }
    }

    /** Notes what the next signal entry has to settle. @return what the guest is to see meanwhile */
    private long settleResult(long result) {
        if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) {
            restartCode = result;
            restartNr = nr;
            return -EINTR;
        }
        if (restoreMask && !(result == -EINTR && attention)) { // else the signal is delivered first
            restoreMask = false;
            kernel.signals().setMask(this, savedMask);
        }
        return result;
    }

    /** As {@link #finish} for a call in whose middle the thread was brought to the bell: the frame is to be settled next. */
    public void finishInFrame(long result) {
        prefault.over();
        if (result == CONTINUE) {
            trapFrame.setReg(TrapFrame.RAX, nr);
            trapFrame.setReg(TrapFrame.RIP, trapFrame.reg(TrapFrame.RIP) - 2);
        } else {
            trapFrame.setReg(TrapFrame.RAX, settleResult(result));
        }
    }

    /** Reads the registers of a thread that stands in its signal handler. 0 or -EFAULT. */
    public int fetchFrame(long infoAddress, long ucAddress) {
        TrapFrame f = trapFrame;
        frame = f;
        inFrame = true;
        ops.clear();
        continuation = null;
        int r = f.load(mem, ucAddress, infoAddress);
        Tracee e = tracee;
        Trampolines sites = space.trampolines;
        if (e != null && sites != null) {
            sites.leaveForGood(this, f);
        }
        if (e != null) {
            e.stepped = e.stepping;
        }
        if (e != null && e.stepping) {
            e.stepping = false;
            f.setReg(TrapFrame.EFLAGS, f.reg(TrapFrame.EFLAGS) & ~TrapFrame.TF);
        }
        return r;
    }

    /** Whether the call that trapped has to go through {@link Tracing}, or is one that the host carries out. */
    public boolean callsAreTraced() {
        return tracee != null;
    }

    /** Whether the call in progress is one that the host deals with when nobody traces. */
    public boolean belongsToHost() {
        return trapsAll && io.sandjar.host.seccomp.FilterTable.strict().leavesToHost(nr, a0, a1, a2, a3, a4, a5);
    }

    /** A tracer may have changed the call. */
    void callFromFrame(int callNr, TrapFrame f) {
        nr = callNr;
        a0 = f.reg(TrapFrame.RDI);
        a1 = f.reg(TrapFrame.RSI);
        a2 = f.reg(TrapFrame.RDX);
        a3 = f.reg(TrapFrame.R10);
        a4 = f.reg(TrapFrame.R8);
        a5 = f.reg(TrapFrame.R9);
    }

    /** The call is over for a tracee: a stop may be due. */
    public void callLeft() {
        Tracee e = tracee;
        if (e != null && gate == 0) {
            e.exitDue = true;
            attention = true;
        }
    }

    /** From its next instruction on every call of its comes by the stub. */
    void trapAll() {
        trapsAll = true;
        ops.add(Stub.OP_TRAP_ALL, 0, 0, 0, 0, 0, 0, 0, 0);
        expectedNr = io.sandjar.abi.Nr.seccomp;
        expectedArg = 1;
    }

    /** Whether the next instruction is a system call. */
    boolean standsAtCall(TrapFrame f) {
        byte[] insn = new byte[2];
        return mem.read(f.reg(TrapFrame.RIP), insn) == 0 && io.sandjar.abi.Bytes.u16(insn, 0) == 0x050f;
    }

    /** The stub makes the call, with the guest's registers, and traps behind it. */
    private void enterGate() {
        TrapFrame f = trapFrame;
        gate = GATE_CALL;
        gateReturn = f.reg(TrapFrame.RIP);
        f.setReg(TrapFrame.RIP, Stub.GATE);
        f.setReg(TrapFrame.RAX, nr);
        expectedNr = nr;
        expectedArg = a0;
    }

    /** A new thread begins at the gate's trap. */
    void bornAtGate(long rip) {
        gate = GATE_BORN;
        gateReturn = rip;
    }

    /**
     * A thread that was sent through the gate stands in its signal handler: puts its registers back.
     *
     * @return true when {@code signal} meant nothing but the gate's end
     */
    public boolean leaveGate(int signal) {
        int was = gate;
        if (was == 0) {
            return false;
        }
        TrapFrame f = trapFrame;
        long rip = f.reg(TrapFrame.RIP);
        gate = 0;
        expectedNr = -1;
        if (rip < Stub.GATE || rip > Stub.GATE_END) {
            return false;
        }
        f.setReg(TrapFrame.RIP, gateReturn);
        if (was == GATE_CALL) {
            f.setReg(TrapFrame.RCX, gateReturn);
            if (rip == Stub.GATE) { // not made, or to be made again
                restartCode = -ERESTARTSYS;
                restartNr = nr;
                f.setReg(TrapFrame.RAX, -EINTR);
            }
            callLeft();
        }
        return signal == io.sandjar.abi.Sig.SIGTRAP && rip == Stub.GATE_END;
    }

    /** Makes the trapped call's number and arguments the task's. */
    public void takeTrappedCall() {
        TrapFrame f = trapFrame;
        inTrap = true;
        goesOn = false;
        if (piWaiter != null || piRequeued != 0) {
            kernel.piFutexes().abandoned(this);
        }
        nr = io.sandjar.abi.Bytes.i32(f.info, 24);
        ip = io.sandjar.abi.Bytes.i64(f.info, 16);
        a0 = f.reg(TrapFrame.RDI);
        a1 = f.reg(TrapFrame.RSI);
        a2 = f.reg(TrapFrame.RDX);
        a3 = f.reg(TrapFrame.R10);
        a4 = f.reg(TrapFrame.R8);
        a5 = f.reg(TrapFrame.R9);
    }

    /** Takes the result of a trapped call, unless the call queued operations or changed the registers itself. */
    public void trapResult(long result) {
        if (registersSet) {
            registersSet = false;
        } else if (result == SKIPPED) {
            return;
        } else if (result == CONTINUE) {
            enterGate();
        } else if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) {
            restartCode = result;
            restartNr = nr;
            trapFrame.setReg(TrapFrame.RAX, -EINTR);
        } else if (ops.isEmpty()) {
            if (restoreMask && !(result == -EINTR && attention)) { // else the signal is delivered first
                restoreMask = false;
                kernel.signals().setMask(this, savedMask);
            }
            trapFrame.setReg(TrapFrame.RAX, result);
        }
    }

    /** exit(2) of one thread of several that came by the stub: it has to be made from there. */
    public void exitByStub(int status) {
        ops.call(0, io.sandjar.abi.Nr.exit, status, 0, 0, 0, 0, 0);
        expectedNr = io.sandjar.abi.Nr.exit;
        expectedArg = status;
    }

    public boolean inTrap() {
        return inTrap;
    }

    /** A call of the stub's that was expected is let through. */
    public void letExpectedThrough(io.sandjar.host.Scratch s, int callNr) {
        if (callNr == io.sandjar.abi.Nr.exit) {
            int status = endsAlone != 0 ? endsAlone : ((int) expectedArg & 0xff) << 8;
            if (!kernel.exits().exitThread(this, status)) {
                kernel.exits().exitGroup(group, endsAlone != 0 ? status : group.leaderStatus());
                return;
            }
        }
        inGuest = true;
        if (attention) {
            kernel.kick(this);
        }
        kernel.listener().letThrough(s, notifId);
    }

    /** A fault that the guest's own code made. */
    public void fault(int signo) {
        TrapFrame f = trapFrame;
        if (Stub.inText(f.reg(TrapFrame.RIP))) { // no handler of the guest's could make sense of it
            kernel.exits().exitGroup(group, signo);
            return;
        }
        int code = io.sandjar.abi.Bytes.i32(f.info, 8);
        Tracee e = tracee;
        if (e != null && e.stepped && signo == io.sandjar.abi.Sig.SIGTRAP && code == io.sandjar.abi.Sig.TRAP_TRACE) {
            if (Watchpoints.hit(this, e, f.reg(TrapFrame.RIP))) {
                code = io.sandjar.abi.Sig.TRAP_HWBKPT;
            } else if (!e.steps()) {
                return; // one of many steps on the way to a change
            }
        }
        long address = io.sandjar.abi.Bytes.i64(f.info, 16);
        kernel.signals().force(this, SigInfo.fault(signo, code, address));
    }

    /** Delivers signals into the frame; see {@link Delivery#deliver}. */
    public int settleFrame() {
        if (dead) {
            return -ESRCH;
        }
        if (!ops.isEmpty()) {
            return 0;
        }
        TrapFrame f = trapFrame;
        if (gate == 0 && (attention || restartCode != 0 || restoreMask || tracee != null)) {
            int r = kernel.delivery().deliver(this, f);
            if (r != 0) {
                return r;
            }
        }
        if (f.store(mem) < 0) {
            misbehaved();
            return -ESRCH;
        }
        return 0;
    }

    /** Lets the stub go on: with operations if there are any, else back to the guest. */
    public void answerBell(io.sandjar.host.Scratch s) {
        if (dead) {
            return;
        }
        int n = ops.count();
        if (n > 0 && ops.store(mem, slot) < 0) {
            misbehaved();
            return;
        }
        ops.clear();
        inGuest = gate != GATE_CALL
                || nr == io.sandjar.abi.Nr.futex
                || nr == io.sandjar.abi.Nr.futex_wait
                || nr == io.sandjar.abi.Nr.futex_waitv;
        if (attention && inGuest) {
            kernel.kick(this); // waits until the handler returns
        }
        kernel.listener().answer(s, notifId, n);
    }

    public boolean startsImage() {
        return image != null;
    }

    /** A fresh stub rings: tells it what to map. 0 or -errno. */
    public int startImage(long initialSp, long slotAddress) {
        ExecImage i = image;
        image = null;
        group.execing = false;
        tookOver = false;
        if (i == null || slotAddress != slot) {
            return -EINVAL;
        }
        int r = new Loader(kernel, this, i).start(initialSp, slot);
        fds.closeOnExecAll(this); // now, because some wait for that and then look into /proc for the new program
        TraceStops.leftMemory(this);
        kernel.tracing().execed(this, execTid);
        return r;
    }

    /** Whether the trapped call is to be made once more, now that the stub has done its part. */
    public boolean goesOn() {
        boolean on = goesOn;
        goesOn = false;
        return on;
    }

    /** The stub has done its operations, or one failed. */
    public void operationsDone(boolean failed, long result) {
        OpsContinuation c = continuation;
        continuation = null;
        ops.clear();
        expectedNr = -1;
        if (c != null) {
            c.done(this, failed, result);
            if (!dead && !goesOn && ops.isEmpty() && trapFrame.store(mem) < 0) {
                misbehaved();
            }
        } else {
            misbehaved();
        }
    }

    @Override
    public int await(WaitPlace place, int events, Condition condition, long deadlineNanos) {
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
            waitPlace = null;
            return BLOCK;
        }
        Parker entry = new Parker(Thread.currentThread(), events);
        parked = Thread.currentThread();
        place.add(entry);
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
            place.remove(entry);
            parked = null;
        }
    }

    @Override
    public int awaitReady(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        int r = await(place, events, condition, deadlineNanos);
        if (r == BLOCK) {
            waitPlace = place;
            waitEvents = events;
            waitCondition = condition;
            waitDeadline = deadlineNanos;
            waitClock = Time.CLOCK_MONOTONIC;
        }
        return r;
    }

    /** Gives the wait that {@link #awaitReady} has just prepared a deadline by another clock. */
    void parkUntil(int clock, long nanos) {
        waitClock = clock;
        waitDeadline = nanos;
    }

    /**
     * Lets the call that has just answered BLOCK wait without a thread, if it can.
     *
     * @param resumption makes it anew, always the same for a task; may run on any thread before this method returns
     * @return false when it needs one
     */
    public boolean park(Resumption resumption) {
        WaitPlace place = waitPlace;
        Condition c = waitCondition;
        if (place == null || c == null) {
            return false;
        }
        waitPlace = null;
        waitCondition = null;
        ParkedCall p = parkedCall;
        if (p == null) {
            p = new ParkedCall(this, resumption);
            parkedCall = p;
        }
        p.park(place, waitEvents, c, waitClock, waitDeadline);
        return true;
    }

    /** Whether the call that is about to run had parked: it finds what it had looked up. */
    public boolean again() {
        return again;
    }

    public void setAgain(boolean on) {
        again = on;
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
