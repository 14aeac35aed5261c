// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupDir;
import io.sandjar.kernel.fs.cgroup.CgroupFs;
import io.sandjar.kernel.fs.cgroup.Mover;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/** Moves of processes between control groups, and the file systems that show them. */
public final class CgroupMoves implements Mover {
    private static final CgroupMoves INSTANCE = new CgroupMoves();

    private CgroupMoves() {}

    /** A file system of a container's groups from {@code top} on. */
    public static CgroupFs fileSystem(Container c, Cgroup top) {
        return new CgroupFs(c.groups, top, INSTANCE);
    }

    @Override
    public int move(Caller c, int pid, CgroupDir to) {
        if (!(c instanceof Task t)) {
            return -EINVAL;
        }
        ThreadGroup g = pid == 0 ? t.group : find(t, pid);
        if (g == null || g.container() != t.container()) {
            return -ESRCH;
        }
        // who moves must be allowed to write to the group around both as well (cgroup-v2.rst, "Delegation Containment")
        CgroupDir around = to.around(g.cgroup.group());
        if (around == null) {
            return -ENOENT; // outside of what the mount shows
        }
        return around.mayMove(c) ? g.cgroup.move(to.group()) : -EACCES;
    }

    private static @Nullable ThreadGroup find(Task t, int pid) {
        Kernel k = t.kernel();
        k.taskLock().lock();
        try {
            Task one = t.pids().task(pid);
            return one == null ? t.pids().group(pid) : one.group;
        } finally {
            k.taskLock().unlock();
        }
    }
}
