// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A name in a directory together with the inode that it led to. Only directories' dentries are kept (softly) by their
 * parents, because only they need one identity: as working directory, as mount point, for `..`. Those of other files
 * are made anew by each walk.
 *
 * <p>A directory that is renamed keeps its dentry: where the file system has one inode object for each directory, that
 * object knows its dentry, and whoever finds the directory under a new name moves the dentry there. A look-up that
 * began before a name went or moved must not bring it back, which {@link #generation} tells.
 */
public final class Dentry {
    private static final AtomicIntegerFieldUpdater<Dentry> OPEN =
            AtomicIntegerFieldUpdater.newUpdater(Dentry.class, "open");

    private volatile @Nullable Dentry parent;
    private volatile String name;
    private volatile int open;
    private final Inode inode;
    private volatile boolean unlinked;
    private volatile @Nullable ConcurrentHashMap<String, SoftReference<Dentry>> children;

    /** Counts names that went or moved away. Written under the monitor. */
    private volatile int generation;

    /** Mounts on this dentry, over all namespaces: lets the walk skip the mount table for nearly all names. */
    final AtomicInteger mountCount = new AtomicInteger();

    /** Those mounts; guarded by {@link Mount#LOCK}. */
    private @Nullable ArrayList<Mount> mounts;

    /** A root has no parent and the name "/". */
    public Dentry(@Nullable Dentry parent, String name, Inode inode) {
        this.parent = parent;
        this.name = name;
        this.inode = inode;
    }

    public @Nullable Dentry parent() {
        return parent;
    }

    public String name() {
        return name;
    }

    /** Its place in its file system, as a path. */
    public String inside() {
        StringBuilder b = new StringBuilder();
        Dentry at = this;
        for (Dentry up = at.parent; up != null; up = at.parent) {
            b.insert(0, "/" + at.name);
            at = up;
        }
        return b.isEmpty() ? "/" : b.toString();
    }

    public Inode inode() {
        return inode;
    }

    public boolean unlinked() {
        return unlinked;
    }

    /** Whether the name no longer leads to the inode, by {@link #unlinked} or by what the inode knows. */
    public boolean gone() {
        return unlinked || inode.unlinked();
    }

    /** The name that led here is gone. */
    public void markUnlinked() {
        unlinked = true;
    }

    int generation() {
        return generation;
    }

    /** As {@link #child} unless a name went or moved since {@code seen} was {@link #generation}: then null. */
    synchronized @Nullable Dentry childIf(int seen, String childName, Inode childInode) {
        return seen == generation ? child(childName, childInode) : null;
    }

    public @Nullable Dentry cachedChild(String childName) {
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map == null) {
            return null;
        }
        SoftReference<Dentry> ref = map.get(childName);
        return ref == null ? null : ref.get();
    }

    /** The dentry of a child that was just looked up: of a directory the one that it has already, if any. */
    public synchronized Dentry child(String childName, Inode childInode) {
        Dentry old = cachedChild(childName);
        if (!childInode.isDir()) {
            return old != null && old.mountCount.get() > 0 ? old : new Dentry(this, childName, childInode);
        }
        if (old != null && old.parent == this && same(old.inode, childInode)) {
            return old;
        }
        Dentry d;
        if (childInode.onlyObject()) {
            synchronized (childInode) {
                WeakReference<Dentry> ref = childInode.dentry;
                Dentry known = ref == null ? null : ref.get();
                if (known == null) {
                    known = new Dentry(this, childName, childInode);
                    childInode.dentry = new WeakReference<>(known);
                } else {
                    known.parent = this;
                    known.name = childName;
                }
                d = known;
            }
        } else {
            d = new Dentry(this, childName, childInode);
        }
        keep(childName, d);
        return d;
    }

    /**
     * The dentry that all who have a file open share, so that they learn of its new name: this one, or one that was opened
     * under the same name before.
     */
    Dentry shared() {
        if (!inode.onlyObject()) {
            return this;
        }
        synchronized (inode) {
            WeakReference<Dentry> ref = inode.dentry;
            Dentry known = ref == null ? null : ref.get();
            if (known != null && known.parent == parent && known.name.equals(name) && !known.unlinked) {
                return known;
            }
            inode.dentry = new WeakReference<>(this);
            return this;
        }
    }

    /** An open description or a process that runs it more, or ({@code n} is -1) less: what nobody uses need not be found by its inode. */
    public void opened(int n) {
        if (OPEN.addAndGet(this, n) == 0 && !inode.isDir()) {
            synchronized (inode) {
                WeakReference<Dentry> ref = inode.dentry;
                if (ref != null && ref.refersTo(this) && open == 0) {
                    inode.dentry = null;
                }
            }
        }
    }

    /** The name of a file that may be open is gone: {@link #markUnlinked} for all who share it. */
    void markGone() {
        markUnlinked();
        synchronized (inode) {
            WeakReference<Dentry> ref = inode.dentry;
            Dentry known = ref == null ? null : ref.get();
            if (known != null && known.parent == parent && known.name.equals(name)) {
                known.unlinked = true;
            }
        }
    }

    /** A file that may be open was renamed. */
    static void moved(Inode file, Dentry oldParent, String oldName, Dentry newParent, String newName) {
        synchronized (file) {
            WeakReference<Dentry> ref = file.dentry;
            Dentry known = ref == null ? null : ref.get();
            if (known != null && known.parent == oldParent && known.name.equals(oldName)) {
                known.parent = newParent;
                known.name = newName;
            }
        }
    }

    private void keep(String childName, Dentry d) {
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map == null) {
            map = new ConcurrentHashMap<>(4);
            children = map;
        }
        map.put(childName, new SoftReference<>(d));
    }

    /** Something is mounted here: all walks must find this very object, also where it is no directory. */
    void mounted(Mount m) {
        if (mounts == null) {
            mounts = new ArrayList<>(2);
        }
        mounts.add(m);
        mountCount.incrementAndGet();
        Dentry p = parent;
        if (p != null && !inode.isDir()) {
            synchronized (p) {
                p.keep(name, this);
            }
        }
    }

    void unmounted(Mount m) {
        if (mounts != null && mounts.remove(m)) {
            mountCount.decrementAndGet();
        }
    }

    /** What is mounted here, in all namespaces. */
    List<Mount> mounts() {
        return mounts == null ? List.of() : new ArrayList<>(mounts);
    }

    private static boolean same(Inode a, Inode b) {
        return a == b || (!a.onlyObject() && a.fs == b.fs && a.ino() == b.ino());
    }

    /** As {@link #forget} for a directory of which only the inode is known: what is stacked on it changed it. */
    public static void forgetIn(Inode dir, String childName) {
        Dentry known;
        synchronized (dir) {
            WeakReference<Dentry> ref = dir.dentry;
            known = ref == null ? null : ref.get();
        }
        if (known != null) {
            known.forget(childName);
        }
    }

    /** A name went or leads elsewhere now; to be called after the file system did it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
    public synchronized void forget(String childName) {
        generation++;
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map != null) {
            map.remove(childName);
        }
    }
}
