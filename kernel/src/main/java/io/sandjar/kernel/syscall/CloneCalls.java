// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupDir;
import io.sandjar.kernel.task.Forks;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.TaskTable;
import io.sandjar.kernel.vfs.FileDescription;

/** clone(2) and its older forms; all of them are trapped calls. */
final class CloneCalls {
    private static final int CLONE_ARGS_SIZE_VER0 = 64;
    private static final int CLONE_ARGS_SIZE_VER2 = 88;

    private static final int MAX_PID_NS_LEVEL = 32;

    private CloneCalls() {}

    @Syscall(nr = Nr.clone, support = Support.PARTIAL, note = "there is one time namespace")
    static long sys_clone(Task t, long flags, long stack, long parent_tid, long child_tid, long tls) {
        int exitSignal = (int) flags & 0xff;
        return t.kernel()
                .forks()
                .clone(t, new Forks.Args(flags & 0xffffff00L, exitSignal, stack, parent_tid, child_tid, tls));
    }

    @Syscall(
            nr = Nr.clone3,
            support = Support.PARTIAL,
            note = "set_tid in the outermost space of pids only; no time namespaces")
    static long sys_clone3(Task t, long args, long size) {
        if (size < CLONE_ARGS_SIZE_VER0) {
            return -EINVAL;
        }
        if (size > 4096) {
            return -E2BIG;
        }
        byte[] b = new byte[(int) Math.max(size, CLONE_ARGS_SIZE_VER2)];
        int r = t.mem().read(args, b, 0, (int) size);
        if (r < 0) {
            return r;
        }
        for (int i = CLONE_ARGS_SIZE_VER2; i < size; i++) {
            if (b[i] != 0) {
                return -E2BIG;
            }
        }
        long flags = Bytes.i64(b, 0);
        long exitSignal = Bytes.i64(b, 32);
        long stack = Bytes.i64(b, 40);
        long stackSize = Bytes.i64(b, 48);
        if ((flags & 0xff & ~0x80L) != 0
                || (flags & Clone.CLONE_DETACHED) != 0
                || (exitSignal & ~0xffL) != 0
                || ((flags & (Clone.CLONE_THREAD | Clone.CLONE_PARENT)) != 0 && exitSignal != 0)
                || (stack == 0) != (stackSize == 0)) {
            return -EINVAL;
        }
        Ref<Cgroup> into = new Ref<>();
        if ((flags & Clone.CLONE_INTO_CGROUP) != 0) {
            r = cgroup(t, Bytes.i64(b, 80), into);
            if (r < 0) {
                return r;
            }
        }
        int setTid = 0;
        long set = Bytes.i64(b, 64);
        long setSize = Bytes.i64(b, 72);
        if (setSize < 0 || setSize > MAX_PID_NS_LEVEL || (set == 0) != (setSize == 0)) {
            return -EINVAL;
        }
        if (setSize > 0) {
            int[] wanted = new int[1];
            if (t.mem().readInt(set, wanted) < 0) {
                return -EFAULT;
            }
            setTid = wanted[0];
            if (setTid < 1 || setTid >= TaskTable.PID_MAX || setSize > t.pids().level() + 1) {
                return -EINVAL;
            }
            if (t.pids().level() > 0
                    || (flags & Clone.CLONE_NEWPID) != 0
                    || !t.creds().has(t.pids().owner(), Cap.CAP_SYS_ADMIN)
                            && !t.creds().has(t.pids().owner(), Cap.CAP_CHECKPOINT_RESTORE)) {
                return -EPERM;
            }
        }
        return t.kernel()
                .forks()
                .clone(
                        t,
                        new Forks.Args(
                                flags,
                                (int) exitSignal,
                                stack == 0 ? 0 : stack + stackSize,
                                Bytes.i64(b, 24),
                                Bytes.i64(b, 16),
                                Bytes.i64(b, 56),
                                Bytes.i64(b, 8),
                                setTid,
                                (flags & Clone.CLONE_INTO_CGROUP) != 0 ? into.get() : null));
    }

    /** The control group of a descriptor, into which the caller may put a process. */
    private static int cgroup(Task t, long fd, Ref<Cgroup> out) {
        FileDescription d = fd < 0 || fd > Integer.MAX_VALUE ? null : t.fget((int) fd);
        if (d == null) {
            return -EBADF;
        }
        if (!(d.inode() instanceof CgroupDir dir)) {
            return -EBADF;
        }
        CgroupDir around = dir.around(t.group().cgroup.group());
        if (around == null) {
            return -ENOENT;
        }
        if (!dir.mayMove(t) || !around.mayMove(t)) {
            return -EACCES;
        }
        out.set(dir.group());
        return 0;
    }

    @Syscall(nr = Nr.fork)
    static long sys_fork(Task t) {
        return t.kernel().forks().clone(t, new Forks.Args(0, Sig.SIGCHLD, 0, 0, 0, 0));
    }

    @Syscall(nr = Nr.vfork)
    static long sys_vfork(Task t) {
        return t.kernel().forks().clone(t, new Forks.Args(Clone.CLONE_VM | Clone.CLONE_VFORK, Sig.SIGCHLD, 0, 0, 0, 0));
    }
}
