// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pidfd.PidFd;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.signal.PendingSignals;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.PageMeter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A guest thread. One host thread stands behind it; it has at most one system call in progress. */
public final class Task extends TaskContext {
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

    /** Restart code of the interrupted call that the next signal entry has to settle; 0 for none. */
    long restartCode;

    int restartNr;

    /** Address behind the call's instruction. */
    public long ip;

    /** The thread that runs the call; null when none does. */
    public @Nullable Thread caller;

    /** Whether the thread that runs the call may park. */
    public boolean mayBlock;

    // ---- its parts ----
    final Birth birth = new Birth();
    final PendingSignals pending = new PendingSignals();
    public final SignalMask mask = new SignalMask(this);
    final AltStack altStack = new AltStack(this);
    public final ThreadSettings settings = new ThreadSettings();
    public final CallWatch watch = new CallWatch(this);
    public final Gate gate = new Gate(this);
    public final TrappedCall trap = new TrappedCall(this);
    public final RingUse ringUse = new RingUse(this);
    public final Parking parking = new Parking(this);
    private final Placement placement = new Placement(this);
    private final HeldFiles held = new HeldFiles();

    /** How it touches its own memory in the middle of a call. */
    public final Prefault prefault;

    /** What it has read and written. */
    public final IoCount ioCount = new IoCount();

    /** Woken when it ends. */
    final WaitQueue endWait = new WaitQueue();

    /** Where it sleeps, alone and woken by nobody. */
    public final WaitQueue sleepers = new WaitQueue();

    // ---- what becomes of it ----

    /** The host thread's last program is another one's: see {@link #tookOver()}. */
    volatile boolean tookOver;

    /** Set when something is to be done before the guest goes on: a signal, a stop, the end. */
    volatile boolean attention;

    /** What poll(2) and select(2) keep, from one run of a call to the next and for later calls. */
    public @Nullable Condition pollSet;

    private volatile long firstId;
    private volatile boolean hasFirst;

    /** No more calls of it are answered. */
    volatile boolean dead;

    /** Whether the host thread is (or is about to be) outside the kernel, so that only a kick reaches it. */
    volatile boolean inGuest;

    /** Host thread; 0 until a new thread has made itself known. */
    volatile int hostTid;

    /** Its slot and address space. */
    long slot;

    AddressSpace space;

    /** Notification that the call in progress belongs to. */
    public long notifId;

    /** What it waits for among futexes with owners; null for nothing. See {@link PiFutexes}. */
    @Nullable
    PiWaiter piWaiter;

    /** Threads that its FUTEX_CMP_REQUEUE_PI has moved. */
    int piRequeued;

    /** Its id before an exec, which may have made it the leader. */
    int execTid;

    /** The program to be started once the new image rings. */
    @Nullable
    ExecImage image;

    volatile String comm = "";
    boolean released;

    /** Who traces it, and how; null for nobody. Written under the task lock. */
    volatile @Nullable Tracee tracee;

    /** It waits because its control group is frozen. */
    volatile boolean standsFrozen;

    /** wait(2) status with which it is to end although its process goes on; 0: it is not. */
    volatile int endsAlone;

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
        super(kernel, group, tid, mem, creds, fs, fds);
        this.space = space;
        this.slot = slot;
        this.prefault = new Prefault(this);
        MemoryRoom room = group.container().memoryRoom;
        if (room != null) {
            mem.limit(room, prefault);
        }
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
    public @Nullable PageMeter pageMeter() {
        return group.cgroup.group().pageMeter();
    }

    @Override
    public @Nullable Namespace networkOf(int pid) {
        Task of = Access.thread(this, pid);
        return of == null ? null : of.namespaces().net;
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

    /** Takes over what a new thread has of the one that makes it, in its process or in a new one. */
    void inherit(Task from) {
        comm = from.comm;
        settings.inherit(from.settings);
        watch.inherit(from.watch);
    }

    /** The stub's words about this thread in a fresh slot: ids, blocked signals, whether to show every call. */
    byte[] slotWords() {
        byte[] b = new byte[32];
        Bytes.put32(b, Stub.BOX_GUEST_TID, tid());
        Bytes.put64(b, Stub.BOX_SIGMASK, mask.blocked);
        Bytes.put32(b, Stub.BOX_RECHECK, 1); // the first change rings once
        Bytes.put32(b, Stub.BOX_TRACE, watch.everyCall() ? 1 : 0);
        Bytes.put32(b, Stub.BOX_GUEST_PID, group.ownPid());
        mask.rechecked();
        return b;
    }

    /** A host thread that has this one's memory; 0 for none. */
    int someHostTid() {
        return hostTid != 0 ? hostTid : group.anyHostTid();
    }

    /** Sets a word of the slot to 1 or 0. */
    boolean tellSlot(int offset, boolean on) {
        int via = someHostTid();
        if (via == 0) {
            return false;
        }
        byte[] word = new byte[4];
        word[0] = (byte) (on ? 1 : 0);
        Sys.poke(via, Stub.mailbox(slot) + offset, word, 0, 4);
        return true;
    }

    public String comm() {
        return comm;
    }

    public void setComm(String name) {
        comm = name;
    }

    /** What tasks of one memory share. */
    public Object addressSpace() {
        return space;
    }

    /** What is locked of its memory. */
    public LockedPages lockedPages() {
        return space.locked;
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

    @Override
    public @Nullable FileDescription fget(int fd) {
        FileDescription d = parking.again() ? held.find(fd) : null;
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

    @Override
    public int await(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        return parking.await(place, events, condition, deadlineNanos);
    }

    @Override
    public int awaitReady(WaitPlace place, int events, Condition condition, long deadlineNanos) {
        return parking.awaitReady(place, events, condition, deadlineNanos);
    }

    /** Makes the task look at its signals: it leaves a wait or, outside the kernel, is kicked. */
    void wake() {
        attention = true;
        if (inGuest) {
            kernel.kick(this);
        }
        parking.unpark();
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
        if (ringUse.ring() == null) {
            inGuest = false;
        } else if (!leavesGuest()) {
            return false;
        }
        trap.over();
        notifId = id;
        progress = 0;
        waited = false;
        return true;
    }

    /** A notification was answered without {@link #finish}: the host thread is on its own again. */
    public void passed() {
        inGuest = true;
        if (attention) {
            kernel.kick(this);
        }
    }

    /** Behind the instruction that made the call, for filters and tracers: not in one of our trampolines. */
    public long shownIp() {
        Trampolines sites = space.trampolines;
        return sites == null ? ip : sites.shown(ip);
    }

    /** Takes it from outside the kernel into it; false when it was there already. */
    boolean leavesGuest() {
        return InGuest.take(this);
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

    /** The guest did with its stub what it must not: its process ends. */
    public void misbehaved() {
        if (!dead) { // else its process may have gone on without it, by exec
            kernel.exits().exitGroup(group, Sig.SIGKILL);
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
    public void finish(Scratch s, long result) {
        if (ringUse.byRing()) {
            ringUse.finish(result);
            return;
        }
        if (dead && result != CONTINUE) { // a thread's own exit is carried out by the host
            return;
        }
        long value = settleResult(result);
        boolean kick = value != result || attention || ringUse.isHot();
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

    static boolean restarts(long result) {
        return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
    }

    /** Notes what the next signal entry has to settle. @return what the guest is to see meanwhile */
    long settleResult(long result) {
        if (restarts(result)) {
            restartCode = result;
            restartNr = nr;
            return -EINTR;
        }
        if (mask.restore && !(result == -EINTR && attention)) { // else the signal is delivered first
            mask.restore = false;
            kernel.signals().setMask(this, mask.saved);
        }
        return result;
    }

    /** Whether it has a tracer, which may want to see its calls. */
    public boolean callsAreTraced() {
        return tracee != null;
    }

    /** A call of the stub's that was expected is let through. */
    public void letExpectedThrough(Scratch s, int callNr) {
        if (callNr == Nr.exit) {
            int status = endsAlone != 0 ? endsAlone : gate.expectedStatus();
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
        kernel.taskLock().lock();
        try {
            group.dumpable = i.secure ? 0 : 1;
            group.memoryOwner = creds.userNs();
        } finally {
            kernel.taskLock().unlock();
        }
        int r = new Loader(kernel, this, i).start(initialSp, slot);
        fds.closeOnExecAll(this); // now, because some wait for that and then look into /proc for the new program
        TraceStops.leftMemory(this);
        kernel.tracing().execed(this, execTid);
        return r;
    }
}
