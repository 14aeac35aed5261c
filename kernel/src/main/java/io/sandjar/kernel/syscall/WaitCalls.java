// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.task.Waits;

/** wait4(2) and waitid(2). */
final class WaitCalls {
    private WaitCalls() {}

    @Syscall(nr = Nr.wait4)
    static long sys_wait4(Task t, int pid, long wstatus, @As(Kind.WAIT_FLAGS) int options, long rusage) {
        int known =
                Clone.WNOHANG | Clone.WUNTRACED | Clone.WCONTINUED | Clone.__WNOTHREAD | Clone.__WALL | Clone.__WCLONE;
        if ((options & ~known) != 0) {
            return -EINVAL;
        }
        if (pid == Integer.MIN_VALUE) {
            return -ESRCH;
        }
        int type = pid == -1 ? Clone.P_ALL : pid > 0 ? Clone.P_PID : Clone.P_PGID;
        int id = pid > 0 ? pid : pid == 0 ? t.group().processGroup().id() : pid == -1 ? 0 : -pid;
        id = pid == 0 || pid == -1 ? id : t.rootPid(id);
        Waits.Event e = new Waits.Event();
        e.exact = rusage != 0 && (options & Clone.WNOHANG) == 0;
        long r = Waits.await(t, type, id, options | Clone.WEXITED, e);
        if (r <= 0) {
            return r;
        }
        if (wstatus != 0 && t.mem().writeInt(wstatus, e.status) < 0) {
            return -EFAULT;
        }
        if (rusage != 0 && t.mem().write(rusage, e.used.encode()) < 0) {
            return -EFAULT;
        }
        return r;
    }

    @Syscall(nr = Nr.waitid)
    static long sys_waitid(Task t, int idtype, int id, long infop, @As(Kind.WAIT_FLAGS) int options, long rusage) {
        long r = waitid(t, idtype, id, infop, options, rusage);
        boolean told = r >= 0 || r == Task.BLOCK || r <= -ERESTARTSYS;
        return !told && infop != 0 && t.mem().write(infop, new byte[32]) < 0
                ? -EFAULT
                : r; // written whatever comes of it
    }

    private static long waitid(Task t, int idtype, int id, long infop, int options, long rusage) {
        int known = Clone.WNOHANG
                | Clone.WNOWAIT
                | Clone.WEXITED
                | Clone.WSTOPPED
                | Clone.WCONTINUED
                | Clone.__WNOTHREAD
                | Clone.__WALL
                | Clone.__WCLONE;
        if ((options & ~known) != 0 || (options & (Clone.WEXITED | Clone.WSTOPPED | Clone.WCONTINUED)) == 0) {
            return -EINVAL;
        }
        boolean mayWait = true;
        int type = idtype;
        int which = idtype == Clone.P_PID || idtype == Clone.P_PGID ? t.rootPid(id) : id;
        if (idtype == Clone.P_PIDFD) {
            ThreadGroup g = Waits.byPidfd(t, id);
            if (g == null) {
                return -EBADF;
            }
            if (g.pids().root() != t.pids().root()) {
                return -ECHILD;
            }
            type = Clone.P_PID;
            which = g.pid();
            if (t.fget(id) instanceof io.sandjar.kernel.fs.pidfd.PidFd f
                    && (f.flags() & io.sandjar.abi.O.O_NONBLOCK) != 0) {
                mayWait = false;
            }
        } else if ((idtype == Clone.P_PID && id <= 0)
                || (idtype == Clone.P_PGID && id < 0)
                || idtype < 0
                || idtype > Clone.P_PIDFD) {
            return -EINVAL;
        }
        if (idtype == Clone.P_PGID && id == 0) {
            which = t.group().processGroup().id();
        }
        Waits.Event e = new Waits.Event();
        e.exact = rusage != 0 && (options & Clone.WNOHANG) == 0;
        long r = Waits.await(t, type, which, mayWait ? options : options | Clone.WNOHANG, e);
        if (r < 0) {
            return r;
        }
        if (r == 0 && !mayWait && (options & Clone.WNOHANG) == 0) {
            return -EAGAIN;
        }
        if (infop != 0) {
            byte[] info = new byte[128];
            if (r > 0) {
                Bytes.put32(info, 0, io.sandjar.abi.Sig.SIGCHLD);
                Bytes.put32(info, 8, e.code);
                Bytes.put32(info, 16, e.pid);
                Bytes.put32(info, 20, t.creds().userNs().shownUid(e.uid));
                Bytes.put32(info, 24, e.detail);
            }
            if (t.mem().write(infop, info, 0, 32) < 0) {
                return -EFAULT;
            }
        }
        if (rusage != 0 && r > 0 && t.mem().write(rusage, e.used.encode()) < 0) {
            return -EFAULT;
        }
        return 0;
    }
}
