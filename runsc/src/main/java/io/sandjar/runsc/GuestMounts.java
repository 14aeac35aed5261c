// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.ENOTDIR;

import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.StandardMounts;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.hostdir.HostDirFs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.overlay.OverlayFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import org.jspecify.annotations.Nullable;

/** The guest's tree of files, put together from the options of {@code do}. */
final class GuestMounts {
    private static final int SAFE = Mount.NOSUID | Mount.NODEV;

    private final FileStore store = new FileStore();
    private final MountNamespace mounts;
    private final SetupCaller caller;
    private final StandardMounts standard;
    private final long memoryShare = totalMemory() / 2;

    /**
     * @param hostCwd the user's working directory, which stays visible even where the guest gets a directory of its own
     */
    GuestMounts(Kernel kernel, DoOptions o, @Nullable String hostCwd) {
        HostDirFs lower = host(o.rootfs, HostDirFs.Mode.LOWER, "--rootfs");
        FileSystem root = new OverlayFs(lower, store, memoryShare >>> 12);
        mounts = MountNamespace.of(root, "overlay", 0);
        kernel.setMounts(mounts);
        caller = new SetupCaller(mounts.rootPath());
        standard = StandardMounts.mount(kernel, caller, store, memoryShare);
        mount(tmpfs(memoryShare, 01777), "tmpfs", SAFE, "/tmp");
        if (o.rootfs.equals("/") && hostCwd != null && hostCwd.startsWith("/tmp/")) {
            // the host's /tmp is nobody's business, but the directory that the user stands in is
            FileSystem here = new OverlayFs(host(hostCwd, HostDirFs.Mode.LOWER, "the working directory"), store, memoryShare >>> 12);
            mount(here, "overlay", SAFE, hostCwd);
        }
        for (DoOptions.Tmpfs t : o.tmpfs) {
            mount(tmpfs(t.size() == 0 ? memoryShare : t.size(), 01777), "tmpfs", SAFE, t.target());
        }
        for (DoOptions.Volume v : o.volumes) {
            mount(volume(v), v.target());
        }
    }

    MountNamespace mounts() {
        return mounts;
    }

    SetupCaller caller() {
        return caller;
    }

    DevPts terminals() {
        return standard.terminals();
    }

    private TmpFs tmpfs(long bytes, int mode) {
        return new TmpFs(store, bytes, Long.MAX_VALUE, mode);
    }

    private void mount(FileSystem fs, String source, int flags, String at) {
        mount(new Mount(fs, new Dentry(null, "/", fs.root()), source, flags), at);
    }

    private void mount(Mount m, String at) {
        int r = mounts.mount(caller, m, at);
        if (r != 0) {
            throw new Failure(Command.FAILED, "cannot mount " + m.source() + " at " + at + ": " + ErrnoText.of(r), "");
        }
    }

    private Mount volume(DoOptions.Volume v) {
        int flags = SAFE | (v.readOnly() ? Mount.RDONLY : 0);
        HostDirFs.Mode mode = v.readOnly() ? HostDirFs.Mode.READ_ONLY : HostDirFs.Mode.READ_WRITE;
        Ref<HostDirFs> out = new Ref<>();
        int r = HostDirFs.open(v.source(), mode, out);
        if (r == -ENOTDIR) {
            return fileVolume(v, mode, flags);
        }
        if (r != 0) {
            throw cannotShow("--volume", v.source(), r);
        }
        return new Mount(out.get(), new Dentry(null, "/", out.get().root()), v.source(), flags);
    }

    /** A single file: its directory is opened, but only the file is mounted. */
    private Mount fileVolume(DoOptions.Volume v, HostDirFs.Mode mode, int flags) {
        int slash = v.source().lastIndexOf('/');
        String name = v.source().substring(slash + 1);
        HostDirFs dir = host(slash == 0 ? "/" : v.source().substring(0, slash), mode, "--volume");
        Ref<Inode> file = new Ref<>();
        int r = dir.root().lookup(caller, name, file);
        if (r != 0) {
            throw cannotShow("--volume", v.source(), r);
        }
        return new Mount(dir, new Dentry(null, name, file.get()), v.source(), flags);
    }

    private static HostDirFs host(String path, HostDirFs.Mode mode, String option) {
        Ref<HostDirFs> out = new Ref<>();
        int r = HostDirFs.open(path, mode, out);
        if (r != 0) {
            throw cannotShow(option, path, r);
        }
        return out.get();
    }

    private static Failure cannotShow(String option, String path, int error) {
        return new Failure(
                Command.FAILED,
                option + ": " + path + ": " + ErrnoText.of(error),
                "it must exist on the host and be readable for you");
    }

    /** Bytes of memory that the host has. */
    private static long totalMemory() {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.sysinfo, s.address);
            return s.buf.getLong(32) * s.buf.getInt(104); // totalram, mem_unit
        } finally {
            s.give();
        }
    }
}
