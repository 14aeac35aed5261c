// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigAction;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.ProcessGroup;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** Signals: actions, masks, sending, waiting (signal(7)). */
final class SignalCalls {
    private SignalCalls() {}

    @Syscall(nr = Nr.rt_sigaction)
    static long sys_rt_sigaction(Task t, @As(Kind.SIGNAL) int sig, long act, long oldact, long size) {
        if (size != 8) {
            return -EINVAL;
        }
        SigAction next = null;
        if (act != 0) {
            byte[] b = new byte[32];
            if (t.mem().read(act, b) < 0) {
                return -EFAULT;
            }
            next = new SigAction(Bytes.i64(b, 0), Bytes.i64(b, 8), Bytes.i64(b, 16), Bytes.i64(b, 24));
        }
        if (sig < 1 || sig > 64 || next != null && (sig == Sig.SIGKILL || sig == Sig.SIGSTOP)) {
            return -EINVAL;
        }
        var signals = t.kernel().signals();
        SigAction old = next != null ? signals.setAction(t.group(), sig, next) : signals.action(t.group(), sig);
        if (oldact != 0) {
            byte[] b = new byte[32];
            Bytes.put64(b, 0, old.handler());
            Bytes.put64(b, 8, old.flags());
            Bytes.put64(b, 16, old.restorer());
            Bytes.put64(b, 24, old.mask());
            return t.mem().write(oldact, b);
        }
        return 0;
    }

    @Syscall(nr = Nr.rt_sigprocmask)
    static long sys_rt_sigprocmask(Task t, int how, long set, long oldset, long size) {
        if (size != 8) {
            return -EINVAL;
        }
        long old = t.mask.now();
        if (set != 0) {
            long[] v = new long[1];
            if (t.mem().readLong(set, v) < 0) {
                return -EFAULT;
            }
            long next;
            switch (how) {
                case Sig.SIG_BLOCK -> next = old | v[0];
                case Sig.SIG_UNBLOCK -> next = old & ~v[0];
                case Sig.SIG_SETMASK -> next = v[0];
                default -> {
                    return -EINVAL;
                }
            }
            t.kernel().signals().setMask(t, next);
        }
        return oldset != 0 ? t.mem().writeLong(oldset, old) : 0;
    }

    @Syscall(nr = Nr.rt_sigreturn)
    static long sys_rt_sigreturn(Task t) {
        t.trap.sigreturn();
        return 0;
    }

    @Syscall(nr = Nr.rt_sigpending)
    static long sys_rt_sigpending(Task t, long set, long size) {
        if (size > 8 || size < 0) {
            return -EINVAL;
        }
        byte[] b = new byte[8];
        Bytes.put64(b, 0, t.kernel().signals().pending(t) & t.mask.now());
        return t.mem().write(set, b, 0, (int) size);
    }

    @Syscall(nr = Nr.rt_sigsuspend)
    static long sys_rt_sigsuspend(Task t, long mask, long size) {
        if (size != 8) {
            return -EINVAL;
        }
        long[] v = new long[1];
        if (t.mem().readLong(mask, v) < 0) {
            return -EFAULT;
        }
        t.mask.setTemporary(v[0]);
        int r = t.awaitReady(t.group().signalWait, 0, Waits.NEVER, Task.FOREVER);
        return r == -ERESTARTSYS ? -ERESTARTNOHAND : r;
    }

    @Syscall(nr = Nr.pause)
    static long sys_pause(Task t) {
        int r = t.awaitReady(t.group().signalWait, 0, Waits.NEVER, Task.FOREVER);
        return r == -ERESTARTSYS ? -ERESTARTNOHAND : r;
    }

    @Syscall(nr = Nr.rt_sigtimedwait)
    static long sys_rt_sigtimedwait(Task t, long set, long info, long timeout, long size) {
        if (size != 8) {
            return -EINVAL;
        }
        long[] v = new long[1];
        if (t.mem().readLong(set, v) < 0) {
            return -EFAULT;
        }
        long deadline = Task.FOREVER;
        if (timeout != 0) {
            byte[] ts = new byte[16];
            if (t.mem().read(timeout, ts) < 0) {
                return -EFAULT;
            }
            long sec = Bytes.i64(ts, 0);
            long nsec = Bytes.i64(ts, 8);
            if (sec < 0 || nsec < 0 || nsec >= 1_000_000_000) {
                return -EINVAL;
            }
            // a second run of the same call goes on with the first one's deadline
            if (t.progress == 0) {
                t.progress = System.nanoTime() + Math.min(sec, 1L << 32) * 1_000_000_000 + nsec;
            }
            deadline = t.progress;
        }
        long wanted = v[0] & ~(1L << (Sig.SIGKILL - 1) | 1L << (Sig.SIGSTOP - 1));
        SigInfo got = t.parking.awaitSignal(wanted, deadline);
        if (got == null) {
            int r = t.parking.awaitResult();
            return r == -ETIMEDOUT ? -EAGAIN : r == -ERESTARTSYS ? -EINTR : r;
        }
        if (info != 0 && t.mem().write(info, got.encode()) < 0) {
            return -EFAULT;
        }
        return got.signo();
    }

    @Syscall(nr = Nr.sigaltstack)
    static long sys_sigaltstack(Task t, long ss, long oldss) {
        return t.trap.sigaltstack(ss, oldss);
    }

    // ---- sending ----

    /** Whether the caller may signal a process (kill(2)). */
    private static boolean mayKill(Task t, ThreadGroup g, int sig) {
        var c = t.creds();
        if (g == t.group()) {
            return true;
        }
        Task[] tasks = g.tasks();
        if (c.has(tasks.length == 0 ? UserNamespace.FIRST : tasks[0].creds().userNs(), Cap.CAP_KILL)) {
            return true;
        }
        if (tasks.length == 0) {
            return c.uid() == g.uid() || c.euid() == g.uid();
        }
        var o = tasks[0].creds();
        if (c.euid() == o.uid() || c.euid() == o.suid() || c.uid() == o.uid() || c.uid() == o.suid()) {
            return true;
        }
        return sig == Sig.SIGCONT && g.session() == t.group().session();
    }

    private static SigInfo userInfo(Task t, int sig, int code) {
        return SigInfo.user(sig, code, t.group().pid(), t.creds().uid());
    }

    @Syscall(nr = Nr.kill)
    static long sys_kill(Task t, int pid, @As(Kind.SIGNAL) int sig) {
        if (sig < 0 || sig > 64) {
            return -EINVAL;
        }
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            if (pid > 0) {
                ThreadGroup g = t.pids().group(pid);
                if (g == null) {
                    return -ESRCH;
                }
                return one(t, g, sig);
            }
            if (pid == -1) {
                return everybody(t, sig);
            }
            ProcessGroup p = pid == 0 ? t.group().processGroup() : t.pids().processGroup(-pid);
            if (p == null) {
                return -ESRCH;
            }
            int result = -ESRCH;
            for (ThreadGroup g : p.members()) {
                int r = one(t, g, sig);
                if (r == 0 || result == -ESRCH) {
                    result = r;
                }
            }
            return result;
        } finally {
            k.taskLock().unlock();
        }
    }

    private static int one(Task t, ThreadGroup g, int sig) {
        if (!mayKill(t, g, sig)) {
            return -EPERM;
        }
        if (sig != 0) {
            t.kernel().signals().sendToGroup(g, userInfo(t, sig, Sig.SI_USER));
        }
        return 0;
    }

    private static int everybody(Task t, int sig) {
        boolean found = false;
        boolean sent = false;
        for (ThreadGroup g : t.pids().processes()) {
            if (g != t.pids().init() && g != t.group()) {
                found = true;
                sent |= one(t, g, sig) == 0;
            }
        }
        return !found ? -ESRCH : sent ? 0 : -EPERM;
    }

    private static long toThread(Task t, int tgid, int tid, int sig, @Nullable SigInfo info) {
        if (sig < 0 || sig > 64) {
            return -EINVAL;
        }
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            Task o = t.pids().task(tid);
            if (o == null || (tgid > 0 && o.group().pid() != t.rootPid(tgid))) {
                return -ESRCH;
            }
            if (!mayKill(t, o.group(), sig)) {
                return -EPERM;
            }
            if (k.signals().queueFull(o.group(), sig)) {
                return -EAGAIN;
            }
            if (sig != 0) {
                k.signals().sendToTask(o, info != null ? info : userInfo(t, sig, Sig.SI_TKILL));
            }
            return 0;
        } finally {
            k.taskLock().unlock();
        }
    }

    @Syscall(nr = Nr.tkill)
    static long sys_tkill(Task t, int tid, @As(Kind.SIGNAL) int sig) {
        return tid <= 0 ? -EINVAL : toThread(t, 0, tid, sig, null);
    }

    @Syscall(nr = Nr.tgkill)
    static long sys_tgkill(Task t, int tgid, int tid, @As(Kind.SIGNAL) int sig) {
        return tid <= 0 || tgid <= 0 ? -EINVAL : toThread(t, tgid, tid, sig, null);
    }

    /** The sender's siginfo, or null with a result in out[0]. */
    private static @Nullable SigInfo fromGuest(Task t, int to, int self, int sig, long info, int[] out) {
        byte[] b = new byte[128];
        if (t.mem().read(info, b) < 0) {
            out[0] = -EFAULT;
            return null;
        }
        int code = Bytes.i32(b, 8);
        if ((code >= 0 || code == Sig.SI_TKILL) && to != self) {
            out[0] = -EPERM; // nobody may pass for the kernel
            return null;
        }
        return io.sandjar.kernel.task.Signals.fromGuest(t, sig, b);
    }

    @Syscall(nr = Nr.rt_sigqueueinfo)
    static long sys_rt_sigqueueinfo(Task t, int pid, @As(Kind.SIGNAL) int sig, long info) {
        int[] out = new int[1];
        SigInfo i = fromGuest(t, pid, t.pid(), sig, info, out);
        if (i == null) {
            return out[0];
        }
        if (sig < 0 || sig > 64) {
            return -EINVAL;
        }
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            ThreadGroup g = t.pids().group(pid);
            if (g == null) {
                return -ESRCH;
            }
            if (!mayKill(t, g, sig)) {
                return -EPERM;
            }
            if (k.signals().queueFull(g, sig)) {
                return -EAGAIN;
            }
            if (sig != 0) {
                k.signals().sendToGroup(g, i);
            }
            return 0;
        } finally {
            k.taskLock().unlock();
        }
    }

    @Syscall(nr = Nr.rt_tgsigqueueinfo)
    static long sys_rt_tgsigqueueinfo(Task t, int tgid, int tid, @As(Kind.SIGNAL) int sig, long info) {
        if (tid <= 0 || tgid <= 0) {
            return -EINVAL;
        }
        int[] out = new int[1];
        SigInfo i = fromGuest(t, tid, t.tid(), sig, info, out);
        return i == null ? out[0] : toThread(t, tgid, tid, sig, i);
    }

    /** Left over from timed futex waits of the host; everything else of ours restarts by its own number. */
    @Syscall(nr = Nr.restart_syscall)
    static long sys_restart_syscall(Task t) {
        return Task.CONTINUE;
    }
}
