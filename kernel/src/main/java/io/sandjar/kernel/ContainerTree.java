// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.TreeRemoval;
import io.sandjar.kernel.fs.dev.Devices;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.pipe.Fifo;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.task.CgroupMoves;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.TaskJobs;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.MountOps;
import io.sandjar.kernel.vfs.MountPoints;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.SpecialFiles;
import java.util.ArrayList;

/**
 * The tree of files of one container while it is put together: a root, mounts in their order, devices, and what is
 * hidden at the end. All of it belongs to the sandbox: guests cannot undo it. Results are 0 or -errno; paths are bytes as
 * ISO-8859-1 and are followed inside the tree only.
 */
public final class ContainerTree implements SpecialFiles {
    private final Container container;
    private final MountNamespace ns;
    private final KernelCaller caller;
    private final Devices devices = new Devices();
    private final DevPts terminals;

    /** Once for each time that one was given. */
    private final ArrayList<FileSystem> given = new ArrayList<>();

    public ContainerTree(Container container, FileSystem root, String source) {
        this.container = container;
        ns = MountNamespace.of(root, source, 0);
        given.add(root);
        caller = new KernelCaller(ns.rootPath());
        terminals = new DevPts(new TaskJobs(container.pids()), devices);
        ns.setSpecials(this);
    }

    public MountNamespace namespace() {
        return ns;
    }

    /** The kernel as a user of the tree. */
    public KernelCaller caller() {
        return caller;
    }

    /** The container's terminals, mounted or not. */
    public DevPts terminals() {
        return terminals;
    }

    public Devices devices() {
        return devices;
    }

    // ---- mounts ----

    /** Mounts the whole of a file system; a directory that is missing at {@code at} is made. */
    public int mount(FileSystem fs, String source, int flags, String at) {
        return mount(new Mount(fs, new Dentry(null, "/", fs.root()), source, flags), at);
    }

    /** Mounts {@code m}; what is missing at {@code at} is made, a directory or a file as it takes. */
    public int mount(Mount m, String at) {
        Ref<Path> point = new Ref<>();
        given.add(m.fs());
        int r = find(at, m.root().inode().isDir(), true, point);
        if (r == 0) {
            r = attach(m, point.get());
        }
        if (r == 0 && m.fs() == terminals) {
            terminals.setMount(m);
        }
        return r;
    }

    private int attach(Mount m, Path point) {
        int r = ns.attach(m, point);
        if (r == 0) {
            m.lock();
        }
        return r;
    }

    /** The place of a path in the tree as it is by now; made where it is missing, if {@code make}. */
    public int find(String path, boolean directory, boolean make, Ref<Path> out) {
        return MountPoints.find(caller, ns, path, directory, make, out);
    }

    // ---- devices ----

    /**
     * Makes a device node, or takes the one that is there.
     *
     * @return -ENXIO when there is no such device in the sandbox
     */
    public int device(String path, long rdev, int perm, int uid, int gid) {
        if (!devices.has(rdev)) {
            return -ENXIO;
        }
        int slash = path.lastIndexOf('/');
        Ref<Path> dir = new Ref<>();
        int r = find(slash <= 0 ? "/" : path.substring(0, slash), true, true, dir);
        if (r != 0) {
            return r;
        }
        Inode parent = dir.get().inode();
        String name = path.substring(slash + 1);
        Ref<Inode> node = new Ref<>();
        r = parent.lookup(caller, name, node);
        if (r == -ENOENT) {
            r = parent.mknod(caller, name, S_IFCHR | perm, rdev, node);
        } else if (r == 0
                && ((node.get().mode() & S_IFMT) != S_IFCHR || node.get().rdev() != rdev)) {
            r = -EEXIST;
        }
        if (r != 0) {
            return r;
        }
        Attr a = new Attr();
        a.valid = Attr.MODE | Attr.UID | Attr.GID;
        a.mode = perm & 07777;
        a.uid = uid;
        a.gid = gid;
        return node.get().setattr(caller, a);
    }

    // ---- what is hidden ----

    /** Covers a path with an empty directory or with /dev/null; what is not there is as it should be. */
    public int mask(String path) {
        Ref<Path> at = new Ref<>();
        int r = find(path, false, false, at);
        if (r != 0) {
            return absent(r);
        }
        TmpFs empty = new TmpFs(container.kernel().files, 0, 2, 0755);
        if (at.get().inode().isDir()) {
            return attach(new Mount(empty, new Dentry(null, "/", empty.root()), "tmpfs", Mount.RDONLY), at.get());
        }
        Ref<Inode> nothing = new Ref<>();
        r = empty.root().mknod(caller, "null", S_IFCHR | 0666, Devices.NULL, nothing);
        return r != 0
                ? r
                : attach(new Mount(empty, new Dentry(null, "null", nothing.get()), "tmpfs", Mount.NOSUID), at.get());
    }

    /** Makes what a path shows read-only, with what is mounted below it. */
    public int readOnly(String path) {
        Ref<Path> at = new Ref<>();
        int r = find(path, false, false, at);
        if (r != 0) {
            return absent(r);
        }
        Path from = at.get();
        Mount m = from.mount();
        Mount again = new Mount(m.fs(), from.dentry(), m.source(), m.flags() | Mount.RDONLY);
        java.util.List<Mount> all = ns.mounts();
        r = attach(again, from);
        return r != 0 ? r : MountOps.bindBelow(ns, all, m, from.dentry(), again, Mount.RDONLY);
    }

    /** Makes the root read-only, after everything else. */
    public void readOnlyRoot() {
        Mount m = ns.root();
        m.setFlags(m.flags() | Mount.RDONLY);
    }

    private static int absent(int r) {
        return r == -ENOENT || r == -ENOTDIR ? 0 : r;
    }

    /** Gives back what the tree holds of the host: the container is gone with all its guests. */
    public void close() {
        ns.end();
        TreeRemoval removal = new TreeRemoval(caller);
        for (FileSystem fs : given) {
            if (fs instanceof TmpFs) {
                removal.empty(fs.root());
            }
            fs.close();
        }
        given.clear();
        container.groups.close();
        MemoryRoom room = container.memoryRoom;
        if (room != null) {
            room.close();
        }
    }

    // ---- FIFOs and devices ----

    @Override
    public int openFifo(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return Fifo.open(c, path, flags, out);
    }

    @Override
    public int openDevice(Caller c, Path path, boolean block, long rdev, int flags, Ref<FileDescription> out) {
        if (!CgroupMoves.mayOpen(c, block, rdev, flags)) {
            return -io.sandjar.abi.Errno.EPERM;
        }
        return block ? -ENXIO : devices.open(c, path, flags, out);
    }
}
