// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree of mounts. The walk asks {@link #mountAt} only for dentries that something is mounted on, in whichever
 * namespace, so that the table is out of the way of nearly every name.
 */
public final class MountNamespace extends Namespace {
    private final OrderedLock lock = new OrderedLock(LockLevel.MOUNTS);
    private final ConcurrentHashMap<Path, Mount> table = new ConcurrentHashMap<>();
    private final ArrayList<Mount> order = new ArrayList<>();
    private final Mount root;
    private volatile @Nullable SpecialFiles specials;

    public MountNamespace(Mount root) {
        super(Kind.MNT, UserNamespace.FIRST);
        this.root = root;
        root.attach(this, null);
        root.lock();
        order.add(root);
    }

    private MountNamespace(UserNamespace owner, Mount root) {
        super(Kind.MNT, owner);
        this.root = root;
    }

    /**
     * Another namespace with copies of all mounts at the same places. For another user namespace they are all locked:
     * it must not see what lies below them.
     *
     * @param copies gets the copy of each mount
     */
    public MountNamespace copy(UserNamespace owner, Map<Mount, Mount> copies) {
        lock.lock();
        try {
            for (Mount m : order) {
                Mount c = new Mount(m.fs(), m.root(), m.source(), m.flags());
                if (m.locked() || owner != owner()) {
                    c.lock();
                }
                copies.put(m, c);
            }
            MountNamespace ns = new MountNamespace(owner, copyOf(root, copies));
            for (Mount m : order) {
                Mount c = copyOf(m, copies);
                Path point = m.point();
                if (point == null) {
                    c.attach(ns, null);
                } else {
                    Path at = new Path(copyOf(point.mount(), copies), point.dentry());
                    c.attach(ns, at);
                    ns.table.put(at, c);
                    at.dentry().mounted();
                }
                ns.order.add(c);
            }
            ns.specials = specials;
            return ns;
        } finally {
            lock.unlock();
        }
    }

    private static Mount copyOf(Mount m, Map<Mount, Mount> copies) {
        Mount c = copies.get(m);
        if (c == null) {
            throw new IllegalStateException("a mount that is not of the namespace");
        }
        return c;
    }

    /** A namespace whose root is the whole of {@code fs}. */
    public static MountNamespace of(FileSystem fs, String source, int flags) {
        return new MountNamespace(new Mount(fs, new Dentry(null, "/", fs.root()), source, flags));
    }

    public Mount root() {
        return root;
    }

    /** Where a new process starts: the top of what is mounted on the root. */
    public Path rootPath() {
        return follow(root.rootPath());
    }

    /** Who opens FIFOs and devices. */
    public @Nullable SpecialFiles specials() {
        return specials;
    }

    public void setSpecials(SpecialFiles s) {
        specials = s;
    }

    public @Nullable Mount mountAt(Path p) {
        return table.get(p);
    }

    /** The root of what is mounted on a path, as often as something is. */
    public Path follow(Path p) {
        Path at = p;
        while (at.dentry().mountCount.get() > 0) {
            Mount m = table.get(at);
            if (m == null) {
                break;
            }
            at = m.rootPath();
        }
        return at;
    }

    /** Mounts in the order in which they were made, root first. */
    public List<Mount> mounts() {
        lock.lock();
        try {
            return new ArrayList<>(order);
        } finally {
            lock.unlock();
        }
    }

    /** Attaches {@code m} on top of {@code point}. 0 or -errno. */
    public int attach(Mount m, Path point) {
        if (m.root().inode().isDir() != point.inode().isDir()) {
            return -ENOTDIR;
        }
        lock.lock();
        try {
            Path top = follow(point);
            if (top.dentry().gone()) {
                return -ENOENT;
            }
            m.attach(this, top);
            table.put(top, m);
            top.dentry().mounted();
            order.add(m);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mount with all that stands on it to another place. */
    int move(Mount m, Path to) {
        if (m.root().inode().isDir() != to.inode().isDir()) {
            return -ENOTDIR;
        }
        lock.lock();
        try {
            Path old = m.point();
            if (old == null) {
                return -EINVAL;
            }
            Path top = follow(to);
            if (top.dentry().gone() || top.mount() == m) {
                return top.mount() == m ? -EBUSY : -ENOENT;
            }
            for (Path p = top; p != null; p = p.mount().point()) {
                if (p.mount() == m) {
                    return -ELOOP; // to a place that stands on it
                }
            }
            table.remove(old, m);
            old.dentry().mountCount.decrementAndGet();
            m.attach(this, top);
            table.put(top, m);
            top.dentry().mounted();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mount out of the tree: -EBUSY while others stand on it, -EINVAL for the root. */
    public int detach(Mount m) {
        return detach(m, false);
    }

    /**
     * As {@link #detach(Mount)}.
     *
     * @param withOthers what stands on it goes along and stays on it, so that whoever is inside sees no change
     */
    int detach(Mount m, boolean withOthers) {
        lock.lock();
        try {
            Path point = m.point();
            if (point == null || !order.contains(m)) {
                return -EINVAL;
            }
            boolean busy = false;
            for (Mount other : order) {
                Path p = other.point();
                busy |= p != null && p.mount() == m;
            }
            if (busy && !withOthers) {
                return -EBUSY;
            }
            table.remove(point, m);
            point.dentry().mountCount.decrementAndGet();
            order.remove(m);
            m.attach(busy ? this : null, null);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Mounts {@code fs} at an absolute path, following links below the root; for building a namespace. Directories
     * that are missing are made where the file system lets us.
     */
    public int mount(Caller c, FileSystem fs, String source, int flags, String at) {
        return mount(c, new Mount(fs, new Dentry(null, "/", fs.root()), source, flags), at);
    }

    public int mount(Caller c, Mount m, String at) {
        Ref<Path> point = new Ref<>();
        int r = resolve(c, at, m.root().inode().isDir(), point);
        if (r == 0) {
            r = attach(m, point.get());
        }
        if (r == 0) {
            m.lock();
        }
        return r;
    }

    private int resolve(Caller c, String path, boolean dir, Ref<Path> out) {
        PathWalk w = new PathWalk(c, rootPath());
        int r = w.walk(PathWalk.AT_ROOT, path, 0, out);
        if (r != -ENOENT) {
            return r;
        }
        int slash = path.lastIndexOf('/', path.length() - 2);
        if (slash > 0) {
            r = resolve(c, path.substring(0, slash), true, out);
            if (r != 0) {
                return r;
            }
        }
        w = new PathWalk(c, rootPath());
        r = w.walkParent(PathWalk.AT_ROOT, path);
        if (r != 0) {
            return r;
        }
        Ref<Inode> made = new Ref<>();
        Inode parent = w.parent().inode();
        r = dir ? parent.mkdir(c, w.last(), 0755, made) : parent.mknod(c, w.last(), 0100644, 0, made);
        return r != 0 ? r : new PathWalk(c, rootPath()).walk(PathWalk.AT_ROOT, path, 0, out);
    }

    /**
     * The absolute text of a path as seen from {@code root}: for getcwd(2) and /proc. A place that cannot be reached
     * from there begins with "(unreachable)".
     */
    public static String text(Path p, Path root) {
        return text(p, root, true);
    }

    /** As {@link #text(Path, Path)}; null instead of an "(unreachable)" text. */
    public static @Nullable String reachable(Path p, Path root) {
        String s = text(p, root, false);
        return s.isEmpty() ? null : s;
    }

    private static String text(Path p, Path root, boolean mark) {
        ArrayList<String> names = new ArrayList<>();
        Mount mount = p.mount();
        Dentry d = p.dentry();
        boolean reached = true;
        int length = 0;
        while (mount != root.mount() || d != root.dentry()) {
            if (d == mount.root()) {
                Path point = mount.point();
                if (point == null) {
                    reached = false;
                    break;
                }
                mount = point.mount();
                d = point.dentry();
                continue;
            }
            Dentry parent = d.parent();
            if (parent == null) {
                reached = false;
                break;
            }
            names.add(d.name());
            length += d.name().length() + 1;
            d = parent;
        }
        if (!reached && !mark) {
            return "";
        }
        StringBuilder b = new StringBuilder(length + 16);
        if (!reached) {
            b.append("(unreachable)");
        }
        if (names.isEmpty()) {
            b.append('/');
        }
        for (int i = names.size() - 1; i >= 0; i--) {
            b.append('/').append(names.get(i));
        }
        return b.toString();
    }

    /** As {@link #text(Path, Path)} with " (deleted)" after a name that is gone: links of /proc/PID. */
    public static String procText(Path p, Path root) {
        Mount m = p.mount();
        if (m.namespace() == null && p.dentry() == m.root()) {
            if (m.fs().type().equals("nsfs")) {
                return p.dentry().name();
            }
            return "/" + p.dentry().name() + " (deleted)"; // nameless: memfd_create(2)
        }
        String s = text(p, root);
        return p.dentry().gone() ? s + " (deleted)" : s;
    }
}
