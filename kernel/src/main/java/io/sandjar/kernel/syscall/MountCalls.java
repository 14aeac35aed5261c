// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.MountOps;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.util.Map;

/** The old calls of mounting: mount(2), umount(2), pivot_root(2). */
public final class MountCalls {
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    private static final long MS_MOVE = 8192;
    private static final long MS_REC = 16384;
    private static final long MS_SILENT = 32768;
    private static final long MS_UNBINDABLE = 1 << 17;
    private static final long MS_PRIVATE = 1 << 18;
    private static final long MS_SLAVE = 1 << 19;
    private static final long MS_SHARED = 1 << 20;
    private static final long MS_RELATIME = 1 << 21;
    private static final long MS_PROPAGATION = MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED;
    private static final long MS_NOUSER = 1L << 31;
    private static final long MS_MGC_VAL = 0xc0ed0000L;

    private static final int MNT_FORCE = 1;
    private static final int MNT_DETACH = 2;
    private static final int MNT_EXPIRE = 4;
    private static final int UMOUNT_NOFOLLOW = 8;

    private static final int PAGE = 4096;

    private MountCalls() {}

    /** Whether a thread may change its mounts. */
    static boolean mayMount(Task t) {
        return t.creds().has(t.mounts().owner(), Cap.CAP_SYS_ADMIN);
    }

    @Syscall(
            nr = Nr.mount,
            support = Support.PARTIAL,
            note =
                    "tmpfs, ramfs, proc, sysfs, devpts, mqueue, cgroup2, overlay; bind, move, remount, propagation; nothing on block"
                            + " devices; what the sandbox was made with keeps its restrictions")
    public static long sys_mount(
            Task t,
            @As(Kind.STR) long source,
            @As(Kind.PATH) long target,
            @As(Kind.STR) long type,
            @As(Kind.HEX) long flags,
            @As(Kind.STR) long data) {
        Ref<String> typeName = new Ref<>();
        Ref<String> from = new Ref<>();
        Ref<String> options = new Ref<>();
        int r = string(t, type, typeName);
        if (r == 0) {
            r = string(t, source, from);
        }
        if (r == 0) {
            r = options(t, data, options);
        }
        Ref<Path> at = new Ref<>();
        if (r == 0) {
            r = PathArg.find(t, AT_FDCWD, target, 0, at);
        }
        if (r != 0) {
            return r;
        }
        long f = (flags & 0xffff0000L) == MS_MGC_VAL ? flags & 0xffff : flags;
        if ((f & MS_NOUSER) != 0) {
            return -EINVAL;
        }
        return mayMount(t) ? mount(t, from.orNull(), at.get(), typeName.orNull(), f, options.orNull()) : -EPERM;
    }

    private static long mount(
            Task t,
            @org.jspecify.annotations.Nullable String source,
            Path at,
            @org.jspecify.annotations.Nullable String type,
            long f,
            @org.jspecify.annotations.Nullable String options) {
        MountNamespace ns = t.mounts();
        if ((f & MS_REMOUNT) != 0) {
            if (at.mount().namespace() != ns) {
                return -EINVAL;
            }
            return MountOps.remount(t.creds(), at, flags(f, at.mount()), (f & MS_BIND) == 0);
        }
        if ((f & MS_BIND) != 0 || ((f & MS_PROPAGATION) == 0 && (f & MS_MOVE) != 0)) {
            if (source == null || source.isEmpty()) {
                return -EINVAL;
            }
            Ref<Path> from = new Ref<>();
            int r = PathWalk.find(t, AT_FDCWD, source, 0, from);
            if (r != 0) {
                return r;
            }
            return (f & MS_BIND) != 0
                    ? MountOps.bind(ns, from.get(), at, (f & MS_REC) != 0)
                    : MountOps.move(ns, from.get(), at);
        }
        if ((f & MS_PROPAGATION) != 0) {
            long how = f & ~(MS_REC | MS_SILENT);
            if (at.dentry() != at.mount().root() || (how & ~MS_PROPAGATION) != 0 || Long.bitCount(how) != 1) {
                return -EINVAL;
            }
            return MountOps.spread(ns, at, spreading(how), (f & MS_REC) != 0);
        }
        if (type == null) {
            return -EINVAL;
        }
        Ref<FileSystem> fs = new Ref<>();
        int r = MountTypes.makeFor(t, type, MountTypes.split(options == null ? "" : options), Map.of(), fs);
        if (r != 0) {
            return r;
        }
        return attach(ns, fs.get(), source == null ? "none" : source, flags(f, null), at);
    }

    private static int attach(MountNamespace ns, FileSystem fs, String source, int flags, Path at) {
        if ((flags & Mount.RDONLY) != 0) {
            fs.setReadOnly(true);
        }
        Mount m = new Mount(fs, new Dentry(null, "/", fs.root()), source, flags);
        int r = MountOps.add(ns, m, at);
        if (r == 0) {
            mounted(m);
        }
        return r;
    }

    /** Tells terminals where they are. */
    static void mounted(Mount m) {
        if (m.fs() instanceof DevPts d) {
            d.setMountIfNone(m);
        }
    }

    static MountOps.Spreading spreading(long how) {
        return how == MS_SHARED
                ? MountOps.Spreading.SHARED
                : how == MS_SLAVE
                        ? MountOps.Spreading.SLAVE
                        : how == MS_PRIVATE ? MountOps.Spreading.PRIVATE : MountOps.Spreading.UNBINDABLE;
    }

    /** The bits of a mount; those of times of access stay as they are in a remount that says nothing of them. */
    private static int flags(long f, @org.jspecify.annotations.Nullable Mount old) {
        int flags = (int) f & Mount.FLAGS;
        long time = f & (Mount.ATIME | MS_RELATIME);
        if (old != null && time == 0) {
            flags |= old.flags() & Mount.ATIME;
        }
        if ((flags & Mount.STRICTATIME) != 0) {
            flags &= ~Mount.NOATIME;
        }
        return flags;
    }

    /** A string of at most a page less one, or none. */
    private static int string(Task t, long address, Ref<String> out) {
        if (address == 0) {
            return 0;
        }
        int r = t.mem().readString(address, PAGE - 1, out);
        return r == -ENAMETOOLONG ? -EINVAL : Math.min(r, 0);
    }

    private static int options(Task t, long address, Ref<String> out) {
        if (address == 0) {
            return 0;
        }
        int r = t.mem().readString(address, PAGE - 1, out);
        return r == -ENAMETOOLONG ? -EINVAL : Math.min(r, 0);
    }

    @Syscall(nr = Nr.umount2)
    public static long sys_umount2(Task t, @As(Kind.PATH) long target, @As(Kind.HEX) int flags) {
        if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) != 0) {
            return -EINVAL;
        }
        Ref<Path> found = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, target, (flags & UMOUNT_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0, found);
        if (r != 0) {
            return r;
        }
        Path at = Mount.top(found.get());
        if (!mayMount(t)) {
            return -EPERM;
        }
        MountNamespace ns = t.mounts();
        r = MountOps.mayUnmount(ns, at);
        if (r != 0) {
            return r;
        }
        if ((flags & MNT_FORCE) != 0 && !t.creds().has(Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        boolean ownRoot = at.mount() == t.fs().root().mount();
        if ((flags & MNT_EXPIRE) != 0) {
            return ownRoot || (flags & (MNT_FORCE | MNT_DETACH)) != 0 ? -EINVAL : MountOps.expire(ns, at);
        }
        if (ownRoot && (flags & MNT_DETACH) == 0) {
            return MountOps.remount(
                    t.creds(), at, at.mount().flags() | Mount.RDONLY, true); // all that can be done to a root
        }
        return MountOps.unmount(ns, at, (flags & MNT_DETACH) != 0);
    }

    @Syscall(nr = Nr.pivot_root)
    public static long sys_pivot_root(Task t, @As(Kind.PATH) long newRoot, @As(Kind.PATH) long putOld) {
        if (!mayMount(t)) {
            return -EPERM;
        }
        Ref<Path> root = new Ref<>();
        Ref<Path> old = new Ref<>();
        int r = PathArg.find(t, AT_FDCWD, newRoot, PathWalk.DIRECTORY, root);
        if (r == 0) {
            r = PathArg.find(t, AT_FDCWD, putOld, PathWalk.DIRECTORY, old);
        }
        return r != 0 ? r : MountOps.pivot(t.mounts(), t.fs().root(), root.get(), old.get());
    }
}
