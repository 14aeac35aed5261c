// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A tree attached at a place of another. Each mount knows what stands on it, so that a walk needs no table and a tree
 * that was taken away goes on hanging together.
 */
public final class Mount {
    /** Changes of all trees: one lock, because what happens to one is passed on to its peers in others. */
    static final OrderedLock LOCK = new OrderedLock(LockLevel.MOUNTS);

    /** Linux's unique numbers begin there, so that they are not taken for the other ones. */
    private static final long UNIQUE_OFFSET = 1L << 31;

    private static final AtomicLong NEXT_ID = new AtomicLong(20);
    private static final AtomicIntegerFieldUpdater<Mount> USERS =
            AtomicIntegerFieldUpdater.newUpdater(Mount.class, "users");

    private static final AtomicIntegerFieldUpdater<Mount> WRITERS =
            AtomicIntegerFieldUpdater.newUpdater(Mount.class, "writers");

    /** MS_* bits that belong to the mount. */
    public static final int RDONLY = 1;

    public static final int NOSUID = 2;
    public static final int NODEV = 4;
    public static final int NOEXEC = 8;
    public static final int NOSYMFOLLOW = 256;

    // of no effect here, but shown: where times of access are kept it is the host's mount that decides

    public static final int NOATIME = 1024;
    public static final int NODIRATIME = 2048;
    public static final int STRICTATIME = 1 << 24;

    /** The bits that say how times of access are kept. */
    public static final int ATIME = NOATIME | NODIRATIME | STRICTATIME;

    /** All bits of {@link #flags}. */
    public static final int FLAGS = RDONLY | NOSUID | NODEV | NOEXEC | NOSYMFOLLOW | ATIME;

    private final long number = NEXT_ID.getAndIncrement();
    private final FileSystem fs;
    private final Dentry root;
    private final String source;
    private volatile int flags;
    private volatile boolean locked;

    /** Bits of {@link #flags} that may not be taken away, here and in copies. */
    private volatile int lockedFlags;

    private volatile @Nullable Path point;
    private volatile @Nullable MountNamespace namespace;
    private volatile @Nullable MountNamespace home;
    private volatile @Nullable ConcurrentHashMap<Dentry, Mount> children;

    /** Open descriptions that came through it. */
    private volatile int users;

    /** Those of them that may write to a file. */
    private volatile int writers;

    // ---- propagation; guarded by LOCK ----

    @Nullable
    PeerGroup peers;

    @Nullable
    PeerGroup master;

    boolean unbindable;

    /** MNT_EXPIRE was asked for, and nobody was here since. */
    volatile boolean expiring;

    /**
     * @param root the part of the file system that is shown (its root, or another directory or file for bind mounts)
     * @param source first field of /proc/mounts
     */
    public Mount(FileSystem fs, Dentry root, String source, int flags) {
        this.fs = fs;
        this.root = root;
        this.source = source;
        this.flags = (flags | fs.forcedFlags()) & FLAGS;
        this.lockedFlags = fs.forcedFlags();
    }

    /** The number of mountinfo. */
    public int id() {
        return (int) (number & Integer.MAX_VALUE);
    }

    /** The number that no other mount ever has (STATX_MNT_ID_UNIQUE). */
    public long uniqueId() {
        return UNIQUE_OFFSET + number;
    }

    public FileSystem fs() {
        return fs;
    }

    public Dentry root() {
        return root;
    }

    public String source() {
        return source;
    }

    public int flags() {
        return flags;
    }

    public void setFlags(int flags) {
        this.flags = flags & FLAGS;
    }

    /** Whether it cannot be taken off alone, because that would show what lies below: see {@link MountOps}. */
    public boolean locked() {
        return locked;
    }

    /** As the sandbox made it: it stays, and so do its restrictions. */
    public void lock() {
        locked = true;
        lockFlags();
    }

    void setLocked(boolean yes) {
        locked = yes;
    }

    void lockFlags() {
        lockedFlags = flags & (RDONLY | NOSUID | NODEV | NOEXEC);
    }

    void copyLockedFlags(Mount from) {
        lockedFlags = from.lockedFlags | fs.forcedFlags();
    }

    /** Bits of {@link #flags} that nobody may take away. */
    public int lockedFlags() {
        return lockedFlags;
    }

    public boolean readOnly() {
        return (flags & RDONLY) != 0 || fs.readOnly();
    }

    /** Where it is mounted: mount and dentry below it; null for the root of a tree. */
    public @Nullable Path point() {
        return point;
    }

    /** The tree that it belongs to; null when it was taken out of it. */
    public @Nullable MountNamespace namespace() {
        return namespace;
    }

    /** The tree that it belongs to or belonged to last; null for what never was in one. */
    public @Nullable MountNamespace home() {
        return home;
    }

    public Path rootPath() {
        return new Path(this, root);
    }

    // ---- the tree ----

    /** What is mounted on a dentry of this mount. */
    @Nullable
    Mount on(Dentry d) {
        ConcurrentHashMap<Dentry, Mount> map = children;
        return map == null ? null : map.get(d);
    }

    /** What stands on it, in no order. */
    Iterable<Mount> children() {
        ConcurrentHashMap<Dentry, Mount> map = children;
        return map == null ? java.util.List.of() : map.values();
    }

    boolean hasChildren() {
        ConcurrentHashMap<Dentry, Mount> map = children;
        return map != null && !map.isEmpty();
    }

    /** The root of what is mounted on a path, as often as something is. */
    public static Path top(Path p) {
        Path at = p;
        while (at.dentry().mountCount.get() > 0) {
            Mount m = at.mount().on(at.dentry());
            if (m == null) {
                break;
            }
            at = m.rootPath();
        }
        return at;
    }

    void setNamespace(@Nullable MountNamespace ns) {
        namespace = ns;
        if (ns != null) {
            home = ns;
        }
    }

    /** Stands it on a place where nothing stands. */
    void standOn(Path at) {
        Mount below = at.mount();
        ConcurrentHashMap<Dentry, Mount> map = below.children;
        if (map == null) {
            map = new ConcurrentHashMap<>(4);
            below.children = map;
        }
        point = at;
        map.put(at.dentry(), this);
        at.dentry().mounted(this);
    }

    /** Takes it from where it stands. */
    void lift() {
        Path at = point;
        if (at != null) {
            ConcurrentHashMap<Dentry, Mount> map = at.mount().children;
            if (map != null && map.remove(at.dentry(), this)) {
                at.dentry().unmounted(this);
            }
            point = null;
        }
    }

    // ---- propagation ----

    /** The number of its peer group; 0 when it is not shared. */
    public int peerGroup() {
        PeerGroup g = peers;
        return g == null ? 0 : g.id();
    }

    /** The number of the group that it follows; 0 for none. */
    public int masterGroup() {
        PeerGroup g = master;
        return g == null ? 0 : g.id();
    }

    public boolean unbindable() {
        return unbindable;
    }

    void share() {
        unbindable = false;
        if (peers == null) {
            PeerGroup g = new PeerGroup();
            g.members.add(this);
            peers = g;
        }
    }

    void join(PeerGroup g) {
        peers = g;
        g.members.add(this);
    }

    void follow(@Nullable PeerGroup g) {
        master = g;
        if (g != null) {
            g.slaves.add(this);
        }
    }

    /** Follows its peers, if it has any, and no longer leads. */
    void enslave() {
        unbindable = false;
        PeerGroup g = peers;
        if (g == null) {
            return;
        }
        peers = null;
        g.members.remove(this);
        if (g.members.isEmpty()) {
            g.dissolve(master);
        } else {
            unfollow();
            follow(g);
        }
    }

    private void unfollow() {
        PeerGroup g = master;
        if (g != null) {
            g.slaves.remove(this);
            master = null;
        }
    }

    void makePrivate() {
        enslave();
        unfollow();
    }

    // ---- who uses it ----

    void use(int n) {
        USERS.addAndGet(this, n);
        expiring = false;
        fs.use(n);
    }

    void write(int n) {
        WRITERS.addAndGet(this, n);
        fs.write(n);
    }

    /** Whether files are open for writing through it. */
    boolean isWritten() {
        return writers > 0;
    }

    /** Whether open files came through it. */
    public boolean inUse() {
        return users > 0;
    }
}
