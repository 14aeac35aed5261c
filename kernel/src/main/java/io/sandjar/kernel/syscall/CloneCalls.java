// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupDir;
import io.sandjar.kernel.task.Forks;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;

/** clone(2) and its older forms; all of them are trapped calls. */
final class CloneCalls {
    private static final int CLONE_ARGS_SIZE_VER0 = 64;
    private static final int CLONE_ARGS_SIZE_VER2 = 88;

    private static final int MAX_PID_NS_LEVEL = 32;

    private CloneCalls() {}

    @Syscall(
            nr = Nr.clone,
            support = Support.PARTIAL,
            note = "no time namespaces: EINVAL, as of a kernel without CONFIG_TIME_NS")
    static long sys_clone(Task t, long flags, long stack, long parent_tid, long child_tid, long tls) {
        int exitSignal = (int) flags & 0xff;
        return t.kernel()
                .forks()
                .clone(t, new Forks.Args(flags & 0xffffff00L, exitSignal, stack, parent_tid, child_tid, tls));
    }

    @Syscall(
            nr = Nr.clone3,
            support = Support.PARTIAL,
            note = "no time namespaces: EINVAL, as of a kernel without CONFIG_TIME_NS")
    static long sys_clone3(Task t, long args, long size) {
        if (Long.compareUnsigned(size, 4096) > 0) {
            return -E2BIG;
        }
        if (size < CLONE_ARGS_SIZE_VER0) {
            return -EINVAL;
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
        Ref<int[]> setTid = new Ref<>();
        r = setTid(t, Bytes.i64(b, 64), Bytes.i64(b, 72), setTid);
        if (r < 0) {
            return r;
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
                                setTid.get(),
                                (flags & Clone.CLONE_INTO_CGROUP) != 0 ? into.get() : null));
    }

    /** The numbers that the new thread is to have, of the innermost space of pids first. */
    private static int setTid(Task t, long address, long count, Ref<int[]> out) {
        if (count < 0 || count > MAX_PID_NS_LEVEL || (address == 0) != (count == 0)) {
            return -EINVAL;
        }
        byte[] b = new byte[(int) count * Integer.BYTES];
        if (count > 0 && t.mem().read(address, b) < 0) {
            return -EFAULT;
        }
        int[] all = new int[(int) count];
        for (int i = 0; i < all.length; i++) {
            all[i] = Bytes.i32(b, i * Integer.BYTES);
        }
        out.set(all);
        return 0;
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
