// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;
import io.sandjar.host.Processes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/** Sums over all processes that there are and have been, for /proc/stat, vmstat and loadavg: made when somebody reads. */
public final class SystemFigures {
    /** Of more threads of one process nobody asks how long they waited for a CPU. */
    private static final int THREADS_ASKED = 256;

    private final Kernel kernel;
    private final LoadAverage load = new LoadAverage(0);

    /** Of processes whose host process is gone. Guarded by the task lock. */
    private final Accounting ended = new Accounting();

    /** What was told last: sums do not go back, though a process may end between two looks at it. */
    private final Accounting told = new Accounting();

    private long made;

    SystemFigures(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A host process is gone, and what it used is known. With the task lock. */
    void ended(ThreadGroup g) {
        if (!g.summed) {
            g.summed = true;
            ended.add(g.ofItself);
            live(g, g.ofItself.userNanos + g.ofItself.systemNanos, g.loadDelay);
        }
    }

    /** @param cpu nanoseconds so far @param delay nanoseconds so far in which threads waited for a CPU */
    private void live(ThreadGroup g, long cpu, long delay) {
        synchronized (load) {
            long now = kernel.bootNanos();
            long busy = Math.max(0, cpu - g.loadCpu) + Math.max(0, delay - g.loadDelay);
            load.busy(Math.max(g.loadUntil, g.startNanos), now, busy);
            g.loadUntil = now;
            g.loadCpu = Math.max(cpu, g.loadCpu);
            g.loadDelay = Math.max(delay, g.loadDelay);
        }
    }

    private ArrayList<ThreadGroup> unsummed(Accounting sum) {
        LinkedHashSet<ThreadGroup> all = new LinkedHashSet<>();
        kernel.taskLock().lock();
        try {
            all.addAll(kernel.containers().allGroups());
            kernel.exits().unreaped().addTo(all);
            sum.add(ended);
            made = Math.max(made, kernel.containers().made());
        } finally {
            kernel.taskLock().unlock();
        }
        ArrayList<ThreadGroup> out = new ArrayList<>(all.size());
        for (ThreadGroup g : all) {
            if (!g.summed && g.hostPid > 0) {
                out.add(g);
            }
        }
        return out;
    }

    /** What all processes have used together. */
    public synchronized Accounting used() {
        Accounting sum = new Accounting();
        for (ThreadGroup g : unsummed(sum)) {
            Accounting one = new Accounting();
            one.ofProcess(g, true);
            sum.add(one);
        }
        told.raise(sum);
        Accounting out = new Accounting();
        out.add(told);
        return out;
    }

    /** How many processes and threads have been made, as of the last {@link #used}. */
    public synchronized long made() {
        return made;
    }

    /** The averages of 1, 5 and 15 minutes: how many threads ran or waited for a CPU. */
    public double[] loads() {
        for (ThreadGroup g : unsummed(new Accounting())) {
            long cpu = Processes.clock(Processes.processClock(g.hostPid));
            live(g, Math.max(cpu, 0), delay(g));
        }
        return load.read(kernel.bootNanos());
    }

    private long delay(ThreadGroup g) {
        Task[] tasks;
        kernel.taskLock().lock();
        try {
            tasks = g.tasks();
        } finally {
            kernel.taskLock().unlock();
        }
        long sum = 0;
        for (int i = 0; i < Math.min(tasks.length, THREADS_ASKED); i++) {
            int tid = tasks[i].hostTid();
            sum += tid <= 0 ? 0 : second(HostFiles.procText(g.hostPid + "/task/" + tid + "/schedstat"));
        }
        return sum;
    }

    /** The second number of a text. */
    private static long second(@Nullable String text) {
        int from = text == null ? -1 : text.indexOf(' ');
        int to = text == null ? -1 : text.indexOf(' ', from + 1);
        return text == null || from < 0 || to < 0 ? 0 : Long.parseLong(text, from + 1, to, 10);
    }
}
