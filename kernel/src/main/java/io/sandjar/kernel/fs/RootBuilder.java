// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.hostdir.HostDirFs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.memfd.PageQuota;
import io.sandjar.kernel.fs.overlay.OverlayFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.SpecialFiles;

/**
 * Puts the tree of a sandbox together: a root, and what is mounted on it in the order of the calls. Mount points that
 * are missing are made. Each method answers 0 or -errno; paths are bytes as ISO-8859-1.
 */
public final class RootBuilder {
    private final FileStore store;
    private final MountNamespace ns;
    private final KernelCaller caller;

    private RootBuilder(FileStore store, FileSystem root, String source, int flags) {
        this.store = store;
        this.ns = MountNamespace.of(root, source, flags);
        this.caller = new KernelCaller(ns.rootPath());
    }

    /**
     * A host directory as root, with an overlay in memory that takes all changes.
     *
     * @param maxBytes how much the changes may take, Long.MAX_VALUE for no limit
     */
    public static int overlay(FileStore store, String hostDir, long maxBytes, Ref<RootBuilder> out) {
        Ref<HostDirFs> host = new Ref<>();
        int r = HostDirFs.open(hostDir, HostDirFs.Mode.LOWER, host);
        if (r == 0) {
            long pages = maxBytes == Long.MAX_VALUE ? maxBytes : maxBytes >>> 12;
            out.set(new RootBuilder(store, new OverlayFs(host.get(), store, pages), "overlay", 0));
        }
        return r;
    }

    /** As {@link #overlay(FileStore, String, long, Ref)} with a limit that other file systems share. */
    public static int overlay(FileStore store, String hostDir, PageQuota disk, Ref<RootBuilder> out) {
        Ref<HostDirFs> host = new Ref<>();
        int r = HostDirFs.open(hostDir, HostDirFs.Mode.LOWER, host);
        if (r == 0) {
            OverlayFs fs = new OverlayFs(host.get(), store, disk.limit());
            fs.meter(disk);
            out.set(new RootBuilder(store, fs, "overlay", 0));
        }
        return r;
    }

    /** A host directory as root as it is. */
    public static int hostDir(FileStore store, String hostDir, boolean readOnly, Ref<RootBuilder> out) {
        Ref<HostDirFs> host = new Ref<>();
        int r = HostDirFs.open(hostDir, readOnly ? HostDirFs.Mode.READ_ONLY : HostDirFs.Mode.READ_WRITE, host);
        if (r == 0) {
            out.set(new RootBuilder(store, host.get(), "host", readOnly ? Mount.RDONLY : 0));
        }
        return r;
    }

    /** An empty root in memory. */
    public static RootBuilder empty(FileStore store) {
        return new RootBuilder(store, new TmpFs(store, Long.MAX_VALUE, Long.MAX_VALUE, 0755), "tmpfs", 0);
    }

    /** Shows a host directory or file at {@code at}. */
    public int volume(String hostPath, String at, boolean readOnly) {
        HostDirFs.Mode mode = readOnly ? HostDirFs.Mode.READ_ONLY : HostDirFs.Mode.READ_WRITE;
        int flags = Mount.NODEV | (readOnly ? Mount.RDONLY : 0);
        Ref<HostDirFs> host = new Ref<>();
        int r = HostDirFs.open(hostPath, mode, host);
        if (r == 0) {
            return mount(host.get(), "host", flags, at);
        }
        if (r != -ENOTDIR) {
            return r;
        }
        int slash = hostPath.lastIndexOf('/');
        String name = hostPath.substring(slash + 1);
        r = HostDirFs.open(slash < 0 ? "." : slash == 0 ? "/" : hostPath.substring(0, slash), mode, host);
        Ref<Inode> file = new Ref<>();
        if (r == 0) {
            r = host.get().root().lookup(caller, name, file);
        }
        if (r != 0) {
            return r;
        }
        if (!file.get().isRegular()) {
            return -EINVAL; // a link to a file, a device: name the file itself
        }
        return ns.mount(caller, new Mount(host.get(), new Dentry(null, name, file.get()), "host", flags), at);
    }

    /** An empty directory in memory: {@code maxBytes} Long.MAX_VALUE for no limit. */
    public int tmpfs(String at, long maxBytes, int mode, int flags) {
        return mount(new TmpFs(store, maxBytes, Long.MAX_VALUE, mode), "tmpfs", flags, at);
    }

    /** Any other file system. */
    public int mount(FileSystem fs, String source, int flags, String at) {
        return ns.mount(caller, fs, source, flags, at);
    }

    /** Who opens FIFOs and device nodes. */
    public RootBuilder specials(SpecialFiles s) {
        ns.setSpecials(s);
        return this;
    }

    public MountNamespace build() {
        return ns;
    }
}
