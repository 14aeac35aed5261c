// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import java.util.List;

/**
 * Changes of a mount tree by guests. The mounts that the sandbox was made with are locked: they stay where they are,
 * lose none of their flags, and come along wherever what lies around them is shown, so that nothing below them is ever
 * seen.
 */
public final class MountOps {
    private static final int MAX_MOUNTS = 4096;
    private static final int FLAGS = Mount.RDONLY | Mount.NOSUID | Mount.NODEV | Mount.NOEXEC;

    private MountOps() {}

    /** Shows {@code from} and what is mounted below it at {@code to} as well (MS_BIND). */
    public static int bind(MountNamespace ns, Path from, Path to, boolean recursive) {
        if (from.mount().namespace() != ns
                || to.mount().namespace() != ns
                || from.dentry().gone()) {
            return -EINVAL;
        }
        List<Mount> all = ns.mounts(); // before the new one, which may lie below its own source
        Mount m = copy(from.mount(), from.dentry());
        int r = add(ns, m, to);
        return r != 0 ? r : bindChildren(ns, all, from.mount(), from.dentry(), m, recursive, 0);
    }

    /**
     * Shows what is mounted below {@code top} of the mount {@code old} at the same places of {@code copy} as well.
     *
     * @param all the mounts as they were before {@code copy}
     * @param more flags that the copies get besides
     */
    public static int bindBelow(MountNamespace ns, List<Mount> all, Mount old, Dentry top, Mount copy, int more) {
        return bindChildren(ns, all, old, top, copy, true, more);
    }

    private static int bindChildren(
            MountNamespace ns, List<Mount> all, Mount old, Dentry top, Mount copy, boolean recursive, int more) {
        for (Mount child : all) {
            Path p = child.point();
            if (p == null || p.mount() != old || !FileOps.within(p.dentry(), top) || !(recursive || child.locked())) {
                continue;
            }
            if (p.dentry() == top) {
                continue; // on the source itself: a walk that came to the source has gone through it
            }
            Mount m = copy(child, child.root());
            m.setFlags(m.flags() | more);
            int r = add(ns, m, new Path(copy, p.dentry()));
            if (r == 0) {
                r = bindChildren(ns, all, child, child.root(), m, recursive, more);
            }
            if (r != 0) {
                return r;
            }
            if (child.locked()) {
                m.lock();
            }
        }
        return 0;
    }

    private static Mount copy(Mount m, Dentry root) {
        return new Mount(m.fs(), root, m.source(), m.flags());
    }

    /** Attaches a new mount. */
    public static int add(MountNamespace ns, Mount m, Path to) {
        if (to.mount().namespace() != ns) {
            return -EINVAL;
        }
        return ns.mounts().size() >= MAX_MOUNTS ? -ENOSPC : ns.attach(m, to);
    }

    /** New flags for the mount that {@code at} is the root of (MS_REMOUNT). */
    public static int remount(Path at, int flags) {
        Mount m = at.mount();
        if (at.dentry() != m.root()) {
            return -EINVAL;
        }
        if (m.locked() && (m.flags() & ~flags & FLAGS) != 0) {
            return -EPERM;
        }
        m.setFlags(flags & FLAGS);
        return 0;
    }

    /** Takes a mount from one place to another (MS_MOVE). */
    public static int move(MountNamespace ns, Path from, Path to) {
        Mount m = from.mount();
        if (from.dentry() != m.root()
                || m.locked()
                || m.point() == null
                || to.mount().namespace() != ns) {
            return -EINVAL;
        }
        for (Path p = to; p != null; p = p.mount().point()) {
            if (p.mount() == m) {
                return -ELOOP;
            }
        }
        return ns.move(m, to);
    }

    /** umount(2); {@code detach} takes what is mounted below along. */
    public static int unmount(MountNamespace ns, Path at, boolean detach) {
        Mount m = at.mount();
        if (at.dentry() != m.root() || m.locked() || m.namespace() != ns || m.point() == null) {
            return -EINVAL;
        }
        if (detach) {
            unmountChildren(ns, m);
        }
        return ns.detach(m, detach);
    }

    /** Takes away what is the guest's own; the rest goes on covering what it covers. */
    private static void unmountChildren(MountNamespace ns, Mount m) {
        for (Mount child : ns.mounts()) {
            Path p = child.point();
            if (p != null && p.mount() == m && !child.locked()) {
                unmountChildren(ns, child);
                ns.detach(child, true);
            }
        }
    }
}
