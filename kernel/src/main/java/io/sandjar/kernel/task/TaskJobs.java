// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.tty.JobControl;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/** Job control as the terminals of a container see it. */
public final class TaskJobs implements JobControl {
    private final Kernel kernel;
    private final PidSpace pids;

    public TaskJobs(PidSpace pids) {
        this.kernel = pids.kernel();
        this.pids = pids;
        pids.sessionListener = this::leaderEnded;
    }

    /** The leader of a session has ended: its terminal is free, and who was in the foreground is told. */
    private void leaderEnded(Session s) {
        if (s.terminal instanceof Tty t) {
            t.leaderLeaves(s.id());
            return;
        }
        int group = s.hungUpGroup;
        if (group != 0) {
            s.hungUpGroup = 0;
            signalGroup(group, Sig.SIGHUP, false);
            signalGroup(group, Sig.SIGCONT, false);
        }
    }

    private static ThreadGroup groupFor(Caller c) {
        return ((Task) c).group();
    }

    @Override
    public int sessionOf(Caller c) {
        kernel.taskLock().lock();
        try {
            return groupFor(c).session().id();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public int groupOf(Caller c) {
        kernel.taskLock().lock();
        try {
            return groupFor(c).processGroup().id();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public boolean isSessionLeader(Caller c) {
        kernel.taskLock().lock();
        try {
            ThreadGroup g = groupFor(c);
            return g.session().leader == g;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public @Nullable Tty terminalOf(Caller c) {
        return groupFor(c).terminal instanceof Tty t ? t : null;
    }

    @Override
    public void setTerminal(Caller c, @Nullable Tty tty) {
        kernel.taskLock().lock();
        try {
            ThreadGroup g = groupFor(c);
            g.terminal = tty;
            if (tty != null) {
                g.session().terminal = tty;
                g.session().hungUpGroup = 0;
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public void clearTerminal(int session) {
        kernel.taskLock().lock();
        try {
            Session s = pids.tasks().session(session);
            if (s != null) {
                pids.tasks().takeTerminal(s);
                s.hungUpGroup = 0;
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public boolean mayTypeForOthers() {
        return kernel.typing.allowed();
    }

    @Override
    public int sessionOfGroup(int group) {
        kernel.taskLock().lock();
        try {
            ProcessGroup p = pids.tasks().processGroup(group);
            return p == null ? 0 : p.session().id();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public boolean isOrphaned(Caller c) {
        kernel.taskLock().lock();
        try {
            return pids.tasks().orphaned(groupFor(c).processGroup(), null);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public boolean blocksOrIgnores(Caller c, int sig) {
        Task t = (Task) c;
        kernel.taskLock().lock();
        try {
            SigAction a = t.group().actions[sig];
            return (t.mask.now() & Signals.bit(sig)) != 0 || a.isIgnore();
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public void signalGroup(int group, int sig, boolean outside) {
        kernel.taskLock().lock();
        try {
            ProcessGroup p = pids.tasks().processGroup(group);
            if (p != null) {
                kernel.signals().sendToProcessGroup(p, SigInfo.kernel(sig), outside);
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public void hangUp(int session, int foreground, boolean outside) {
        kernel.taskLock().lock();
        try {
            Session s = pids.tasks().session(session);
            if (s == null) {
                return;
            }
            pids.tasks().takeTerminal(s);
            s.hungUpGroup = foreground;
            ThreadGroup leader = s.leader;
            if (leader == null) {
                return;
            }
            if (outside) {
                kernel.signals().sendFromOutside(leader, SigInfo.kernel(Sig.SIGHUP));
            } else {
                kernel.signals().sendToGroup(leader, SigInfo.kernel(Sig.SIGHUP));
            }
            kernel.signals().sendToGroup(leader, SigInfo.kernel(Sig.SIGCONT));
        } finally {
            kernel.taskLock().unlock();
        }
    }
}
