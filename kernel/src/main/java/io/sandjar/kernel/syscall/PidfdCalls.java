// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.fs.pidfd.PidFd;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.ProcessInode;
import io.sandjar.kernel.task.Signals;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.task.ThreadTarget;
import io.sandjar.kernel.vfs.FileDescription;
import org.jspecify.annotations.Nullable;

/** Descriptors that stand for processes: pidfd_open(2) and its relatives. */
public final class PidfdCalls {
    private static final int SIGNAL_THREAD = 1;
    private static final int SIGNAL_THREAD_GROUP = 2;
    private static final int SIGNAL_PROCESS_GROUP = 4;

    private PidfdCalls() {}

    private static final int PIDFD_THREAD = O_EXCL;

    @Syscall(nr = Nr.pidfd_open)
    public static long sys_pidfd_open(Task t, int pid, @As(Kind.OPEN_FLAGS) int flags) {
        if ((flags & ~(O_NONBLOCK | PIDFD_THREAD)) != 0 || pid <= 0) {
            return -EINVAL;
        }
        if ((flags & PIDFD_THREAD) != 0) {
            Task o = Access.thread(t, pid);
            return o == null ? -ESRCH : install(t, new PidFd(t.kernel().anon, t.creds(), new ThreadTarget(o), flags));
        }
        ThreadGroup g = Access.process(t, pid);
        if (g == null) {
            return Access.thread(t, pid) != null ? -EINVAL : -ESRCH;
        }
        PidFd f = new PidFd(t.kernel().anon, t.creds(), g, flags);
        return install(t, f);
    }

    private static long install(Task t, FileDescription f) {
        int fd = t.fds().install(f, true, 0, t.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }

    /** Whom a descriptor stands for: a pidfd, or an open /proc/PID, as which pidfds began. */
    private static @Nullable ThreadGroup addressee(@Nullable FileDescription f) {
        if (f instanceof PidFd p) {
            return ThreadTarget.groupOf(p.target());
        }
        if (f == null || (f.flags() & O_PATH) != 0) {
            return null;
        }
        return f.inode() instanceof ProcessInode p ? p.process() : null;
    }

    @Syscall(nr = Nr.pidfd_send_signal)
    public static long sys_pidfd_send_signal(Task t, int pidfd, int sig, long info, int flags) {
        int scopes = SIGNAL_THREAD | SIGNAL_THREAD_GROUP | SIGNAL_PROCESS_GROUP;
        if ((flags & ~scopes) != 0 || Integer.bitCount(flags) > 1) {
            return -EINVAL;
        }
        FileDescription file = t.fget(pidfd);
        ThreadGroup g = addressee(file);
        if (g == null) {
            return -EBADF;
        }
        ThreadTarget thread = file instanceof PidFd f && f.target() instanceof ThreadTarget x ? x : null;
        if (sig < 0 || sig > Sig.SIGRTMAX) {
            return -EINVAL;
        }
        if (!t.pids().contains(g.pids())) {
            return -EINVAL;
        }
        SigInfo i = SigInfo.user(sig, Sig.SI_USER, t.group().pid(), t.creds().uid());
        if (info != 0) {
            byte[] raw = new byte[SigInfo.SIZE];
            int r = t.mem().read(info, raw);
            if (r < 0) {
                return r;
            }
            int code = Bytes.i32(raw, 8);
            if (Bytes.i32(raw, 0) != sig) {
                return -EINVAL;
            }
            if (g != t.group() && (code >= 0 || code == Sig.SI_TKILL)) {
                return -EPERM;
            }
            i = Signals.fromGuest(t, sig, raw);
        }
        if (g.state() == ThreadGroup.State.REAPED) {
            return -ESRCH;
        }
        if (thread != null && thread.task().dead()) {
            return -ESRCH;
        }
        Task target = thread != null ? thread.task() : Access.anyThread(t.kernel(), g);
        if (!Access.maySignal(t, g, target, sig)) {
            return -EPERM;
        }
        if (sig == 0) {
            return 0;
        }
        if (flags == SIGNAL_PROCESS_GROUP) {
            t.kernel().signals().sendToProcessGroup(g.processGroup(), i, false);
        } else if ((flags == SIGNAL_THREAD || (flags == 0 && thread != null)) && target != null) {
            t.kernel().signals().sendToTask(target, i);
        } else {
            t.kernel().signals().sendToGroup(g, i);
        }
        return 0;
    }

    @Syscall(nr = Nr.pidfd_getfd)
    public static long sys_pidfd_getfd(Task t, int pidfd, @As(Kind.FD) int targetfd, int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        if (!(t.fget(pidfd) instanceof PidFd f)) {
            return -EBADF;
        }
        Task target = Access.anyThread(t.kernel(), ThreadTarget.groupOf(f.target()));
        if (target == null) {
            return -ESRCH;
        }
        if (!Access.mayInspect(t, target)) {
            return -EPERM;
        }
        FileDescription found = target.fds().acquire(targetfd);
        return found == null ? -EBADF : install(t, found);
    }

    private static final int IOV_MAX = 1024;

    @Syscall(
            nr = Nr.process_madvise,
            support = Support.PARTIAL,
            note = "checked, and taken as advice that is not followed: the host asks for CAP_SYS_NICE")
    public static long sys_process_madvise(
            Task t, int pidfd, long vec, long vlen, int advice, @As(Kind.HEX) int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        if (vlen < 0 || vlen > IOV_MAX) {
            return -EINVAL;
        }
        byte[] v = new byte[(int) vlen * 16];
        int r = t.mem().read(vec, v);
        if (r < 0) {
            return r;
        }
        if (!(t.fget(pidfd) instanceof PidFd f)) {
            return -EBADF;
        }
        Task target = Access.anyThread(t.kernel(), ThreadTarget.groupOf(f.target()));
        if (target == null) {
            return -ESRCH;
        }
        if (advice != Mm.MADV_COLD
                && advice != Mm.MADV_PAGEOUT
                && advice != Mm.MADV_WILLNEED
                && advice != Mm.MADV_COLLAPSE) {
            return -EINVAL;
        }
        if (!Access.mayInspect(t, target)) {
            return -EPERM;
        }
        if (target.group() != t.group() && !t.creds().has(Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        long total = 0;
        byte[] one = new byte[1];
        for (int i = 0; i < vlen; i++) {
            long base = Bytes.i64(v, i * 16);
            long len = Bytes.i64(v, i * 16 + 8);
            if (len < 0 || (base & 4095) != 0) {
                return total > 0 ? total : -EINVAL;
            }
            long there = len > 0 ? Access.copy(t, target, base, one, 1, false) : 1;
            if (there != 1 && there != -ESRCH) { // it may be about to begin or to end
                return total > 0 ? total : -ENOMEM;
            }
            total += len;
        }
        return total;
    }

    @Syscall(
            nr = Nr.process_mrelease,
            support = Support.PARTIAL,
            note = "the host lets go of a dying process's memory at once anyway")
    public static long sys_process_mrelease(Task t, int pidfd, @As(Kind.HEX) int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        if (!(t.fget(pidfd) instanceof PidFd f)) {
            return -EBADF;
        }
        ThreadGroup g = ThreadTarget.groupOf(f.target());
        if (g.state() == ThreadGroup.State.ZOMBIE || g.state() == ThreadGroup.State.REAPED) {
            return -ESRCH;
        }
        return g.exiting() ? 0 : -EINVAL;
    }
}
