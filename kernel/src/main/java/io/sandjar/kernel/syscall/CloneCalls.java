// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.task.Forks;
import io.sandjar.kernel.task.Task;

/** clone(2) and its older forms; all of them are trapped calls. */
final class CloneCalls {
    private static final int CLONE_ARGS_SIZE_VER0 = 64;
    private static final int CLONE_ARGS_SIZE_VER2 = 88;

    private CloneCalls() {}

    @Syscall(nr = Nr.clone, support = Support.PARTIAL, note = "no CLONE_PTRACE")
    static long sys_clone(Task t, long flags, long stack, long parent_tid, long child_tid, long tls) {
        int exitSignal = (int) flags & 0xff;
        return t.kernel()
                .forks()
                .clone(t, new Forks.Args(flags & 0xffffff00L, exitSignal, stack, parent_tid, child_tid, tls));
    }

    @Syscall(nr = Nr.clone3, support = Support.PARTIAL, note = "no CLONE_NEWTIME, no set_tid, no CLONE_INTO_CGROUP")
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
                || Bytes.i64(b, 72) != 0 // set_tid_size
                || (flags & Clone.CLONE_INTO_CGROUP) != 0
                || (stack == 0) != (stackSize == 0)) {
            return -EINVAL;
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
                                Bytes.i64(b, 8)));
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
