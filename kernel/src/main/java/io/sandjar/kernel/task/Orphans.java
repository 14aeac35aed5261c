// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigInfo;

/** Children of threads and processes that have ended: who is their parent next, and who is hung up. */
final class Orphans {
    private final Kernel kernel;

    Orphans(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The children of a thread that ends become those of another one of its process; who asked for a signal gets it. */
    void leftBy(Task t) {
        ThreadGroup g = t.group;
        Task heir = null;
        for (Task o : g.tasks) {
            if (!o.dead) {
                heir = o;
                break;
            }
        }
        for (ThreadGroup c : g.children) {
            if (c.maker == t) {
                c.maker = heir;
                parentDied(c, g);
            }
        }
    }

    private void parentDied(ThreadGroup c, ThreadGroup parent) {
        for (Task t : c.tasks) {
            if (t.settings.parentDeathSignal != 0) {
                kernel.signals().sendToGroup(c, SigInfo.user(t.settings.parentDeathSignal, 0, parent.pid(), 0));
            }
        }
    }

    /** Gives the children of a dead process to the nearest subreaper or pid 1. With the task lock. */
    void left(ThreadGroup g) {
        ThreadGroup heir = g.pids().init();
        if (heir == null || heir == g) {
            return;
        }
        for (ThreadGroup p = g.parent; p != null && p.pids() == g.pids(); p = p.parent) {
            if (p.subreaper && !p.exiting) {
                heir = p;
                break;
            }
        }
        ThreadGroup[] children = g.children();
        for (ThreadGroup c : children) {
            boolean wasOrphaned = g.pids().tasks().orphaned(c.processGroup, null);
            g.children.remove(c);
            heir.children.add(c);
            c.parent = heir;
            c.exitSignal = Sig.SIGCHLD;
            c.maker = heir.tasks.isEmpty() ? null : heir.tasks.get(0);
            parentDied(c, g);
            if (c.state == ThreadGroup.State.ZOMBIE && !c.hidden) {
                kernel.exits().zombies.tellParent(c, heir);
            } else if (!wasOrphaned && g.pids().tasks().orphaned(c.processGroup, null)) {
                hangUpIfStopped(c.processGroup);
            }
        }
        // its own group may have lost its last tie to the session
        ThreadGroup parent = g.parent;
        ProcessGroup p = g.processGroup;
        if (parent != null
                && parent.processGroup != p
                && parent.session() == p.session()
                && g.pids().tasks().orphaned(p, g)) {
            hangUpIfStopped(p);
        }
    }

    private void hangUpIfStopped(ProcessGroup p) {
        boolean stopped = false;
        for (ThreadGroup m : p.members) {
            stopped |= m.state == ThreadGroup.State.STOPPED;
        }
        if (stopped) {
            kernel.signals().sendToProcessGroup(p, SigInfo.kernel(Sig.SIGHUP), false);
            kernel.signals().sendToProcessGroup(p, SigInfo.kernel(Sig.SIGCONT), false);
        }
    }
}
