// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupDir;
import io.sandjar.kernel.fs.cgroup.CgroupFs;
import io.sandjar.kernel.fs.cgroup.DeviceProgram;
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

    /** Whether the control group of {@code c} lets it open a device. */
    public static boolean mayOpen(Caller c, boolean block, long rdev, int flags) {
        int mode = flags & O.O_ACCMODE;
        int access = (mode == O.O_WRONLY ? 0 : DeviceProgram.READ) | (mode == O.O_RDONLY ? 0 : DeviceProgram.WRITE);
        return mayUse(c, block, rdev, access);
    }

    /** The same for making a node of one. */
    public static boolean mayMake(Caller c, boolean block, long rdev) {
        return mayUse(c, block, rdev, DeviceProgram.MKNOD);
    }

    private static boolean mayUse(Caller c, boolean block, long rdev, int access) {
        if (!(c instanceof Task t)) {
            return true;
        }
        int major = (int) (rdev >>> 8 & 0xfff);
        int minor = (int) (rdev & 0xff | rdev >>> 12 & 0xfff00);
        return t.group
                .cgroup
                .group()
                .mayUse(block ? DeviceProgram.BLOCK : DeviceProgram.CHARACTER, access, major, minor);
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
