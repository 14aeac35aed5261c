// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.vfs.Caller;

/**
 * Who a terminal belongs to: the session whose controlling terminal it is, and the process group in the foreground.
 * Guarded by the terminal's lock.
 */
final class TtySession {
    private final Tty tty;
    private final JobControl jobs;

    /** Whether keys come from the user's own terminal, from whose signals pid 1 is not protected. */
    private final boolean outside;

    private int session;
    private int foreground;

    TtySession(Tty tty, JobControl jobs, boolean outside) {
        this.tty = tty;
        this.jobs = jobs;
        this.outside = outside;
    }

    /** The session's id, 0 for none. */
    int id() {
        return session;
    }

    /** The group in the foreground, 0 for none. */
    int foreground() {
        return foreground;
    }

    /** Whether this is the caller's controlling terminal. */
    boolean isTerminalOf(Caller c) {
        return jobs.terminalOf(c) == tty;
    }

    /** Whether the caller may make characters appear as if they had been typed (TIOCSTI): 0 or -errno. */
    int mayType(Caller c, boolean atMaster) {
        if (c.creds().has(Cap.CAP_SYS_ADMIN)) {
            return 0;
        }
        return !jobs.mayTypeForOthers() ? -EIO : atMaster || !isTerminalOf(c) ? -EPERM : 0;
    }

    /** Sends a signal to the foreground group. */
    void signal(int sig) {
        if (foreground != 0) {
            jobs.signalGroup(foreground, sig, outside);
        }
    }

    // ---- coming ----

    /** The terminal was opened without O_NOCTTY: a leader without terminal gets it. */
    void opened(Caller c) {
        if (session == 0 && jobs.isSessionLeader(c) && jobs.terminalOf(c) == null) {
            control(c);
        }
    }

    /** Makes this the terminal of the session that the caller leads, as the sandbox does for its first process. */
    void adopt(Caller c) {
        if (session == 0) {
            control(c);
        }
    }

    /**
     * TIOCSCTTY.
     *
     * @param steal whether it may be taken from another session
     */
    int acquire(Caller c, boolean readable, boolean steal) {
        boolean leader = jobs.isSessionLeader(c);
        if (leader && session == jobs.sessionOf(c)) {
            return 0;
        }
        if (!leader || jobs.terminalOf(c) != null) {
            return -EPERM;
        }
        boolean admin = c.creds().has(Cap.CAP_SYS_ADMIN);
        if (session != 0) {
            if (!steal || !admin) {
                return -EPERM;
            }
            jobs.clearTerminal(session);
        }
        if (!readable && !admin) {
            return -EPERM;
        }
        control(c);
        return 0;
    }

    private void control(Caller c) {
        session = jobs.sessionOf(c);
        foreground = jobs.groupOf(c);
        jobs.setTerminal(c, tty);
    }

    // ---- going ----

    /** TIOCNOTTY: a leader gives it up for its session, everybody else for itself. */
    int giveUp(Caller c) {
        if (!isTerminalOf(c)) {
            return -ENOTTY;
        }
        if (jobs.isSessionLeader(c)) {
            leaderLeaves(jobs.sessionOf(c), true);
        } else {
            jobs.setTerminal(c, null);
        }
        return 0;
    }

    /** The leader of session {@code id} ends, or gives the terminal up: the foreground group gets SIGHUP. */
    void leaderLeaves(int id, boolean alsoContinue) {
        if (session != id || id == 0) {
            return;
        }
        signal(Sig.SIGHUP);
        if (alsoContinue) {
            signal(Sig.SIGCONT);
        }
        session = 0;
        foreground = 0;
        jobs.clearTerminal(id);
    }

    /** The line is cut: the leader is told, the foreground group when it ends. */
    void hangUp() {
        int id = session;
        int group = foreground;
        session = 0;
        foreground = 0;
        if (id != 0) {
            jobs.hangUp(id, group, outside);
        }
    }

    // ---- job control ----

    /**
     * Whether the caller, if it belongs to this terminal, may use it now: 0, -EIO, or -ERESTARTSYS after its group was
     * sent {@code sig} (SIGTTIN, SIGTTOU).
     */
    int check(Caller c, int sig) {
        if (foreground == 0 || !isTerminalOf(c)) {
            return 0;
        }
        int own = jobs.groupOf(c);
        if (own == foreground) {
            return 0;
        }
        if (jobs.blocksOrIgnores(c, sig)) {
            return sig == Sig.SIGTTIN ? -EIO : 0;
        }
        if (jobs.isOrphaned(c)) {
            return -EIO;
        }
        jobs.signalGroup(own, sig, false);
        return -ERESTARTSYS;
    }

    /** TIOCSPGRP. */
    int setForeground(Caller c, long address) {
        int r = check(c, Sig.SIGTTOU);
        if (r < 0) {
            return r == -EIO ? -ENOTTY : r;
        }
        int[] group = new int[1];
        r = c.mem().readInt(address, group);
        if (r < 0) {
            return r;
        }
        if (group[0] < 0) {
            return -EINVAL;
        }
        int own = jobs.sessionOf(c);
        if (!isTerminalOf(c) || session != own) {
            return -ENOTTY;
        }
        int to = c.rootPid(group[0]);
        int theirs = jobs.sessionOfGroup(to);
        if (theirs == 0) {
            return -ESRCH;
        }
        if (theirs != own) {
            return -EPERM;
        }
        foreground = to;
        return 0;
    }
}
