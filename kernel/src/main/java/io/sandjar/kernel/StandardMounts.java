// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.dev.DevTree;
import io.sandjar.kernel.fs.dev.Devices;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.pipe.Fifo;
import io.sandjar.kernel.fs.proc.ProcFs;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.fs.sys.SysFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.task.CgroupMoves;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.TaskJobs;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.SpecialFiles;

/** The mounts that every sandbox has whatever its root file system is: /dev, /proc, /sys, and what lies on them. */
public final class StandardMounts implements SpecialFiles {
    private static final long DEV_BYTES = 64L << 20;
    private static final int STICKY = 01777;

    private final Devices devices = new Devices();
    private final DevPts terminals;

    private StandardMounts(Container container) {
        terminals = new DevPts(new TaskJobs(container.pids()), devices);
    }

    /**
     * Mounts them in a container's namespace and takes over FIFOs and device nodes.
     *
     * @param c on whose behalf paths are walked
     * @param shmBytes size of /dev/shm
     */
    public static StandardMounts mount(Container container, Caller c, FileStore store, long shmBytes) {
        StandardMounts s = new StandardMounts(container);
        if (container.groups == CgroupView.NONE) {
            container.groups = CgroupView.host();
        }
        MountNamespace ns = container.mounts();
        ns.setSpecials(s);
        TmpFs dev = new TmpFs(store, DEV_BYTES, Long.MAX_VALUE, 0755);
        DevTree.fill(c, dev.root());
        s.mount(ns, c, dev, "tmpfs", Mount.NOSUID, "/dev");
        s.terminals.setMount(s.mount(ns, c, s.terminals, "devpts", Mount.NOSUID | Mount.NOEXEC, "/dev/pts"));
        TmpFs shm = new TmpFs(store, shmBytes, Long.MAX_VALUE, STICKY);
        s.mount(ns, c, shm, "tmpfs", Mount.NOSUID | Mount.NODEV, "/dev/shm");
        int locked = Mount.NOSUID | Mount.NODEV | Mount.NOEXEC;
        s.mount(ns, c, new ProcFs(container.pids()), "proc", locked, "/proc");
        s.mount(ns, c, new SysFs(container.kernel().net), "sysfs", locked | Mount.RDONLY, "/sys");
        s.mount(ns, c, CgroupMoves.fileSystem(container, container.cgroups), "cgroup2", locked, "/sys/fs/cgroup");
        return s;
    }

    private Mount mount(MountNamespace ns, Caller c, FileSystem fs, String source, int flags, String at) {
        Mount m = new Mount(fs, new Dentry(null, "/", fs.root()), source, flags);
        int r = ns.mount(c, m, at);
        if (r < 0) {
            throw new IllegalStateException("cannot mount " + at + ": " + io.sandjar.abi.Errno.name(-r));
        }
        return m;
    }

    /** The sandbox's terminals. */
    public DevPts terminals() {
        return terminals;
    }

    public Devices devices() {
        return devices;
    }

    @Override
    public int openFifo(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return Fifo.open(c, path, flags, out);
    }

    @Override
    public int openDevice(Caller c, Path path, boolean block, long rdev, int flags, Ref<FileDescription> out) {
        if (!CgroupMoves.mayOpen(c, block, rdev, flags)) {
            return -io.sandjar.abi.Errno.EPERM;
        }
        return block ? -io.sandjar.abi.Errno.ENXIO : devices.open(c, path, flags, out);
    }
}
