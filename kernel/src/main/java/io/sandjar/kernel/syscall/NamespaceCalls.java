// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.fs.nsfs.NsFile;
import io.sandjar.kernel.fs.pidfd.PidFd;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.NewNamespaces;
import io.sandjar.kernel.task.SetNs;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadTarget;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.PathDescription;

/** Leaving and entering namespaces, all of which are this kernel's own. */
public final class NamespaceCalls {
    private NamespaceCalls() {}

    @Syscall(
            nr = Nr.unshare,
            support = Support.PARTIAL,
            note =
                    "no CLONE_NEWTIME: EINVAL, as of a kernel without CONFIG_TIME_NS; guests read clocks by the host's vDSO")
    public static long sys_unshare(Task t, @As(Kind.CLONE_FLAGS) long flags) {
        long known = NewNamespaces.FLAGS
                | Clone.CLONE_FS
                | Clone.CLONE_FILES
                | Clone.CLONE_SYSVSEM
                | Clone.CLONE_THREAD
                | Clone.CLONE_SIGHAND
                | Clone.CLONE_VM;
        if ((flags & ~known) != 0) {
            return -EINVAL;
        }
        long single = Clone.CLONE_THREAD | Clone.CLONE_SIGHAND | Clone.CLONE_VM | Clone.CLONE_NEWUSER;
        if ((flags & single) != 0 && !t.alone()) {
            return -EINVAL;
        }
        NewNamespaces made = null;
        if ((flags & NewNamespaces.FLAGS) != 0) {
            NewNamespaces.Result why = new NewNamespaces.Result();
            made = NewNamespaces.make(t, flags, why);
            if (made == null) {
                return why.error;
            }
        }
        if ((flags & Clone.CLONE_FILES) != 0 && t.fds().shared()) {
            int r = t.unshareFds();
            if (r < 0) {
                return r;
            }
        }
        if ((flags & (Clone.CLONE_FS | Clone.CLONE_NEWNS | Clone.CLONE_NEWUSER)) != 0) {
            t.unshareFs();
        }
        if (made != null) {
            made.move(t.fs());
            t.setNamespaces(made.set);
            if (made.creds != t.creds()) {
                t.setCreds(made.creds);
            }
        }
        return 0;
    }

    @Syscall(
            nr = Nr.setns,
            support = Support.PARTIAL,
            note = "no time namespaces: EINVAL, as of a kernel without CONFIG_TIME_NS")
    public static long sys_setns(Task t, int fd, @As(Kind.CLONE_FLAGS) int nstype) {
        FileDescription f = t.fget(fd);
        if (f == null || f instanceof PathDescription) {
            return -EBADF;
        }
        if (f instanceof NsFile n) {
            return nstype != 0 && nstype != n.namespace().kind().flag ? -EINVAL : SetNs.enter(t, n.namespace());
        }
        if (!(f instanceof PidFd p) || nstype == 0 || (nstype & ~NewNamespaces.FLAGS) != 0) {
            return -EINVAL;
        }
        Task of = Access.anyThread(t.kernel(), ThreadTarget.groupOf(p.target()));
        if (of == null) {
            return -ESRCH;
        }
        return Access.mayInspect(t, of) ? SetNs.enter(t, of, nstype) : -EPERM;
    }
}
