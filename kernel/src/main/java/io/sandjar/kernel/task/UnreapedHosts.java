// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.Processes;
import java.util.Collection;
import java.util.HashMap;

/** Processes that have ended for guests, while the host still keeps what they have used. */
public final class UnreapedHosts {
    private static final int POLLIN = 1;
    private final Kernel kernel;

    /** Processes that have ended, by the host pid that the host still keeps. Guarded by the task lock. */
    private final HashMap<Integer, ThreadGroup> ended = new HashMap<>();

    UnreapedHosts(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The guest's process has ended; the host keeps its own a little longer. With the task lock. */
    void add(ThreadGroup g) {
        if (g.hostPid > 0) {
            ended.put(g.hostPid, g);
        }
    }

    /** CPU time while the host process is still there to be asked; how it splits comes later. */
    void measure(ThreadGroup g) {
        long cpu = g.hostPid > 0 ? Processes.clock(Processes.processClock(g.hostPid)) : 0;
        kernel.taskLock().lock();
        try {
            if (ended.get(g.hostPid) == g) { // else it is known better already
                g.ofItself.userNanos = Math.max(cpu, 0);
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Those whose host process is not quite gone. With the task lock. */
    void addTo(Collection<ThreadGroup> out) {
        out.addAll(ended.values());
    }

    /** Whether what all ended children have used is known, that were waited for. */
    public boolean knowsUseOfChildren(ThreadGroup parent) {
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : ended.values()) {
                if (g.parent == parent && g.state == ThreadGroup.State.REAPED) {
                    return false;
                }
            }
            return true;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Whether the host process was a guest's that has ended already. With the task lock. */
    boolean knowsEndOf(int hostPid) {
        return ended.containsKey(hostPid);
    }

    /**
     * The host process is gone for good, and what it used is known exactly. A parent that was faster gets the difference.
     *
     * @param usage as of Processes.reap
     */
    public void hostReaped(int hostPid, long[] usage) {
        kernel.taskLock().lock();
        try {
            ThreadGroup g = ended.remove(hostPid);
            if (g == null) {
                return;
            }
            ThreadGroup parent = g.parent;
            Accounting exact = Accounting.ofEnd(usage);
            if (g.state == ThreadGroup.State.REAPED && parent != null) {
                parent.ofChildren.add(exact);
                parent.ofChildren.subtract(g.ofItself);
            }
            g.ofItself = exact;
            kernel.figures().ended(g);
            if (parent != null) {
                parent.childWait.wake(POLLIN); // who wants to know what it used
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }
}
