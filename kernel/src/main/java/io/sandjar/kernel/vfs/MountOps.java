// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.Ref;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a mount tree by guests. The mounts that the sandbox was made with are locked: they stay where they are,
 * lose none of their restrictions, and come along wherever what lies around them is shown, so that nothing below them is
 * ever seen.
 */
public final class MountOps {
    // how a mount is copied; 0 makes a peer of a shared one and a fellow of a slave

    /** Follows the original. */
    static final int SLAVE = 1;

    /** Shared from now on. */
    static final int SHARE = 2;

    /** Has nothing to do with the original. */
    static final int PRIVATE = 4;

    /** Follows the original if that is shared. */
    static final int SLAVES_OF_SHARED = 8;

    private MountOps() {}

    // ---- pieces; under the lock ----

    /** A mount and all that stands on it, from the bottom up. */
    static List<Mount> tree(Mount top) {
        ArrayList<Mount> all = new ArrayList<>();
        all.add(top);
        for (int i = 0; i < all.size(); i++) {
            int from = all.size();
            for (Mount child : all.get(i).children()) {
                all.add(child);
            }
            if (all.size() - from > 1) {
                all.subList(from, all.size()).sort((a, b) -> Long.compare(a.uniqueId(), b.uniqueId()));
            }
        }
        return all;
    }

    /** A further mount of what {@code m} shows, or of the part of it below {@code root}. */
    static Mount cloneOf(Mount m, Dentry root, int how) {
        Mount n = new Mount(m.fs(), root, m.source(), m.flags());
        n.copyLockedFlags(m);
        PeerGroup peers = m.peers;
        if ((how & SLAVE) != 0 || ((how & SLAVES_OF_SHARED) != 0 && peers != null)) {
            n.follow(peers != null ? peers : m.master);
        } else if ((how & PRIVATE) == 0) {
            if (peers != null) {
                n.join(peers);
            }
            n.follow(m.master);
        }
        if ((how & SHARE) != 0) {
            n.share();
        }
        return n;
    }

    /** As {@link #cloneOf} with all that stands on it below {@code root}; null when it must not be copied. */
    static @Nullable Mount copyTree(Mount top, Dentry root, int how) {
        return top.unbindable ? null : copyTree(top, root, how, true);
    }

    private static Mount copyTree(Mount top, Dentry root, int how, boolean all) {
        Mount made = cloneOf(top, root, how);
        IdentityHashMap<Mount, Mount> copies = new IdentityHashMap<>();
        copies.put(top, made);
        for (Mount m : tree(top)) {
            Path at = m.point();
            Mount below = at == null ? null : copies.get(at.mount());
            if (m == top || at == null || below == null || m.unbindable) {
                continue;
            }
            if (at.mount() == top && (at.dentry() == root || !FileOps.within(at.dentry(), root))) {
                continue; // elsewhere; or on the source itself, which a walk that came to the source has gone through
            }
            if (!all && !m.locked()) {
                continue;
            }
            Mount n = cloneOf(m, m.root(), how);
            n.setLocked(m.locked());
            n.standOn(new Path(below, at.dentry()));
            copies.put(m, n);
        }
        return made;
    }

    private static boolean hasUnbindable(Mount top) {
        for (Mount m : tree(top)) {
            if (m.unbindable) {
                return true;
            }
        }
        return false;
    }

    /** Puts a tree that stands nowhere on a place of {@code ns}. */
    private static int graft(MountNamespace ns, Mount m, Path to) {
        Path top = Mount.top(to);
        if (top.dentry().gone()) {
            return -ENOENT;
        }
        if (m.root().inode().isDir() != top.inode().isDir()) {
            return -ENOTDIR;
        }
        List<Mount> all = tree(m);
        if (!ns.world().room(all.size())) {
            return -ENOSPC;
        }
        int r = Propagation.spread(m, top);
        if (r == 0) {
            m.standOn(top);
            ns.take(m);
        }
        return r;
    }

    private static boolean in(MountNamespace ns, Path p) {
        return p.mount().namespace() == ns;
    }

    private static boolean isRoot(Path p) {
        return p.dentry() == p.mount().root();
    }

    // ---- mount(2) ----

    /** Shows {@code from} and what is mounted below it at {@code to} as well (MS_BIND). */
    public static int bind(MountNamespace ns, Path from, Path to, boolean recursive) {
        Mount.LOCK.lock();
        try {
            if (!in(ns, to) || !mayCopy(ns, from) || from.mount().unbindable) {
                return -EINVAL;
            }
            Mount m = copyTree(from.mount(), from.dentry(), 0, recursive);
            return graftOrDrop(ns, m, to);
        } finally {
            Mount.LOCK.unlock();
        }
    }

    private static boolean mayCopy(MountNamespace ns, Path from) {
        MountNamespace its = from.mount().namespace();
        if (from.mount().home() == null && from.mount().fs().type().equals("nsfs")) {
            return true; // a namespace, which has no place of its own
        }
        return its == ns || (its != null && its.isAnonymous() && its.world() == ns.world());
    }

    private static int graftOrDrop(MountNamespace ns, Mount m, Path to) {
        int r = graft(ns, m, to);
        if (r != 0) {
            for (Mount x : tree(m)) {
                x.makePrivate();
            }
        }
        return r;
    }

    /** Attaches a new mount. */
    public static int add(MountNamespace ns, Mount m, Path to) {
        Mount.LOCK.lock();
        try {
            if (!in(ns, to)) {
                return -EINVAL;
            }
            Path top = Mount.top(to);
            if (isRoot(top)
                    && top.mount().fs() == m.fs()
                    && top.dentry().inode() == m.root().inode()) {
                return -EBUSY;
            }
            return graft(ns, m, to);
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /**
     * New flags for the mount that {@code at} is the root of (MS_REMOUNT, with MS_BIND or without).
     *
     * @param whole whether the file system as such becomes read-only or writable, too: its owner may do that
     */
    public static int remount(Creds who, Path at, int flags, boolean whole) {
        Mount.LOCK.lock();
        try {
            Mount m = at.mount();
            if (!isRoot(at) || m.namespace() == null) {
                return -EINVAL;
            }
            if ((m.lockedFlags() & ~flags) != 0) {
                return -EPERM;
            }
            if (whole && !who.has(m.fs().owner(), Cap.CAP_SYS_ADMIN)) {
                return -EPERM;
            }
            boolean writing = (flags & Mount.RDONLY) != 0 && (whole ? m.fs().isWritten() : m.isWritten());
            if (writing && !(whole ? m.fs().readOnly() : (m.flags() & Mount.RDONLY) != 0)) {
                return -EBUSY;
            }
            if (whole && (flags & Mount.RDONLY) == 0 && m.fs().neverWritable()) {
                return -EROFS;
            }
            if (whole) {
                m.fs().setReadOnly((flags & Mount.RDONLY) != 0);
            }
            m.setFlags(flags);
            touch(m);
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    private static void touch(Mount m) {
        MountNamespace ns = m.namespace();
        if (ns != null) {
            ns.touch();
        }
    }

    /** How mounts are passed on from now on. */
    public enum Spreading {
        SHARED,
        PRIVATE,
        SLAVE,
        UNBINDABLE
    }

    /** MS_SHARED and its like. */
    public static int spread(MountNamespace ns, Path at, Spreading how, boolean recursive) {
        Mount.LOCK.lock();
        try {
            if (!isRoot(at) || !in(ns, at)) {
                return -EINVAL;
            }
            for (Mount m : recursive ? tree(at.mount()) : List.of(at.mount())) {
                setSpreading(m, how);
            }
            ns.touch();
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    private static void setSpreading(Mount m, Spreading how) {
        switch (how) {
            case SHARED -> m.share();
            case SLAVE -> m.enslave();
            case PRIVATE, UNBINDABLE -> {
                m.makePrivate();
                m.unbindable = how == Spreading.UNBINDABLE;
            }
        }
    }

    /** Takes a mount from one place to another (MS_MOVE, move_mount(2)); from out of sight as well. */
    public static int move(MountNamespace ns, Path from, Path to) {
        Mount.LOCK.lock();
        try {
            Mount m = from.mount();
            Path old = m.point();
            MountNamespace its = m.namespace();
            if (!isRoot(from) || its == null || !in(ns, to)) {
                return -EINVAL;
            }
            boolean hidden = its != ns && its.isAnonymous() && its.world() == ns.world();
            if (its != ns && !hidden) {
                return -EINVAL;
            }
            if (old == null || (m.locked() && !hidden) || (!hidden && old.mount().peers != null)) {
                return -EINVAL;
            }
            if (hidden && old.mount() != its.base()) {
                return -EINVAL;
            }
            if (m.root().inode().isDir() != to.inode().isDir()) {
                return -EINVAL;
            }
            Path top = Mount.top(to);
            if (top.mount().peers != null && hasUnbindable(m)) {
                return -EINVAL;
            }
            for (Path p = top; p != null; p = p.mount().point()) {
                if (p.mount() == m) {
                    return -ELOOP; // to a place that stands on it
                }
            }
            m.lift();
            int r = graft(ns, m, to);
            if (r != 0) {
                m.standOn(old);
            }
            ns.touch();
            return r;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    // ---- trees that are mounted nowhere ----

    private static int hidden(MountNamespace like, Mount m, Ref<Path> out) {
        if (!like.world().room(tree(m).size())) {
            for (Mount x : tree(m)) {
                x.makePrivate();
            }
            return -ENOSPC;
        }
        MountNamespace ns = MountNamespace.anonymous(like);
        m.standOn(ns.base().rootPath());
        ns.take(m);
        out.set(m.rootPath());
        return 0;
    }

    /** Keeps a new mount out of sight (fsmount(2)). */
    public static int hide(MountNamespace ns, Mount m, Ref<Path> out) {
        Mount.LOCK.lock();
        try {
            return hidden(ns, m, out);
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** A copy of what {@code from} shows, out of sight (open_tree(2)). */
    public static int cloneTree(MountNamespace ns, Path from, boolean recursive, Ref<Path> out) {
        Mount.LOCK.lock();
        try {
            if (!mayCopy(ns, from) || from.mount().unbindable) {
                return -EINVAL;
            }
            return hidden(ns, copyTree(from.mount(), from.dentry(), 0, recursive), out);
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** The descriptor of a tree is closed: it goes, unless it was mounted. */
    static void dissolve(Mount m) {
        MountWorld world = null;
        Mount.LOCK.lock();
        try {
            MountNamespace ns = m.namespace();
            Path at = m.point();
            if (ns != null && ns.isAnonymous() && at != null && at.mount() == ns.base()) {
                world = ns.world();
                takeDown(m, false);
            }
        } finally {
            Mount.LOCK.unlock();
        }
        if (world != null) {
            world.sweep();
        }
    }

    /** Under what is mounted at {@code to}: it is seen when that is taken off (MOVE_MOUNT_BENEATH). */
    public static int moveBeneath(MountNamespace ns, Path from, Path to) {
        Mount.LOCK.lock();
        try {
            Mount m = from.mount();
            Mount above = Mount.top(to).mount();
            Path place = above.point();
            MountNamespace its = m.namespace();
            Path old = m.point();
            if (!isRoot(from) || !isRoot(to) || !in(ns, to) || its == null || old == null || place == null) {
                return -EINVAL;
            }
            boolean mine = its == ns && !m.locked() && old.mount().peers == null;
            boolean hidden = its.isAnonymous() && its.world() == ns.world() && old.mount() == its.base();
            if ((!mine && !hidden) || above.locked() || place.mount() == ns.base() || place.mount().peers != null) {
                return -EINVAL;
            }
            for (Path p = place; p != null; p = p.mount().point()) {
                if (p.mount() == m) {
                    return -ELOOP;
                }
            }
            if (m.root().inode().isDir() != place.inode().isDir()) {
                return -EINVAL;
            }
            m.lift();
            above.lift();
            m.standOn(place);
            above.standOn(Mount.top(m.rootPath()));
            ns.take(m);
            ns.touch();
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** Makes {@code to} a peer of {@code from} and a fellow of it (MOVE_MOUNT_SET_GROUP). */
    public static int joinGroup(Creds who, MountNamespace ns, Path from, Path to) {
        Mount.LOCK.lock();
        try {
            Mount a = from.mount();
            Mount b = to.mount();
            MountNamespace its = a.namespace();
            if (its == null || !in(ns, to)) {
                return -EINVAL;
            }
            if (!who.has(its.owner(), Cap.CAP_SYS_ADMIN)) {
                return -EPERM;
            }
            if (!isRoot(from) || !isRoot(to)) {
                return -EINVAL;
            }
            if (b.peers != null || b.master != null || (a.peers == null && a.master == null)) {
                return -EINVAL;
            }
            if (a.fs() != b.fs() || !FileOps.within(b.root(), a.root())) {
                return -EINVAL;
            }
            PeerGroup g = a.peers;
            if (g != null) {
                b.join(g);
            }
            b.follow(a.master);
            ns.touch();
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** Whether the file system of a mount may be written to, all mounts of it. */
    public static int setReadOnly(Mount m, boolean yes) {
        Mount.LOCK.lock();
        try {
            if (yes && !m.fs().readOnly() && m.fs().isWritten()) {
                return -EBUSY;
            }
            if (!yes && m.fs().neverWritable()) {
                return -EROFS;
            }
            m.fs().setReadOnly(yes);
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** mount_setattr(2): all mounts or none. */
    public static int setAttributes(
            MountNamespace ns, Path at, int on, int off, @Nullable Spreading how, boolean recursive) {
        Mount.LOCK.lock();
        try {
            MountNamespace its = at.mount().namespace();
            if (!isRoot(at) || its == null || (its != ns && !(its.isAnonymous() && its.world() == ns.world()))) {
                return -EINVAL;
            }
            List<Mount> all = recursive ? tree(at.mount()) : List.of(at.mount());
            for (Mount m : all) {
                int flags = m.flags() & ~off | on;
                if ((m.lockedFlags() & ~flags) != 0) {
                    return -EPERM;
                }
                if ((flags & ~m.flags() & Mount.RDONLY) != 0 && m.isWritten()) {
                    return -EBUSY;
                }
            }
            for (Mount m : all) {
                m.setFlags(m.flags() & ~off | on);
                if (how != null) {
                    setSpreading(m, how);
                }
            }
            its.touch();
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    // ---- umount2(2) ----

    /** Whether what {@code at} is the root of may be unmounted at all: 0 or -errno. */
    public static int mayUnmount(MountNamespace ns, Path at) {
        Mount m = at.mount();
        return !isRoot(at) || m.locked() || m.namespace() != ns || m.point() == null ? -EINVAL : 0;
    }

    /** umount(2); {@code detach} takes it away though it is used, with all that stands on it. */
    public static int unmount(MountNamespace ns, Path at, boolean detach) {
        int r;
        Mount.LOCK.lock();
        try {
            r = mayUnmount(ns, at);
            Mount m = at.mount();
            if (r == 0 && !detach && busy(ns, m)) {
                r = -EBUSY;
            }
            if (r == 0) {
                takeDown(m, true);
            }
        } finally {
            Mount.LOCK.unlock();
        }
        if (r == 0) {
            ns.world().sweep();
        }
        return r;
    }

    /** umount(2) with MNT_EXPIRE: the first time only marks it. */
    public static int expire(MountNamespace ns, Path at) {
        int r = mayUnmount(ns, at);
        if (r != 0) {
            return r;
        }
        Mount.LOCK.lock();
        try {
            Mount m = at.mount();
            if (busy(ns, m)) {
                return -EBUSY;
            }
            if (!m.expiring) {
                m.expiring = true;
                return -EAGAIN;
            }
        } finally {
            Mount.LOCK.unlock();
        }
        return unmount(ns, at, false);
    }

    private static boolean busy(MountNamespace ns, Mount m) {
        if (m.hasChildren() || used(ns, m)) {
            return true;
        }
        for (Mount echo : Propagation.echoes(m)) {
            if (!echo.hasChildren() && used(ns, echo)) {
                return true;
            }
        }
        return false;
    }

    private static boolean used(MountNamespace ns, Mount m) {
        MountUsers users = ns.world().users();
        return m.inUse() || (users != null && users.anyIn(m));
    }

    /**
     * Takes a tree out of its namespace. What the sandbox covered stays covered: locked mounts go on standing on what they
     * stood on.
     */
    private static void takeDown(Mount top, boolean spread) {
        ArrayDeque<Mount> todo = new ArrayDeque<>(tree(top));
        Set<Mount> going = new HashSet<>(todo);
        while (spread && !todo.isEmpty()) {
            for (Mount echo : Propagation.echoes(todo.poll())) {
                if (!going.contains(echo) && !echo.locked() && allIn(echo.children(), going, echo)) {
                    going.add(echo);
                    todo.add(echo);
                }
            }
        }
        for (Mount m : going) {
            for (Mount child : m.children()) {
                if (!going.contains(child)) {
                    moveDown(child, m, going); // it stood on the root of what goes: it comes down to what is below
                }
            }
        }
        for (Mount m : going) {
            MountNamespace ns = m.namespace();
            Path point = m.point();
            if (ns != null) {
                ns.leave(m);
            }
            if (point != null && !(m.locked() && m != top && going.contains(point.mount()))) {
                m.lift();
            }
            m.makePrivate();
        }
    }

    private static boolean allIn(Iterable<Mount> children, Set<Mount> going, Mount of) {
        for (Mount child : children) {
            Path at = child.point();
            if (!going.contains(child) && (at == null || at.dentry() != of.root())) {
                return false;
            }
        }
        return true;
    }

    private static void moveDown(Mount child, Mount from, Set<Mount> going) {
        Mount at = from;
        Path to = from.point();
        while (to != null
                && going.contains(to.mount())
                && to.dentry() == to.mount().root()) {
            at = to.mount();
            to = at.point();
        }
        child.lift();
        if (to != null && !going.contains(to.mount())) {
            at.lift();
            child.standOn(to);
        }
    }

    // ---- names that go ----

    /** Whether something is mounted on {@code p} in the namespace of {@code p} itself: then its name must stay. */
    static boolean pins(Path p) {
        if (p.dentry().mountCount.get() == 0) {
            return false;
        }
        Mount.LOCK.lock();
        try {
            MountNamespace ns = p.mount().namespace();
            for (Mount m : p.dentry().mounts()) {
                if (ns == null || m.namespace() == ns) {
                    return true;
                }
            }
            return false;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** The name of {@code d} is gone: what other namespaces have mounted there goes along. */
    static void nameGone(Dentry d) {
        if (d.mountCount.get() > 0) {
            Mount.LOCK.lock();
            try {
                for (Mount m : d.mounts()) {
                    takeDown(m, false);
                }
            } finally {
                Mount.LOCK.unlock();
            }
        }
    }

    // ---- pivot_root(2) ----

    /**
     * Makes {@code root} the root of the namespace and puts the old one at {@code old}.
     *
     * @param now the caller's root
     */
    public static int pivot(MountNamespace ns, Path now, Path root, Path old) {
        Mount.LOCK.lock();
        try {
            Path put = Mount.top(old);
            Mount newMount = root.mount();
            Mount oldMount = now.mount();
            Path oldPoint = oldMount.point();
            Path newPoint = newMount.point();
            if (put.mount().peers != null
                    || (newPoint != null && newPoint.mount().peers != null)
                    || (oldPoint != null && oldPoint.mount().peers != null)
                    || !in(ns, now)
                    || !in(ns, root)
                    || !in(ns, put)
                    || (newMount.locked() && newMount != oldMount)) {
                return -EINVAL;
            }
            if (root.dentry().gone() || put.dentry().gone()) {
                return -ENOENT;
            }
            if (newMount == oldMount || put.mount() == oldMount) {
                return -EBUSY;
            }
            if (!isRoot(now) || oldPoint == null || !isRoot(root) || newPoint == null) {
                return -EINVAL;
            }
            if (!reachable(put, root) || !reachable(root, now)) {
                return -EINVAL;
            }
            newMount.lift();
            oldMount.lift();
            if (oldMount.locked()) {
                newMount.setLocked(true);
                oldMount.setLocked(false);
            }
            newMount.standOn(oldPoint);
            oldMount.standOn(put);
            ns.touch();
            MountUsers users = ns.world().users();
            if (users != null) {
                users.moveRoots(now, root);
            }
            return 0;
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** Whether {@code p} lies at or below {@code top}. */
    private static boolean reachable(Path p, Path top) {
        Path at = p;
        while (at.mount() != top.mount()) {
            Path point = at.mount().point();
            if (point == null) {
                return false;
            }
            at = point;
        }
        return FileOps.within(at.dentry(), top.dentry());
    }

    // ---- building a tree ----

    /**
     * Shows what is mounted below {@code top} of the mount {@code old} at the same places of {@code copy} as well.
     *
     * @param all the mounts as they were before {@code copy}
     * @param more flags that the copies get besides
     */
    public static int bindBelow(MountNamespace ns, List<Mount> all, Mount old, Dentry top, Mount copy, int more) {
        for (Mount child : all) {
            Path p = child.point();
            if (p == null || p.mount() != old || !FileOps.within(p.dentry(), top) || p.dentry() == top) {
                continue;
            }
            Mount m = new Mount(child.fs(), child.root(), child.source(), child.flags() | more);
            m.copyLockedFlags(child);
            int r = ns.attach(m, new Path(copy, p.dentry()));
            if (r == 0) {
                r = bindBelow(ns, all, child, child.root(), m, more);
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
}
