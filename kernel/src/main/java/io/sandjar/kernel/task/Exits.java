// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import java.util.ArrayList;

/** The end of threads and processes, and what their parents hear of it. */
public final class Exits {
    private static final int POLLIN = 1;
    private final Kernel kernel;
    private final Orphans orphans;
    final Zombies zombies;
    final UnreapedHosts unreaped;

    Exits(Kernel kernel) {
        this.kernel = kernel;
        this.orphans = new Orphans(kernel);
        this.zombies = new Zombies(kernel, orphans);
        this.unreaped = new UnreapedHosts(kernel);
    }

    /** Those whose host process is not quite gone. */
    public UnreapedHosts unreaped() {
        return unreaped;
    }

    /**
     * Ends a process: all its threads, host process included.
     *
     * @param status wait(2) status: code << 8, or the signal
     */
    public void exitGroup(ThreadGroup g, int status) {
        Task[] tasks;
        kernel.taskLock().lock();
        try {
            if (g.exiting && g.released) {
                return;
            }
            g.exiting = true;
            g.released = true;
            g.exitStatus = status;
            unreaped.add(g);
            tasks = g.tasks.toArray(new Task[0]);
            kernel.piFutexes().ending();
            for (Task t : tasks) {
                detach(t, status);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        g.endTimers(false);
        int global = g.globalPid();
        g.attachments.clear(global);
        g.aio.clear();
        g.ns.ipc.systemV.exited(global);
        unreaped.measure(g);
        boolean robust = false;
        for (Task t : tasks) {
            robust |= RobustLists.release(t);
        }
        kernel.piFutexes().ended(tasks);
        if (g.hostPid > 0) {
            Processes.kill(g.hostPid, Sig.SIGKILL);
        }
        if (robust) {
            RobustLists.wakeWaiters(kernel, tasks[0]);
        }
        for (Task t : tasks) {
            t.wake();
            release(t);
        }
        zombies.begin(g);
    }

    /** Ends a process soon, for a caller that holds the task lock. */
    void killLater(ThreadGroup g, int signo) {
        if (g.exiting) {
            return;
        }
        g.exiting = true;
        g.exitStatus = signo;
        for (Task t : g.tasks) {
            t.wake();
        }
        kernel.background(() -> exitGroup(g, signo));
    }

    /** No more calls of this thread are answered. With the task lock. */
    private void detach(Task t, int status) {
        t.dead = true;
        t.group.endedIo.add(t.ioCount);
        kernel.tracing().threadEnded(t, status);
        TraceStops.leftMemory(t);
        t.pending.clear();
        if (!t.endWait.isEmpty()) {
            kernel.background(() -> t.endWait.wake(POLLIN));
        }
        t.space.giveSlot(t.slot);
        if (t.hostTid != 0) {
            kernel.hostThreads().remove(t.hostTid, t);
        }
        kernel.forgetPending(t);
    }

    /** Lets go of what a thread held. Once for each. */
    void release(Task t) {
        synchronized (t) {
            if (t.released) {
                return;
            }
            t.released = true;
        }
        kernel.nursery().ended(t);
        ExecImage image = t.image;
        if (image != null && t.hostTid == 0) { // it never began
            t.image = null;
            image.close();
        }
        if (t.pollSet instanceof HeapRoom.Holder h) {
            h.giveBack();
        }
        t.watch.leave();
        t.fds.leave(t);
        FsContext fs = t.fs;
        if (fs != null) { // what never had a program has none
            fs.leave();
        }
        MountNamespace mounts = t.ns.mountsIfAny();
        if (mounts != null) {
            mounts.left();
        }
        t.ns.ipc.left();
    }

    /**
     * Ends one thread of several.
     *
     * @return false when it was the last: the process has to end
     */
    public boolean exitThread(Task t, int status) {
        ThreadGroup g = t.group;
        kernel.taskLock().lock();
        try {
            int alive = 0;
            for (Task o : g.tasks) {
                if (!o.dead) {
                    alive++;
                }
            }
            if (t.rootTid() == g.pid()) {
                g.leaderStatus = status; // what the parent will hear if no exit_group comes
            }
            if (alive <= 1) {
                return false;
            }
            kernel.piFutexes().ending();
            detach(t, status);
            orphans.leftBy(t);
            if (t.rootTid() != g.pid()) { // a leader stays as long as its process
                g.tasks.remove(t);
                g.pids().tasks().remove(t);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        if (RobustLists.release(t)) {
            RobustLists.wakeWaiters(kernel, t);
        }
        kernel.piFutexes().ended(t);
        Tracer tracer = kernel.tracer;
        if (tracer != null) {
            tracer.threadEnded(t);
        }
        release(t);
        return true;
    }

    /** Removes all threads but {@code t} for exec, which takes over the process's id. What they all had locked is let go. */
    void leaveAlone(Task t) {
        ThreadGroup g = t.group;
        ArrayList<Task> others = new ArrayList<>();
        Task[] all = g.tasks();
        boolean robust = false;
        for (Task o : all) {
            robust |= RobustLists.release(o); // by the ids that they still have
        }
        kernel.taskLock().lock();
        try {
            kernel.piFutexes().ending();
            for (Task o : g.tasks) {
                if (o != t) {
                    others.add(o);
                    boolean wasDead = o.dead;
                    if (o.tid == g.pid()) {
                        kernel.tracing().replaced(o);
                    }
                    detach(o, 0);
                    g.pids().tasks().remove(o);
                    if (!wasDead) {
                        o.wake();
                    }
                }
            }
            for (ThreadGroup c : g.children) {
                if (c.maker != null && c.maker != t && c.maker.group == g) {
                    c.maker = t;
                }
            }
            g.pids().tasks().remove(t);
            t.tid = g.pid();
            g.tasks.clear();
            g.tasks.add(t);
            g.pids().tasks().put(t);
        } finally {
            kernel.taskLock().unlock();
        }
        if (robust) {
            RobustLists.wakeWaiters(kernel, t);
        }
        kernel.piFutexes().ended(all);
        for (Task o : others) {
            release(o);
        }
    }

    /** The host process ended without our doing (a fault in the stub, the host's OOM killer). */
    void hostDied(ThreadGroup g, int code, int status) {
        if (g == kernel.nursery().task().group) {
            kernel.nurseryEnded();
            return;
        }
        int end = code == Sig.CLD_EXITED ? status << 8 : status & 0x7f;
        if (end == Sig.SIGSEGV && loseHost(g)) {
            kernel.background(() -> {
                kernel.tracing().stops.lastStop(g, end);
                exitGroup(g, end);
            });
        } else {
            exitGroup(g, end);
        }
    }

    /** A traced process, whose tracer is to be told before it ends, goes on without a host process. */
    private boolean loseHost(ThreadGroup g) {
        kernel.taskLock().lock();
        try {
            Task leader = g.pids().tasks().task(g.pid());
            if (g.exiting || leader == null || leader.tracee == null) {
                return false;
            }
            unreaped.add(g);
            g.hostPid = 0;
            for (Task t : g.tasks) {
                kernel.hostThreads().remove(t.hostTid, t);
                t.hostTid = 0;
                t.mem.setHostTid(0);
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }
}
