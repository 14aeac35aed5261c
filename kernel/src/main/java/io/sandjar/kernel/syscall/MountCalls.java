// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.fs.tmpfs.TmpfsOptions;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.MountOps;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;

/** Mounting inside the sandbox: tmpfs, binds, moves, and another look at what the kernel makes up. */
public final class MountCalls {
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    private static final long MS_MOVE = 8192;
    private static final long MS_REC = 16384;
    /** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED: there is only one namespace, so they mean nothing. */
    private static final long MS_PROPAGATION = 0xfL << 17;

    private static final long MS_MGC_VAL = 0xc0ed0000L;
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;

    private MountCalls() {}

    @Syscall(
            nr = Nr.mount,
            support = Support.PARTIAL,
            note = "tmpfs, bind, move, remount; proc, sysfs and the like as mounted already; no propagation")
    public static long sys_mount(
            Task t,
            @As(Kind.STR) long source,
            @As(Kind.PATH) long target,
            @As(Kind.STR) long type,
            @As(Kind.HEX) long flags,
            @As(Kind.STR) long data) {
        if (!t.creds().has(Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        long f = (flags & 0xffff0000L) == MS_MGC_VAL ? flags & 0xffff : flags;
        Ref<Path> at = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, target, 0, at);
        if (r != 0) {
            return r;
        }
        MountNamespace ns = at.get().mount().namespace();
        if (ns == null) {
            return -EINVAL;
        }
        if ((f & MS_REMOUNT) != 0) {
            return MountOps.remount(at.get(), (int) f);
        }
        if ((f & (MS_BIND | MS_MOVE)) != 0) {
            Ref<Path> from = new Ref<>();
            r = PathArg.find(t, AT_FDCWD, source, 0, from);
            if (r != 0) {
                return r;
            }
            return (f & MS_BIND) != 0
                    ? MountOps.bind(ns, from.get(), at.get(), (f & MS_REC) != 0)
                    : MountOps.move(ns, from.get(), at.get());
        }
        if ((f & MS_PROPAGATION) != 0) {
            return at.get().dentry() == at.get().mount().root() ? 0 : -EINVAL;
        }
        return mountNew(t, ns, source, at.get(), type, (int) f & 15, data);
    }

    private static long mountNew(Task t, MountNamespace ns, long source, Path at, long type, int flags, long data) {
        Ref<String> text = new Ref<>();
        int r = t.mem().readString(type, 4095, text);
        if (r < 0) {
            return r;
        }
        String name = text.get();
        String from = name;
        if (source != 0) {
            r = t.mem().readString(source, 4095, text);
            if (r < 0) {
                return r;
            }
            from = text.get();
        }
        if (!at.inode().isDir()) {
            return -ENOTDIR;
        }
        if (name.equals("tmpfs") || name.equals("ramfs")) {
            String options = "";
            if (data != 0) {
                r = t.mem().readString(data, 4095, text);
                if (r < 0) {
                    return r;
                }
                options = text.get();
            }
            return tmpfs(t, ns, from, at, flags, options);
        }
        for (Mount m : ns.mounts()) {
            if (m.fs().type().equals(name) && m.locked()) {
                return MountOps.add(ns, new Mount(m.fs(), m.root(), from, flags | m.flags()), at);
            }
        }
        return -ENODEV;
    }

    private static long tmpfs(Task t, MountNamespace ns, String source, Path at, int flags, String options) {
        TmpfsOptions o = TmpfsOptions.parse(options, Runtime.getRuntime().maxMemory() * 8);
        if (o.wrong != null) {
            return -EINVAL;
        }
        TmpFs fs = o.make(t.kernel().files);
        return MountOps.add(ns, new Mount(fs, new Dentry(null, "/", fs.root()), source, flags), at);
    }

    @Syscall(nr = Nr.umount2)
    public static long sys_umount2(Task t, @As(Kind.PATH) long target, @As(Kind.HEX) int flags) {
        if ((flags & ~15) != 0) {
            return -EINVAL;
        }
        if (!t.creds().has(Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        Ref<Path> at = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, target, (flags & UMOUNT_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0, at);
        if (r != 0) {
            return r;
        }
        MountNamespace ns = at.get().mount().namespace();
        return ns == null ? -EINVAL : MountOps.unmount(ns, at.get(), (flags & MNT_DETACH) != 0);
    }
}
