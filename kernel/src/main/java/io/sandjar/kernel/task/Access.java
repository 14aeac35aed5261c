// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Sig;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** What one process may do to another: send signals (kill(2)) and look inside (ptrace(2), "access mode checking"). */
public final class Access {
    private Access() {}

    /** The process that has this pid for the caller, zombies included, or null. */
    public static @Nullable ThreadGroup process(Task t, int pid) {
        t.kernel().taskLock().lock();
        try {
            return t.pids().group(pid);
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** The live thread with this id (0: the caller), or null. */
    public static @Nullable Task thread(Task t, int tid) {
        if (tid == 0 || tid == t.tid()) {
            return t;
        }
        t.kernel().taskLock().lock();
        try {
            Task o = t.pids().task(tid);
            return o == null || o.dead ? null : o;
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** A live thread of a process, its leader if possible; null when it has ended. */
    public static @Nullable Task anyThread(Kernel k, ThreadGroup g) {
        k.taskLock().lock();
        try {
            for (Task t : g.tasks) {
                if (!t.dead) {
                    return t;
                }
            }
            return null;
        } finally {
            k.taskLock().unlock();
        }
    }

    /** Whether a signal may be sent; {@code target} null stands for a zombie, whose leader was {@code uid}. */
    public static boolean maySignal(Task t, ThreadGroup g, @Nullable Task target, int sig) {
        Creds c = t.creds();
        if (t.group == g || c.has(target == null ? UserNamespace.FIRST : target.creds.userNs(), Cap.CAP_KILL)) {
            return true;
        }
        int uid = target == null ? g.uid : target.creds.uid();
        int suid = target == null ? g.uid : target.creds.suid();
        if (c.euid() == suid || c.euid() == uid || c.uid() == suid || c.uid() == uid) {
            return true;
        }
        return sig == Sig.SIGCONT && t.group.session() == g.session();
    }

    /**
     * Finds a thread into which the caller may look with its real ids.
     *
     * @return 0, -ESRCH or -EPERM
     */
    public static int inspect(Task t, int tid, Ref<Task> out) {
        Task o = thread(t, tid);
        if (o == null) {
            return -ESRCH;
        }
        if (!mayInspect(t, o)) {
            return -EPERM;
        }
        out.set(o);
        return 0;
    }

    /**
     * Copies memory of another process. The task lock is held meanwhile: as long as a task is not dead its host process
     * has not been waited for, so its host pid cannot have become that of a stranger; nor can it become a program
     * that {@code t} may not look into.
     *
     * @param out into the other process
     * @return bytes copied, perhaps fewer, or -errno
     */
    public static long copy(Task t, Task o, long address, byte[] buf, int len, boolean out) {
        o.kernel().taskLock().lock();
        try {
            Task leader = o.pids().tasks().task(o.pid());
            int host = leader != null && !leader.dead && leader.group == o.group ? leader.hostTid : o.hostTid;
            if (o.dead || host == 0) {
                return -ESRCH;
            }
            if (!mayInspect(t, o)) {
                return -EPERM;
            }
            return out ? Sys.poke(host, address, buf, 0, len) : Sys.peek(host, address, buf, 0, len);
        } finally {
            o.kernel().taskLock().unlock();
        }
    }

    /** PTRACE_MODE_ATTACH_REALCREDS. */
    public static boolean mayInspect(Task t, Task o) {
        if (t.group == o.group) {
            return true;
        }
        Creds me = t.creds();
        Creds it = o.creds;
        if (o.group.dumpable != 1 && !me.has(o.group.memoryOwner, Cap.CAP_SYS_PTRACE)) {
            return false;
        }
        if (me.has(it.userNs(), Cap.CAP_SYS_PTRACE)) {
            return true;
        }
        return me.uid() == it.uid()
                && me.uid() == it.euid()
                && me.uid() == it.suid()
                && me.gid() == it.gid()
                && me.gid() == it.egid()
                && me.gid() == it.sgid()
                && me.userNs() == it.userNs()
                && (it.capPermitted() & ~me.capPermitted()) == 0;
    }
}
