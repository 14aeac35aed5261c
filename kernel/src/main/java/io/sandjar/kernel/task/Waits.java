// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.fs.pidfd.PidFd;
import org.jspecify.annotations.Nullable;

/** Waiting for children: what wait4(2) and waitid(2) share. */
public final class Waits {
    private static final int POLLIN = 1;

    private Waits() {}

    /** What a wait found. */
    public static final class Event {
        public int pid;
        public int uid;
        /** wait(2) status. */
        public int status;
        /** CLD_* and the exit code or signal that goes with it. */
        public int code;

        public int detail;

        /** Whether to wait until the host, too, knows all that the process used: moments after its end. */
        public boolean exact;

        /** By the process and by its children that it has waited for. */
        public final Accounting used = new Accounting();
    }

    /** The process behind a pidfd; null when the descriptor is none. */
    public static @Nullable ThreadGroup byPidfd(Task t, int fd) {
        return t.fget(fd) instanceof PidFd p ? ThreadTarget.groupOf(p.target()) : null;
    }

    /**
     * Waits for a child that changes state.
     *
     * @param type P_ALL, P_PID or P_PGID
     * @param options W* bits; WEXITED, WSTOPPED (WUNTRACED), WCONTINUED say which changes
     * @return its pid; 0 for none with WNOHANG; -ECHILD, -ERESTARTSYS or BLOCK
     */
    public static long await(Task t, int type, int id, int options, Event out) {
        Kernel k = t.kernel();
        while (true) {
            int found = scan(k, t, type, id, options, out);
            if (found != 0 || (options & Clone.WNOHANG) != 0) {
                return found;
            }
            int r = t.awaitReady(
                    t.group().childWait, POLLIN, () -> ready(k, t, type, id, options, out.exact), Task.FOREVER);
            if (r != 0) {
                return r;
            }
        }
    }

    /** Whether a wait would find something; takes nothing. */
    private static boolean ready(Kernel k, Task t, int type, int id, int options, boolean exact) {
        Event e = new Event();
        e.exact = exact;
        return scan(k, t, type, id, options | Clone.WNOWAIT, e) != 0;
    }

    private static boolean matches(ThreadGroup c, int type, int id, int options) {
        boolean which = switch (type) {
            case Clone.P_PID -> c.pid() == id;
            case Clone.P_PGID -> c.processGroup().id() == id;
            default -> true;
        };
        if (!which || (options & Clone.__WALL) != 0) {
            return which;
        }
        boolean clone = c.exitSignal != Sig.SIGCHLD;
        return clone == ((options & Clone.__WCLONE) != 0);
    }

    private static int scan(Kernel k, Task t, int type, int id, int options, Event out) {
        ThreadGroup g = t.group();
        boolean own = (options & Clone.__WNOTHREAD) != 0;
        k.taskLock().lock();
        try {
            boolean any = false;
            for (ThreadGroup c : g.children) {
                if (!matches(c, type, id, options) || (own && c.maker != t)) {
                    continue;
                }
                any = true;
                if (c.hidden || tracedBy(c, g)) {
                    continue;
                }
                if (report(k, g, c, options, out)) {
                    return out.pid;
                }
            }
            for (Tracee e : g.tracees) {
                if (!matches(e, type, id) || (own && e.tracer != t)) {
                    continue;
                }
                any = true;
                if (report(k, e, options, out)) {
                    return out.pid;
                }
            }
            return any ? 0 : -ECHILD;
        } finally {
            k.taskLock().unlock();
        }
    }

    /** Whether a child's stops are told because it is traced. */
    private static boolean tracedBy(ThreadGroup c, ThreadGroup g) {
        if (c.state == ThreadGroup.State.ZOMBIE) {
            return false;
        }
        for (Tracee e : g.tracees) {
            if (e.task.group == c && e.tid == c.pid()) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(Tracee e, int type, int id) {
        return switch (type) {
            case Clone.P_PID -> e.tid == id;
            case Clone.P_PGID -> e.task.group.processGroup().id() == id;
            default -> true;
        };
    }

    private static boolean report(Kernel k, Tracee e, int options, Event out) {
        boolean keep = (options & Clone.WNOWAIT) != 0;
        ThreadGroup c = e.task.group;
        out.pid = e.tracer.group.pids().fromRoot(e.tid);
        out.uid = c.uid;
        out.used.clear();
        if (e.ended) {
            if ((options & Clone.WEXITED) == 0) {
                return false;
            }
            out.status = e.exitStatus;
            boolean exited = (e.exitStatus & 0x7f) == 0;
            out.code = exited ? Sig.CLD_EXITED : Sig.CLD_KILLED;
            out.detail = exited ? e.exitStatus >> 8 & 0xff : e.exitStatus & 0x7f;
            if (!keep) {
                k.tracing().toldEnd(e);
            }
            return true;
        }
        if (e.stopped && !e.told && !e.listening) {
            out.status = e.code << 8 | 0x7f;
            out.code = Sig.CLD_TRAPPED;
            out.detail = e.code;
            e.told |= !keep;
            return true;
        }
        if ((options & Clone.WCONTINUED) != 0 && c.continueReport && e.tid == c.pid()) {
            out.status = 0xffff;
            out.code = Sig.CLD_CONTINUED;
            out.detail = Sig.SIGCONT;
            c.continueReport &= keep;
            return true;
        }
        return false;
    }

    private static boolean report(Kernel k, ThreadGroup g, ThreadGroup c, int options, Event out) {
        boolean keep = (options & Clone.WNOWAIT) != 0;
        out.pid = g.pids().fromRoot(c.pid());
        out.uid = c.uid;
        out.used.clear();
        out.used.add(c.ofItself);
        out.used.add(c.ofChildren);
        if (c.state == ThreadGroup.State.ZOMBIE) {
            if ((options & Clone.WEXITED) == 0
                    || (out.exact && k.exits().unreaped().knowsEndOf(c.hostPid))) {
                return false;
            }
            out.status = c.exitStatus;
            boolean exited = (c.exitStatus & 0x7f) == 0;
            out.code = exited ? Sig.CLD_EXITED : Sig.CLD_KILLED;
            out.detail = exited ? c.exitStatus >> 8 & 0xff : c.exitStatus & 0x7f;
            if (!keep) {
                k.exits().zombies.reap(c);
            }
            return true;
        }
        if ((options & Clone.WSTOPPED) != 0 && c.stopReport != 0) {
            out.status = c.stopReport << 8 | 0x7f;
            out.code = Sig.CLD_STOPPED;
            out.detail = c.stopReport;
            if (!keep) {
                c.stopReport = 0;
            }
            return true;
        }
        if ((options & Clone.WCONTINUED) != 0 && c.continueReport) {
            out.status = 0xffff;
            out.code = Sig.CLD_CONTINUED;
            out.detail = Sig.SIGCONT;
            if (!keep) {
                c.continueReport = false;
            }
            return true;
        }
        return false;
    }
}
