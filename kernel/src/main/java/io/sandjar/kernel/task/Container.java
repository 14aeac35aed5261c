// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Processes that were started together with one root file system: the first of them, which is its init, what descends
 * from it, and what was started beside it from outside. Its end is its init's end.
 */
public final class Container {
    private static final int USUAL_FILES = 1024;
    private static final long SOON = 200_000;

    private final Kernel kernel;
    private final String id;
    private final int number;
    private final PidSpace pids;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Uts uts;
    private volatile @Nullable MountNamespace mounts;
    private volatile @Nullable ThreadGroup init;
    private volatile int exitStatus;

    /** Host descriptors of cgroup.procs files that each process joins before its program runs. Not to be changed. */
    public volatile int[] cgroupProcs = {};

    /** net.ipv4.ip_unprivileged_port_start; set before its first process. */
    public volatile int firstFreePort = 1024;

    /** Whether its processes may connect to sockets that lie in the host's directories. */
    public volatile boolean hostSockets;

    /** The root of the control groups that its guests make. */
    public final Cgroup cgroups = new Cgroup();

    /** Its control groups on the host, as its files and /proc/meminfo show them. */
    public volatile CgroupView groups = CgroupView.NONE;

    /** What its groups' limits of memory leave; set before its first process. Null: no limits. */
    public volatile @Nullable MemoryRoom memoryRoom;

    Container(Kernel kernel, String id, int number, PidSpace pids) {
        this.kernel = kernel;
        this.id = id;
        this.number = number;
        this.pids = pids;
        this.uts = new Uts(UserNamespace.FIRST);
        number(uts);
        cgroups.watch().runBy(new GroupAlarm(kernel, cgroups.watch()));
    }

    public String id() {
        return id;
    }

    /** Tells it from all others that its kernel has had. */
    public int number() {
        return number;
    }

    public Kernel kernel() {
        return kernel;
    }

    public PidSpace pids() {
        return pids;
    }

    /** Host name and domain name. */
    public Uts uts() {
        return uts;
    }

    /** Shares the names of another container; before its first process. */
    public void shareUts(Container with) {
        uts = with.uts;
    }

    /** The first container's namespaces have the numbers of Linux's first ones. */
    private void number(Namespace n) {
        if (number > 0) {
            n.setNumber(kernel.nextNamespace());
        }
    }

    /** What its first process and those started from outside have. */
    Namespaces namespaces() {
        return new Namespaces(mounts, uts, kernel.ipc, kernel.net, kernel.cgroup, pids);
    }

    public MountNamespace mounts() {
        MountNamespace m = mounts;
        if (m == null) {
            throw new IllegalStateException("no root file system yet");
        }
        return m;
    }

    public void setMounts(MountNamespace m) {
        number(m);
        m.setUsers(new MountResidents(kernel));
        mounts = m;
    }

    /** The first process; null before there is one. It need not have pid 1 where containers share their processes. */
    public @Nullable ThreadGroup init() {
        return init;
    }

    /** Whether it has an init that has not ended, started or not. */
    public boolean running() {
        return init != null && ended.getCount() > 0;
    }

    /** The init's wait(2) status; 0 while it runs. */
    public int exitStatus() {
        return exitStatus;
    }

    /** Waits for the end of init and of all that it left. @return its wait(2) status */
    public int awaitEnd() throws InterruptedException {
        ended.await();
        return exitStatus;
    }

    /**
     * Makes a process (init if there is none yet), loads its program, and leaves it waiting for {@link #start}.
     *
     * @param fds its descriptors, which become its own; in vain when this fails
     * @return 0 or -errno, and {@link ProcessSpec#complaint} says of what
     */
    public int prepare(ProcessSpec spec, FdTable fds, Ref<Task> out) {
        Ref<Path> cwd = new Ref<>();
        Path root = mounts().rootPath();
        int r = new PathWalk(new KernelCaller(root), root).walk(PathWalk.AT_ROOT, spec.cwd, PathWalk.DIRECTORY, cwd);
        if (r < 0) {
            spec.complaint = "working directory " + spec.cwd;
            return r;
        }
        r = make(spec, cwd.get(), fds, out);
        if (r < 0) {
            return r;
        }
        r = load(out.get(), spec);
        if (r < 0) {
            discard(out.get());
        }
        return r;
    }

    /**
     * Makes a process without a program; {@link #load} or {@link #discard} follows. For who has to know the process
     * before its descriptors are complete.
     */
    public int make(ProcessSpec spec, Path cwd, FdTable fds, Ref<Task> out) {
        kernel.taskLock().lock();
        try {
            ThreadGroup first = init;
            if (pids.ending || (first != null && first.exiting)) {
                spec.complaint = "container is not running";
                return -ESRCH;
            }
            TaskTable table = pids.tasks();
            int pid = pids.takeId(PidSpace.ANY, spec.creds);
            if (pid == 0) {
                spec.complaint = "too many processes";
                return -EAGAIN;
            }
            Session s = new Session(pid);
            ProcessGroup pg = table.makeProcessGroup(pid, s);
            ThreadGroup g = new ThreadGroup(pid, pids, this, pg, kernel.bootNanos());
            pg.members.add(g);
            s.leader = g;
            g.uid = spec.creds.uid();
            g.oomScoreAdj = spec.oomScoreAdj;
            limits(g, first, spec);
            FsContext fs = new FsContext(mounts().rootPath(), cwd, spec.umask);
            AddressSpace space = new AddressSpace();
            UserMemory mem = new UserMemory(0);
            Task t = new Task(kernel, g, pid, space, Stub.SLOTS_BASE, mem, spec.creds, fs, fds);
            t.settings.noNewPrivs = spec.noNewPrivs;
            t.settings.personality = spec.personality;
            t.settings.ioPriority = spec.ioPriority;
            t.settings.schedPolicy = spec.schedPolicy;
            t.watch.filter = spec.seccomp;
            if (spec.seccomp != null) {
                spec.seccomp.hold();
            }
            g.tasks.add(t);
            g.cgroup.born(cgroups);
            table.put(g);
            table.put(t);
            if (first == null) {
                init = g;
            }
            if (pids.init() == null) {
                pids.setInit(g);
            }
            out.set(t);
            return 0;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    private static void limits(ThreadGroup g, @Nullable ThreadGroup like, ProcessSpec spec) {
        long[] host = new long[2];
        for (int i = 0; i < Rlimit.NLIMITS; i++) {
            long[] wanted = spec.rlimits[i];
            if (wanted != null) {
                g.softLimits[i] = wanted[0];
                g.hardLimits[i] = wanted[1];
            } else if (like != null) {
                g.softLimits[i] = like.softLimits[i];
                g.hardLimits[i] = like.hardLimits[i];
            } else {
                Processes.limit(i, host);
                g.softLimits[i] = host[0];
                g.hardLimits[i] = host[1];
            }
        }
        int files = Rlimit.RLIMIT_NOFILE;
        if (like == null && spec.rlimits[files] == null) {
            g.softLimits[files] = Math.min(USUAL_FILES, g.hardLimits[files] & Long.MAX_VALUE);
        }
    }

    /** Loads the program of a process that {@link #make} made: 0 or -errno as execve(2). */
    public int load(Task t, ProcessSpec spec) {
        String path = spec.program;
        t.mayBlock = true;
        try {
            if (path == null) {
                Ref<String> found = new Ref<>();
                int r = ProgramSearch.find(t, spec, found);
                if (r < 0) {
                    return r;
                }
                path = found.get();
            }
            Ref<ExecImage> image = new Ref<>();
            int r = kernel.exec()
                    .prepare(
                            t,
                            io.sandjar.abi.O.AT_FDCWD,
                            path,
                            0,
                            new ArrayList<>(spec.args),
                            new ArrayList<>(spec.env),
                            image);
            if (r < 0) {
                spec.complaint = path;
                return r;
            }
            image.get().first = true;
            Tracer tracer = kernel.tracer;
            if (tracer != null) {
                tracer.program(t, path, spec.args, spec.env.size());
            }
            kernel.exec().commit(t, image.get());
            return 0;
        } finally {
            t.endCall();
        }
    }

    /** Undoes {@link #make} and {@link #load}: there never was such a process. */
    public void discard(Task t) {
        ThreadGroup g = t.group;
        kernel.taskLock().lock();
        try {
            if (init == g) {
                init = null;
            }
            pids.forget(g);
            g.parent = null;
            g.exiting = true;
            g.released = true;
            t.dead = true;
            g.state = ThreadGroup.State.REAPED;
            g.cgroup.gone();
            pids.tasks().remove(t);
            pids.tasks().leave(g);
            pids.tasks().remove(g);
            pids.tasks().restart();
        } finally {
            kernel.taskLock().unlock();
        }
        kernel.exits().release(t);
    }

    /**
     * Lets a prepared process run: once it is there on the host and has joined its cgroups.
     *
     * @return 0 or -errno: it has ended
     */
    public int start(Task t) {
        int r = kernel.nursery().start(t);
        if (r < 0) {
            kernel.exits().exitGroup(t.group, Sig.SIGKILL);
        }
        return r;
    }

    /** Tells {@code l} when the process has ended, even when it has already; for init: when nothing of it is left. */
    public void onEnd(ThreadGroup g, EndListener l) {
        kernel.taskLock().lock();
        try {
            if (!g.over) {
                g.endListeners.add(l);
                return;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        kernel.background(() -> l.ended(g.exitStatus));
    }

    /**
     * Sends a signal from outside. As on Linux the process with pid 1 gets SIGKILL and SIGSTOP, and others only if it
     * handles them.
     *
     * @param all to every process rather than to init
     * @return 0, or -ESRCH when there is none
     */
    public int kill(int signal, boolean all) {
        SigInfo info = SigInfo.user(signal, 0, 0, 0);
        ThreadGroup first = init;
        if (!all) {
            if (first == null || first.exiting) {
                return -ESRCH;
            }
            send(first, info);
            return 0;
        }
        int r = -ESRCH;
        for (ThreadGroup g : groups()) {
            if (!g.exiting) {
                send(g, info);
                r = 0;
            }
        }
        return r;
    }

    private void send(ThreadGroup g, SigInfo info) {
        if (g != pids.init() || info.signo() == Sig.SIGKILL || info.signo() == Sig.SIGSTOP) {
            kernel.signals().sendFromOutside(g, info);
        } else {
            kernel.signals().sendToGroup(g, info);
        }
    }

    /** Its processes, zombies included, by ascending pid. */
    public ArrayList<ThreadGroup> groups() {
        ArrayList<ThreadGroup> mine = new ArrayList<>();
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : pids.tasks().allGroups()) {
                if (g.container() == this) {
                    mine.add(g);
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
        return mine;
    }

    /** Its processes as they are now, by ascending pid. */
    public ArrayList<ProcView> processes() {
        ArrayList<ProcView> views = new ArrayList<>();
        for (ThreadGroup g : groups()) {
            ProcView v = ProcView.ofProcess(kernel, g);
            if (v != null) {
                views.add(v);
            }
        }
        return views;
    }

    /** Init has become a zombie: ends the rest, then tells who waits for it. */
    void initEnded(ThreadGroup g) {
        boolean ofSpace = g == pids.init();
        ArrayList<ThreadGroup> rest;
        kernel.taskLock().lock();
        try {
            rest = pids.tasks().allGroups();
        } finally {
            kernel.taskLock().unlock();
        }
        for (ThreadGroup o : rest) {
            if (o != g && (ofSpace || o.container() == this)) {
                kernel.exits().exitGroup(o, Sig.SIGKILL);
                while (o.state != ThreadGroup.State.ZOMBIE && o.state != ThreadGroup.State.REAPED) {
                    LockSupport.parkNanos(SOON); // somebody else is ending it
                }
            }
        }
        exitStatus = g.exitStatus;
        ended.countDown();
        kernel.exits().zombies.over(g);
    }
}
