// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.StandardMounts;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.hostdir.HostDirFs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.memfd.PageQuota;
import io.sandjar.kernel.fs.overlay.OverlayFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.runsc.sandbox.GuestText;
import org.jspecify.annotations.Nullable;

/** The guest's tree of files, put together from the options of {@code do}. */
final class GuestMounts {
    private static final int SAFE = Mount.NOSUID | Mount.NODEV;
    private static final int STICKY = 01777;

    private final MountNamespace mounts;
    private final KernelCaller caller;
    private final StandardMounts standard;

    /**
     * @param hostCwd the user's working directory, which stays visible even where the guest gets a directory of its own
     */
    GuestMounts(Container container, DoOptions o, @Nullable String hostCwd) {
        FileStore store = container.kernel().files;
        long memoryShare = totalMemory() / 2;
        Ref<RootBuilder> builder = new Ref<>();
        PageQuota disk = o.disk == 0 ? null : new PageQuota(o.disk >>> 12);
        check(
                "--rootfs",
                o.rootfs,
                disk == null
                        ? RootBuilder.overlay(store, o.rootfs, memoryShare, builder)
                        : RootBuilder.overlay(store, o.rootfs, disk, builder));
        RootBuilder root = builder.get();
        mounts = root.build();
        container.setMounts(mounts);
        caller = new KernelCaller(mounts.rootPath());
        standard = StandardMounts.mount(container, caller, store, memoryShare);
        long tmpBytes = o.disk == 0 ? memoryShare : o.disk;
        TmpFs tmp = new TmpFs(store, tmpBytes, Long.MAX_VALUE, STICKY);
        if (disk != null) {
            tmp.meter(disk);
        }
        check("/tmp", "tmpfs", root.mount(tmp, "tmpfs", SAFE, "/tmp"));
        if (o.rootfs.equals("/") && hostCwd != null && hostCwd.startsWith("/tmp/")) {
            // the host's /tmp is nobody's business, but the directory that the user stands in is
            String option = "the working directory";
            Ref<HostDirFs> lower = new Ref<>();
            check(option, hostCwd, HostDirFs.open(hostCwd, HostDirFs.Mode.LOWER, lower));
            OverlayFs here = new OverlayFs(lower.get(), store, tmpBytes >>> 12);
            if (disk != null) {
                here.meter(disk);
            }
            check(option, hostCwd, root.mount(here, "overlay", SAFE, hostCwd));
        }
        for (DoOptions.Tmpfs t : o.tmpfs) {
            long size = t.size() == 0 ? memoryShare : t.size();
            check("--tmpfs", t.target(), root.tmpfs(t.target(), size, STICKY, SAFE));
        }
        for (DoOptions.Volume v : o.volumes) {
            check("--volume", v.source() + ":" + v.target(), root.volume(v.source(), v.target(), v.readOnly()));
        }
    }

    private static void check(String option, String what, int r) {
        if (r < 0) {
            throw new Failure(
                    Command.FAILED,
                    option + ": " + what + ": " + ErrnoText.of(r),
                    option.startsWith("--") ? "the host's side must exist and be readable for you" : "");
        }
    }

    MountNamespace mounts() {
        return mounts;
    }

    /** The kernel as a user of the tree. */
    KernelCaller caller() {
        return caller;
    }

    /** The terminals of the guest. */
    DevPts terminals() {
        return standard.terminals();
    }

    /** The text of a small file of the guest; null if there is none. */
    @Nullable
    String readText(String path) {
        return GuestText.read(caller, path);
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
