// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Listener;
import io.sandjar.host.Processes;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.ErrorLog;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.fs.aio.AioTotals;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.fs.hostdir.SharedDirs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.nsfs.NsFs;
import io.sandjar.kernel.fs.pipe.PipeFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.mm.MappedNames;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.time.ClockWatch;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.UserCounts;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One application kernel: the state of one sandbox. There may be several in a JVM; nothing of it is static. */
public final class Kernel {
    private final OrderedLock taskLock = new OrderedLock(LockLevel.TASKS);
    private final Containers containers = new Containers(this);
    private final Nursery nursery = new Nursery(this);
    private final HostThreads hostThreads = new HostThreads();
    private final Signals signals = new Signals(this);
    private final Exits exits = new Exits(this);
    private final Forks forks = new Forks(this);
    private final Exec exec = new Exec(this);
    private final Delivery delivery = new Delivery(this);
    private final Tracing tracing = new Tracing(this);
    private final Rings rings = new Rings(this);
    private final SystemFigures figures = new SystemFigures(this);
    private final PiFutexes piFutexes = new PiFutexes(this);
    private final ArrayList<Task> pendingThreads = new ArrayList<>();
    private final HashMap<Long, Task> pendingProcesses = new HashMap<>();
    private final long startNanos = System.nanoTime();

    /** When it started, by the clock as it is set now. */
    private volatile long startMillis = System.currentTimeMillis();

    private volatile @Nullable Listener listener;
    private volatile int stubImage = -1;

    /** What is limited for each user. */
    public final UserCounts users = new UserCounts();

    /** The alarm clock. */
    public final Timers timers = new Timers();

    /** Sockets and what they need. */
    public final NetStack net = new NetStack(timers);

    /** The guest's names of mapped files, for /proc/PID/maps. */
    public final MappedNames mappedNames = new MappedNames();

    /** Home of pipes. */
    public final PipeFs pipes = new PipeFs();

    /** How much asynchronous I/O may be going on. */
    public final AioTotals aio = new AioTotals();

    /** Who may type for others at terminals. */
    public final Typing typing = new Typing();

    /** Home of event counters, timers, epoll sets and the like. */
    public final NamelessFs anon = new NamelessFs("anon_inodefs", 0x09041934);

    /** Semaphores, message queues and shared memory of containers' first processes. */
    public final IpcNamespace ipc = new IpcNamespace(UserNamespace.FIRST, null);

    /** Control groups as containers' first processes see them. */
    public final CgroupNamespace cgroup = new CgroupNamespace(UserNamespace.FIRST, null);

    /** Everybody's clocks. */

    /** Files of namespaces. */
    public final NsFs nsfs = new NsFs();

    public final NamespaceCount namespaceCount = new NamespaceCount(this);

    private final AtomicLong namespaces = new AtomicLong(4026532000L);

    /** Who learns that a clock was set. */
    public final ClockWatch clockWatch = new ClockWatch(timers, net.poller());

    /** uname(2): a version that C libraries and programs of today take for new enough. */
    public static final String RELEASE = "6.12.0-sandjar";

    public static final String VERSION = "#1 SMP PREEMPT_DYNAMIC Sandjar";

    /** Directories of the host that containers share. */
    public final SharedDirs hostDirs = new SharedDirs();

    /** Contents of files in memory. */
    public final FileStore files = new FileStore(HeapRoom.FILES);

    /** Home of files of memfd_create(2). */
    public final TmpFs memfds = new TmpFs(files, Long.MAX_VALUE, Long.MAX_VALUE, 0777);

    /** Whether the stub must not answer calls by itself, because somebody counts or prints them. Set before boot. */
    public volatile boolean everyCall;

    /** Told when a call waits for its own thread; set before the first guest runs. */
    public volatile @Nullable Relieving relieving;

    /** Hears of signals and ends when calls are traced; set before the first guest runs. */
    public volatile @Nullable Tracer tracer;

    /** Told when the host took away what the sandbox cannot do without; all containers end then. */
    public volatile @Nullable Runnable lossListener;

    /** Hears of the end of session leaders. */
    public interface SessionListener {
        void ended(Session s);
    }

    /** Whether a live thread has this namespace. */
    boolean anyIn(IpcNamespace ns) {
        taskLock.lock();
        try {
            for (ThreadGroup g : containers.allGroups()) {
                for (Task t : g.tasks) {
                    if (!t.dead && t.ns.ipc == ns) {
                        return true;
                    }
                }
            }
            return false;
        } finally {
            taskLock.unlock();
        }
    }

    /** An inode number for a namespace that is not one of the first. */
    public long nextNamespace() {
        return namespaces.getAndIncrement();
    }

    /** Guards the process tree and all signal state. */
    public OrderedLock taskLock() {
        return taskLock;
    }

    public Containers containers() {
        return containers;
    }

    /** Where processes come from that are started from outside. */
    public Nursery nursery() {
        return nursery;
    }

    public HostThreads hostThreads() {
        return hostThreads;
    }

    public Signals signals() {
        return signals;
    }

    public Exits exits() {
        return exits;
    }

    public Forks forks() {
        return forks;
    }

    public Exec exec() {
        return exec;
    }

    public Delivery delivery() {
        return delivery;
    }

    public Tracing tracing() {
        return tracing;
    }

    public PiFutexes piFutexes() {
        return piFutexes;
    }

    public Rings rings() {
        return rings;
    }

    public Listener listener() {
        Listener l = listener;
        if (l == null) {
            throw new IllegalStateException("no guest yet");
        }
        return l;
    }

    void setListener(Listener l) {
        listener = l;
    }

    /** Host descriptor of the stub's image. */
    int stubImage() {
        return stubImage;
    }

    void setStubImage(int fd) {
        stubImage = fd;
    }

    ArrayList<Task> pendingThreads() {
        return pendingThreads;
    }

    HashMap<Long, Task> pendingProcesses() {
        return pendingProcesses;
    }

    /** A clone that came to nothing. With the task lock. */
    void forgetPending(Task t) {
        pendingThreads.remove(t);
        if (t.birth.cookie != 0) {
            pendingProcesses.remove(t.birth.cookie, t);
        }
    }

    /** Time since the kernel started, which the guest sees as its uptime; nanoseconds. */
    public long bootNanos() {
        return System.nanoTime() - startNanos;
    }

    /**
     * When the kernel started, which the guest sees as the machine's start; seconds of the epoch. The same at each call until the
     * clock is set.
     */
    public long startSec() {
        long start = System.currentTimeMillis() - bootNanos() / 1_000_000;
        if (Math.abs(start - startMillis) > 500) {
            startMillis = start;
        }
        return startMillis / 1000;
    }

    /** Sums over all processes. */
    public SystemFigures figures() {
        return figures;
    }

    /** System.nanoTime() when the kernel started. */
    public long startNanos() {
        return startNanos;
    }

    /** 64 random bits from the host. */
    public long random() {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.getrandom, s.address, 8, 0);
            return s.buf.getLong(0);
        } finally {
            s.give();
        }
    }

    /** Runs something on a thread that may block. */
    public void background(Runnable r) {
        Thread.ofVirtual().start(r);
    }

    /** Interrupts the host thread of a task: it enters the stub and rings. */
    void kick(Task t) {
        int tid = t.hostTid;
        if (tid == 0) {
            tid = readHostTid(t);
        }
        if (tid != 0 && t.group.hostPid != 0) {
            Processes.tgkill(t.group.hostPid, tid, Stub.KICK);
        }
    }

    /** The host thread that the host noted in the slot of a new thread; 0 when it is not there yet. */
    private static int readHostTid(Task t) {
        for (Task o : t.group.tasks()) {
            if (o.hostTid != 0 && !o.dead) {
                return readHostTid(t, o.hostTid);
            }
        }
        return 0;
    }

    /** @param via a live host thread of the same process */
    private static int readHostTid(Task t, int via) {
        byte[] word = new byte[4];
        long at = Stub.mailbox(t.slot) + Stub.BOX_HOST_TID;
        return Sys.peek(via, at, word, 0, 4) == 4 ? Math.max(io.sandjar.abi.Bytes.i32(word, 0), 0) : 0;
    }

    /**
     * Finds the new thread behind a host thread that rings or calls for the first time.
     *
     * @return null for a host thread that no clone of ours explains
     */
    public @Nullable Task adopt(int hostTid) {
        taskLock.lock();
        try {
            for (int i = 0; i < pendingThreads.size(); i++) {
                Task t = pendingThreads.get(i);
                if (Processes.tgkill(t.group.hostPid, hostTid, 0) == 0 && readHostTid(t, hostTid) == hostTid) {
                    pendingThreads.remove(i);
                    t.hostTid = hostTid;
                    t.mem.setHostTid(hostTid);
                    hostThreads.put(hostTid, t);
                    t.space.inUse(t.slot);
                    t.mask.known();
                    return t;
                }
            }
            return null;
        } finally {
            taskLock.unlock();
        }
    }

    /** The host is about to give the task a fresh image: its host thread becomes the process's first. */
    void execGoesThrough(Task t) {
        taskLock.lock();
        try {
            int leader = t.group.hostPid;
            if (t.hostTid != leader) {
                hostThreads.remove(t.hostTid, t);
                t.tookOver = true;
                t.hostTid = leader;
                t.mem.setHostTid(leader);
            }
            hostThreads.put(leader, t);
            t.space.giveSlot(t.slot); // a vfork child's slot lies in its parent's memory
            t.space = new AddressSpace();
            t.slot = Stub.SLOTS_BASE;
            t.ringUse.forget();
        } finally {
            taskLock.unlock();
        }
    }

    /** The process behind a host process; null for none of ours. */
    public @Nullable ThreadGroup byHostPid(int hostPid) {
        taskLock.lock();
        try {
            for (ThreadGroup g : containers.allGroups()) {
                if (g.hostPid == hostPid && !g.exiting) {
                    return g;
                }
            }
            return null;
        } finally {
            taskLock.unlock();
        }
    }

    /** A host process that never made itself known has ended: the clone that should have become it. */
    public void lostChild(int hostPid) {
        Task found = null;
        taskLock.lock();
        try {
            // an elder brother, whose id the parent's mailbox may still hold
            if (exits.unreaped().knowsEndOf(hostPid)) {
                return;
            }
            for (Task t : pendingProcesses.values()) {
                Task p = t.birth.forkedBy;
                int[] out = new int[1];
                if (p != null
                        && p.mem.readInt(Stub.mailbox(p.slot) + Stub.BOX_HOST_TID, out) == 0
                        && out[0] == hostPid) {
                    found = t;
                    break;
                }
            }
        } finally {
            taskLock.unlock();
        }
        if (found != null) {
            exits.exitGroup(found.group, Sig.SIGKILL);
        }
    }

    /** The nursery has ended: no process can be made any more, and the sandbox is not what it should be. */
    void nurseryEnded() {
        nursery.died();
        ErrorLog.say("the host ended a process of the sandbox's own; the sandbox ends");
        background(() -> {
            for (Container c : containers.all()) {
                c.kill(Sig.SIGKILL, true);
            }
            Runnable r = lossListener;
            if (r != null) {
                r.run();
            }
        });
    }
}
