// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.pidfd.PidFd;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import org.jspecify.annotations.Nullable;

/** New threads and processes: the kernel makes the task, the stub asks the host for the thread behind it. */
public final class Forks {
    private static final long THREAD_FLAGS = Clone.CLONE_VM
            | Clone.CLONE_FS
            | Clone.CLONE_FILES
            | Clone.CLONE_SIGHAND
            | Clone.CLONE_THREAD
            | Clone.CLONE_SYSVSEM;

    private final Kernel kernel;

    Forks(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Arguments of clone(2), whichever call they came by. Addresses are the guest's. */
    public record Args(
            long flags,
            int exitSignal,
            long stack,
            long parentTid,
            long childTid,
            long tls,
            long pidfd,
            int[] setTid,
            @Nullable Cgroup into) {
        /** As clone(2) has it: the pidfd goes where the tid would go. */
        public Args(long flags, int exitSignal, long stack, long parentTid, long childTid, long tls) {
            this(flags, exitSignal, stack, parentTid, childTid, tls, parentTid, PidSpace.ANY, null);
        }
    }

    /**
     * Starts a clone for a task that stands in its trap frame; the result reaches the guest when the stub has done it.
     *
     * @return 0 when the operations are queued, or -errno (EINVAL, EPERM, EAGAIN)
     */
    public long clone(Task t, Args a) {
        long f = a.flags;
        boolean thread = (f & Clone.CLONE_THREAD) != 0;
        if (((f & Clone.CLONE_SIGHAND) != 0 && (f & (Clone.CLONE_VM | Clone.CLONE_CLEAR_SIGHAND)) != Clone.CLONE_VM)
                || (thread && (f & Clone.CLONE_SIGHAND) == 0)
                || ((f & Clone.CLONE_PIDFD) != 0 && (thread || badPidfd(a)))
                || a.exitSignal < 0
                || a.exitSignal > 64
                || badNamespaces(t, f, thread)) {
            return -EINVAL;
        }
        if ((f & Clone.CLONE_PARENT) != 0 && t.group == t.pids().init()) {
            return -EINVAL;
        }
        t.placement().beginClone();
        return thread ? thread(t, a) : process(t, a);
    }

    private static boolean badNamespaces(Task t, long f, boolean thread) {
        boolean fs = (f & Clone.CLONE_FS) != 0;
        return (f & Clone.CLONE_NEWTIME) != 0
                || (fs && (f & (Clone.CLONE_NEWNS | Clone.CLONE_NEWUSER)) != 0)
                || ((f & Clone.CLONE_NEWIPC) != 0 && (f & Clone.CLONE_SYSVSEM) != 0)
                || (thread
                        && ((f & (Clone.CLONE_NEWUSER | Clone.CLONE_NEWPID)) != 0
                                || t.namespaces().pidsOfChildren != t.pids()));
    }

    private static boolean badPidfd(Args a) {
        return (a.flags & Clone.CLONE_DETACHED) != 0
                || ((a.flags & Clone.CLONE_PARENT_SETTID) != 0 && a.pidfd == a.parentTid);
    }

    private FsContext fs(Task t, long flags) {
        if ((flags & Clone.CLONE_FS) != 0) {
            t.fs.share();
            return t.fs;
        }
        return t.fs.copy();
    }

    private @Nullable FdTable fds(Task t, long flags) {
        if ((flags & Clone.CLONE_FILES) != 0) {
            t.fds.share();
            return t.fds;
        }
        return t.fds.copy();
    }

    /** The answer to a fork for which there is no room. Descriptions may go away with the table: not under our lock. */
    private long tooMany(FdTable fds, FsContext fs, long error) {
        fs.leave();
        kernel.taskLock().unlock();
        try {
            fds.leaveUnborn();
        } finally {
            kernel.taskLock().lock();
        }
        return error;
    }

    /** RLIMIT_NPROC, and memory of the kernel: threads of the caller's user; the few calls for which it matters count them. */
    private static boolean overLimit(Task t) {
        if (!TaskTable.hasRoom()) {
            return true;
        }
        TaskTable tasks = t.pids().tasks();
        long limit = t.group.softLimit(io.sandjar.abi.Rlimit.RLIMIT_NPROC);
        return t.creds.uid() != 0
                && tasks.threads() >= limit
                && tasks.threadsOf(t.creds.uid(), limit)
                && !t.creds.has(Cap.CAP_SYS_RESOURCE)
                && !t.creds.has(Cap.CAP_SYS_ADMIN);
    }

    private static void mapChunk(Task t, long chunk) {
        if (chunk != 0) {
            int size = Stub.SLOT_SIZE * Stub.SLOTS_PER_CHUNK;
            // it may be there already; then madvise, whose advice means nothing, succeeds as well
            t.trap.ops.call(Stub.OPF_IGNORE, Nr.mmap, chunk, size, 3, 0x104022, -1, 0);
            t.trap.ops.call(0, Nr.madvise, chunk, size, 0, 0, 0, 0);
        }
    }

    private long thread(Task t, Args a) {
        Task child;
        long chunk;
        long birth = 0;
        TrapFrame f = t.trap.frame;
        if (f == null) {
            return -EINVAL;
        }
        ThreadGroup g = t.group;
        Namespaces ns = t.ns;
        Creds creds = t.creds;
        if ((a.flags & NewNamespaces.FLAGS) != 0) { // threads may differ in what does not concern ids
            NewNamespaces.Result why = new NewNamespaces.Result();
            NewNamespaces made = NewNamespaces.make(t, a.flags, why);
            if (made == null) {
                return why.error;
            }
            ns = made.set;
        }
        FsContext fs = fs(t, a.flags);
        FdTable fds = fds(t, a.flags);
        if (fds == null) {
            fs.leave();
            return -ENOMEM;
        }
        kernel.taskLock().lock();
        try {
            int tid = g.exiting || overLimit(t) || !g.cgroup.group().mayFork()
                    ? 0
                    : g.pids().takeId(a.setTid, creds);
            long slot = tid <= 0 ? 0 : t.space.takeSlot();
            if (slot == 0) {
                return tooMany(fds, fs, tid < 0 ? tid : -EAGAIN);
            }
            chunk = t.space.chunkToMap(slot);
            child = new Task(kernel, g, tid, t.space, slot, new UserMemory(t.hostTid), creds, fs, fds);
            child.mask.blocked = t.mask.now();
            child.ns = ns;
            child.inherit(t);
            child.inGuest = true;
            child.watch.trapsAll = t.watch.trapsAll;
            g.tasks.add(child);
            g.pids().tasks().put(child);
            kernel.pendingThreads().add(child);
            kernel.tracing().cloned(t, child, a.flags, 0);
            if (child.tracee != null) {
                child.gate.bornAt(f.reg(TrapFrame.RIP));
                birth = Stub.GATE_TRAP;
            }
        } finally {
            kernel.taskLock().unlock();
        }
        if ((a.flags & Clone.CLONE_PARENT_SETTID) != 0) {
            t.mem.writeInt(a.parentTid, child.tid());
        }
        if ((a.flags & Clone.CLONE_CHILD_SETTID) != 0) {
            t.mem.writeInt(a.childTid, child.tid());
        }
        boolean clear = (a.flags & Clone.CLONE_CHILD_CLEARTID) != 0;
        long host = THREAD_FLAGS | a.flags & (Clone.CLONE_SETTLS | Clone.CLONE_CHILD_CLEARTID);
        long stack = a.stack != 0 ? a.stack : f.reg(TrapFrame.RSP);
        mapChunk(t, chunk);
        t.trap.ops
                .add(Stub.OP_THREAD, 0, child.tid(), host, child.slot, stack, a.tls, clear ? a.childTid : 0, birth)
                .result(child.tid());
        t.trap.continuation = (task, failed, result) -> {
            if (failed) {
                forget(task, child);
                task.trap.setResult(-EAGAIN);
            }
        };
        return 0;
    }

    private void forget(Task t, Task child) {
        kernel.taskLock().lock();
        try {
            child.dead = true;
            child.watch.leave();
            kernel.tracing().notCloned(t, child);
            kernel.forgetPending(child);
            child.pids().tasks().remove(child);
            child.group.tasks.remove(child);
            if (child.space == t.space) {
                child.space.giveSlot(child.slot);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        child.fds.leave(child);
        child.fs.leave();
    }

    private long process(Task t, Args a) {
        boolean sharesMemory = (a.flags & Clone.CLONE_VM) != 0;
        ThreadGroup g = t.group;
        TrapFrame f = t.trap.frame;
        if (f == null) {
            return -EINVAL;
        }
        Namespaces ns = t.ns;
        Creds creds = t.creds;
        NewNamespaces fresh = null;
        if ((a.flags & NewNamespaces.FLAGS) != 0) {
            NewNamespaces.Result why = new NewNamespaces.Result();
            fresh = NewNamespaces.make(t, a.flags, why);
            if (fresh == null) {
                return why.error;
            }
            ns = fresh.set;
            creds = fresh.creds;
        }
        FsContext fs = fs(t, a.flags);
        if (fresh != null) {
            fresh.move(fs);
        }
        FdTable fds = fds(t, a.flags);
        if (fds == null) {
            fs.leave();
            return -ENOMEM;
        }
        PidSpace pids = ns.pidsOfChildren;
        Task child;
        long chunk = 0;
        long ours = 0; // what the host is not asked for
        // the last child's id must not pass for this one's when that child's end is heard of from here on
        t.mem.writeInt(Stub.mailbox(t.slot) + Stub.BOX_HOST_TID, 0);
        kernel.taskLock().lock();
        try {
            boolean over = pids.level() > 0 && pids.ending;
            Cgroup where = a.into != null ? a.into : g.cgroup.group();
            int refused = a.into != null ? where.accepts() : 0;
            if (refused < 0) {
                return tooMany(fds, fs, refused);
            }
            int pid = g.exiting || over || g.pids().root().ending || overLimit(t) || !where.mayFork()
                    ? 0
                    : pids.takeId(a.setTid, creds);
            long slot = pid <= 0 ? 0 : sharesMemory ? t.space.takeSlot() : t.slot;
            if (slot == 0) {
                return tooMany(fds, fs, over ? -ENOMEM : pid < 0 ? pid : -EAGAIN);
            }
            if (sharesMemory) {
                chunk = t.space.chunkToMap(slot);
            }
            ThreadGroup made = new ThreadGroup(pid, pids, g.container(), g.processGroup, kernel.bootNanos());
            if (pids.init() == null) {
                pids.setInit(made);
            }
            made.inherit(g);
            made.cgroup.born(where);
            if ((a.flags & Clone.CLONE_CLEAR_SIGHAND) != 0) {
                made.resetHandlers();
            } else if ((a.flags & Clone.CLONE_SIGHAND) != 0) {
                made.actions = g.actions;
            }
            made.ns = ns;
            made.uid = t.creds.uid();
            made.exitSignal = (a.flags & Clone.CLONE_PARENT) != 0 ? g.exitSignal : a.exitSignal;
            ThreadGroup parent = (a.flags & Clone.CLONE_PARENT) != 0 && g.parent != null ? g.parent : g;
            made.parent = parent;
            made.maker = parent == g ? t : g.maker;
            parent.children.add(made);
            g.processGroup.members.add(made);
            AddressSpace space = sharesMemory ? t.space : t.space.forked(slot);
            g.cgroup.forked(made.cgroup, t.space, space);
            child = new Task(kernel, made, pid, space, slot, new UserMemory(0), creds, fs, fds);
            child.mask.blocked = t.mask.now();
            child.ns = ns;
            child.inherit(t);
            if (!(sharesMemory && (a.flags & Clone.CLONE_VFORK) == 0)) {
                child.altStack.inherit(t.altStack);
            }
            child.birth.cookie = kernel.random() | 1;
            if ((a.flags & Clone.CLONE_CHILD_SETTID) != 0) {
                child.birth.setTid = a.childTid;
            }
            if ((a.flags & Clone.CLONE_CHILD_CLEARTID) != 0) {
                child.birth.clearTid = a.childTid;
            }
            child.watch.trapsAll = t.watch.trapsAll;
            child.attention |= made.cgroup.frozen;
            made.tasks.add(child);
            g.pids().tasks().put(made);
            g.pids().tasks().put(child);
            kernel.tracing().cloned(t, child, a.flags, a.exitSignal);
            if (t.tracee != null && (a.flags & Clone.CLONE_VFORK) != 0) {
                ours = Clone.CLONE_VFORK;
                t.birth.vforkChild = child;
                child.birth.vforkParent = t;
                t.attention = true;
            }
            kernel.pendingProcesses().put(child.birth.cookie, child);
        } finally {
            kernel.taskLock().unlock();
        }
        int pidfd = (a.flags & Clone.CLONE_PIDFD) == 0 ? -1 : pidfd(t, a.pidfd, child.group);
        if (pidfd < -1) {
            unmake(t, child);
            return pidfd;
        }
        if ((a.flags & Clone.CLONE_PARENT_SETTID) != 0) {
            t.mem.writeInt(a.parentTid, t.shownPid(child.tid));
        }
        long host = Clone.CLONE_PARENT | a.flags & (Clone.CLONE_VM | Clone.CLONE_VFORK & ~ours | Clone.CLONE_SETTLS);
        long stack = a.stack != 0 ? a.stack : sharesMemory ? f.reg(TrapFrame.RSP) : 0;
        t.gate.expect(Nr.clone, host | Clone.CLONE_PARENT_SETTID);
        mapChunk(t, chunk);
        child.birth.forkedBy = t;
        t.trap.ops
                .add(
                        Stub.OP_PROCESS,
                        0,
                        child.tid(),
                        host,
                        sharesMemory ? child.slot : 0,
                        stack,
                        a.tls,
                        child.birth.cookie,
                        0)
                .result(t.shownPid(child.tid));
        t.trap.continuation = (task, failed, result) -> {
            if (failed) {
                unmake(task, child);
                if (pidfd >= 0) {
                    task.fds.close(task, pidfd);
                }
                task.trap.setResult(-EAGAIN);
            }
        };
        return 0;
    }

    /** Undoes {@link #process}: there is no such host process. */
    private void unmake(Task t, Task child) {
        forget(t, child);
        if (t.birth.vforkChild == child) {
            t.birth.vforkChild = null;
        }
        kernel.taskLock().lock();
        try {
            ThreadGroup made = child.group;
            made.state = ThreadGroup.State.REAPED;
            made.cgroup.gone();
            if (made.parent != null) {
                made.parent.children.remove(made);
            }
            made.pids().forget(made);
            made.pids().tasks().leave(made);
            made.pids().tasks().remove(made);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** CLONE_PIDFD: gives the parent a descriptor of the child and tells it the number. The number or -errno below -1. */
    private int pidfd(Task t, long address, ThreadGroup made) {
        PidFd f = new PidFd(kernel.anon, t.creds, made, 0);
        int fd = t.fds.install(f, true, 0, t.rlimit(io.sandjar.abi.Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
            return fd;
        }
        if (t.mem.writeInt(address, fd) < 0) {
            t.fds.close(t, fd);
            return -EFAULT;
        }
        return fd;
    }

    /**
     * A new process rings for the first time.
     *
     * @return the task, its operations queued; null when the process is none of ours or was killed already
     */
    public @Nullable Task begin(long cookie, int hostTid) {
        Task child;
        kernel.taskLock().lock();
        try {
            child = kernel.pendingProcesses().remove(cookie);
            if (child == null || child.group.exiting) {
                return null;
            }
            child.hostTid = hostTid;
            child.group.hostPid = hostTid;
            child.mem.setHostTid(hostTid);
            kernel.hostThreads().put(hostTid, child);
            child.birth.forkedBy = null;
            child.space.inUse(child.slot);
        } finally {
            kernel.taskLock().unlock();
        }
        Limits.watchCpu(kernel, child.group);
        child.trap.ops.clear();
        if (child.birth.setTid != 0) {
            child.mem.writeInt(child.birth.setTid, child.tid());
        }
        if (child.birth.clearTid != 0) {
            child.trap.ops.call(0, Nr.set_tid_address, child.birth.clearTid, 0, 0, 0, 0, 0);
        }
        return child;
    }
}
