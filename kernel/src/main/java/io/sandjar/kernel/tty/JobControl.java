// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What terminals need to know of processes, sessions and groups. Implemented by package task. Every method may be
 * called with the terminal's lock held, which comes before the task lock. Sessions and groups are told by their ids.
 */
public interface JobControl {
    int sessionOf(Caller c);

    int groupOf(Caller c);

    /** Whether the caller's process leads its session. */
    boolean isSessionLeader(Caller c);

    /** The caller's controlling terminal. */
    @Nullable
    Tty terminalOf(Caller c);

    /** Gives the caller a controlling terminal, or takes it from it; its children will have the same. */
    void setTerminal(Caller c, @Nullable Tty tty);

    /** Takes the controlling terminal from all processes of a session. */
    void clearTerminal(int session);

    /** The session that a group belongs to; 0 when there is no such group. */
    int sessionOfGroup(int group);

    /** Whether the caller's group has nobody outside it, but in its session, who could continue it. */
    boolean isOrphaned(Caller c);

    /** Whether everybody may type for others at its own terminal (sysctl dev.tty.legacy_tiocsti). */
    boolean mayTypeForOthers();

    /** Whether the caller blocks or ignores a signal. */
    boolean blocksOrIgnores(Caller c, int sig);

    /**
     * Sends a signal from the kernel to all processes of a group.
     *
     * @param outside whether it comes from the user's own terminal, from which pid 1 is not protected
     */
    void signalGroup(int group, int sig, boolean outside);

    /**
     * The terminal of a session went away: its leader gets SIGHUP and SIGCONT, the session has no terminal any more,
     * and when the leader ends the group {@code foreground} gets SIGHUP and SIGCONT.
     *
     * @param outside see {@link #signalGroup}
     */
    void hangUp(int session, int foreground, boolean outside);
}
