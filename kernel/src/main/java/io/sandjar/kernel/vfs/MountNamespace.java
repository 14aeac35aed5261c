// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.NsIoctl;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree of mounts. At its bottom is a directory that is always empty and that the root is mounted on, so that the root
 * can be exchanged (pivot_root(2)).
 */
public final class MountNamespace extends Namespace {
    private final MountWorld world;
    private final Mount base;
    private final boolean anonymous;

    /** Made by {@link #copy}: it ends with the last process in it. */
    private volatile boolean copy;

    /** All but the base, by their unique numbers, which is the order in which they were made. Guarded by the lock. */
    private final TreeMap<Long, Mount> members = new TreeMap<>();

    private volatile @Nullable SpecialFiles specials;
    private volatile int changes;
    private final WaitQueue changed = new WaitQueue();
    private boolean closed;

    /** Somebody was in it. Guarded by the lock. */
    boolean entered;

    /** Holders beside processes: open files and mounts of /proc/PID/ns/mnt. */
    public MountNamespace(Mount root) {
        this(UserNamespace.FIRST, new MountWorld(), false);
        Mount.LOCK.lock();
        try {
            root.standOn(base.rootPath());
            enter(root);
        } finally {
            Mount.LOCK.unlock();
        }
        root.lock();
    }

    private MountNamespace(UserNamespace owner, MountWorld world, boolean anonymous) {
        super(Kind.MNT, owner);
        this.world = world;
        this.anonymous = anonymous;
        BaseFs fs = new BaseFs();
        base = new Mount(fs, new Dentry(null, "/", fs.root()), "rootfs", 0);
        base.setNamespace(this);
    }

    /** A namespace whose root is the whole of {@code fs}. */
    public static MountNamespace of(FileSystem fs, String source, int flags) {
        return new MountNamespace(new Mount(fs, new Dentry(null, "/", fs.root()), source, flags));
    }

    /** A tree that is in nobody's sight: what open_tree(2) and fsmount(2) make. {@code root} is moved there. */
    static MountNamespace anonymous(MountNamespace like) {
        MountNamespace ns = new MountNamespace(like.owner(), like.world, true);
        ns.specials = like.specials;
        return ns;
    }

    boolean isAnonymous() {
        return anonymous;
    }

    MountWorld world() {
        return world;
    }

    /** The one at the bottom, which nobody sees. */
    Mount base() {
        return base;
    }

    /** The first thing mounted on the bottom. */
    public Mount root() {
        Mount m = base.on(base.root());
        return m == null ? base : m;
    }

    /** Where a new process starts: the top of what is mounted on the root. */
    public Path rootPath() {
        return Mount.top(base.rootPath());
    }

    /** Who opens FIFOs and devices. */
    public @Nullable SpecialFiles specials() {
        return specials;
    }

    public void setSpecials(SpecialFiles s) {
        specials = s;
    }

    /** Who knows the processes: what unmounting and pivot_root(2) ask. */
    public void setUsers(MountUsers u) {
        world.setUsers(u);
    }

    /** How often it was changed, and who waits for the next time: poll(2) of /proc/mounts. */
    public int changes() {
        return changes;
    }

    public WaitQueue changed() {
        return changed;
    }

    /** Mounts in the order in which they were made, root first. */
    public List<Mount> mounts() {
        Mount.LOCK.lock();
        try {
            return new ArrayList<>(members.values());
        } finally {
            Mount.LOCK.unlock();
        }
    }

    /** The mount of a unique number, or null. */
    public @Nullable Mount byUniqueId(long id) {
        Mount.LOCK.lock();
        try {
            return members.get(id);
        } finally {
            Mount.LOCK.unlock();
        }
    }

    // ---- under the lock ----

    void enter(Mount m) {
        m.setNamespace(this);
        members.put(m.uniqueId(), m);
        world.added(m);
        touch();
    }

    void leave(Mount m) {
        if (members.remove(m.uniqueId(), m)) {
            m.setNamespace(null);
            world.removed(m);
            touch();
        }
    }

    /** From one namespace to another, with all that stands on it. */
    void take(Mount top) {
        for (Mount m : MountOps.tree(top)) {
            MountNamespace old = m.namespace();
            if (old != null && old != this) {
                old.leave(m);
            }
            if (old != this) {
                enter(m);
            }
        }
    }

    void touch() {
        changes++;
        changed.wake(io.sandjar.abi.Poll.POLLERR | io.sandjar.abi.Poll.POLLPRI);
    }

    // ---- copies ----

    /**
     * Another namespace with copies of all mounts at the same places (CLONE_NEWNS). Where it belongs to another user
     * namespace, what is mounted here only flows into it, and what it begins with cannot be taken apart: it must not see
     * what lies below.
     *
     * @param copies gets the copy of each mount
     * @return null when there are too many mounts
     */
    public @Nullable MountNamespace copy(UserNamespace newOwner, Map<Mount, Mount> copies) {
        MountNamespace ns;
        Mount.LOCK.lock();
        try {
            if (!world.room(members.size())) {
                return null;
            }
            boolean less = newOwner != owner();
            ns = new MountNamespace(newOwner, world, false);
            ns.specials = specials;
            copies.put(base, ns.base);
            for (Mount m : MountOps.tree(base)) {
                Path at = m.point();
                Mount below = at == null ? null : copies.get(at.mount());
                if (m == base || at == null || below == null) {
                    continue;
                }
                Mount n = MountOps.cloneOf(m, m.root(), less ? MountOps.SLAVES_OF_SHARED : 0);
                n.unbindable = m.unbindable;
                n.setLocked(less || m.locked());
                if (less) {
                    n.lockFlags();
                }
                n.standOn(below == ns.base ? ns.base.rootPath() : new Path(below, at.dentry()));
                ns.enter(n);
                copies.put(m, n);
            }
            ns.copy = true;
            world.copied(ns);
        } finally {
            Mount.LOCK.unlock();
        }
        return ns;
    }

    /** Its number, as statmount(2) has it, and how many mounts there are. */
    @Override
    public long question(Caller c, int cmd, long arg) {
        switch (cmd) {
            case NsIoctl.NS_GET_MNTNS_ID -> {
                return c.mem().writeLong(arg, number());
            }
            case NsIoctl.NS_MNT_GET_INFO -> {
                if (arg == 0) {
                    return -EINVAL;
                }
                byte[] b = new byte[NsIoctl.MNT_NS_INFO_SIZE];
                Bytes.put32(b, 0, b.length);
                Bytes.put32(b, 4, mounts().size());
                Bytes.put64(b, 8, number());
                return c.mem().write(arg, b);
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    @Override
    protected void released() {
        left();
    }

    /** A thread that had it has another one, or has ended. */
    public void left() {
        if (copy) {
            Thread.ofVirtual().start(world::sweep);
        }
    }

    /** The container that it was made for is gone with all its guests. */
    public void end() {
        close();
        world.end();
    }

    /** Nobody is in it any more; {@link MountWorld#sweep} is to follow. */
    void close() {
        Mount.LOCK.lock();
        try {
            if (!closed) {
                closed = true;
                for (Mount m : MountOps.tree(base)) {
                    if (m != base) {
                        m.makePrivate();
                        leave(m);
                    }
                }
                for (Mount m : MountOps.tree(base)) {
                    m.lift();
                }
            }
        } finally {
            Mount.LOCK.unlock();
        }
    }

    // ---- building one ----

    /** Attaches {@code m} on top of {@code point}. 0 or -errno. */
    public int attach(Mount m, Path point) {
        if (m.root().inode().isDir() != point.inode().isDir()) {
            return -ENOTDIR;
        }
        Mount.LOCK.lock();
        try {
            Path top = Mount.top(point);
            if (top.dentry().gone()) {
                return -ENOENT;
            }
            m.standOn(top);
            enter(m);
            return 0;
        } finally {
            Mount.LOCK.unlock();
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
        if (m.home() == null && p.dentry() == m.root()) {
            if (m.fs().type().equals("nsfs")) {
                return p.dentry().name();
            }
            return "/" + p.dentry().name() + " (deleted)"; // nameless: memfd_create(2)
        }
        String s = text(p, root);
        return p.dentry().gone() ? s + " (deleted)" : s;
    }
}
