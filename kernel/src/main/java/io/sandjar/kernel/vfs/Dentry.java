// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A name in a directory together with the inode that it led to. Only directories' dentries are kept (softly) by their
 * parents, because only they need one identity: as working directory, as mount point, for `..`. Those of other files
 * are made anew by each walk.
 */
public final class Dentry {
    private volatile @Nullable Dentry parent;
    private volatile String name;
    private volatile Inode inode;
    private volatile boolean unlinked;
    private volatile @Nullable ConcurrentHashMap<String, SoftReference<Dentry>> children;

    /** Counts names that went or moved away, so that a look-up that began before does not bring one back. */
    private volatile int generation;

    /** Mounts on this dentry, over all namespaces: lets the walk skip the mount table for nearly all names. */
    final java.util.concurrent.atomic.AtomicInteger mountCount = new java.util.concurrent.atomic.AtomicInteger();

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

    /** The dentry of a child directory: the cached one if it still has this inode, else a new one. */
    public synchronized Dentry child(String childName, Inode childInode) {
        if (!childInode.isDir()) {
            return new Dentry(this, childName, childInode);
        }
        Dentry old = cachedChild(childName);
        if (old != null
                && (old.inode == childInode
                        || (old.inode.fs == childInode.fs && old.inode.ino() == childInode.ino()))) {
            return old;
        }
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map == null) {
            map = new ConcurrentHashMap<>(4);
            children = map;
        }
        Dentry made = new Dentry(this, childName, childInode);
        map.put(childName, new SoftReference<>(made));
        return made;
    }

    /** The name is gone from its directory. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
    public synchronized void forget(String childName) {
        generation++;
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map != null) {
            SoftReference<Dentry> ref = map.remove(childName);
            Dentry d = ref == null ? null : ref.get();
            if (d != null) {
                d.unlinked = true;
            }
        }
    }

    /** Swaps the cached children of two names (RENAME_EXCHANGE). */
    public static void exchange(Dentry a, String aName, Dentry b, String bName) {
        Dentry x = a.take(aName);
        Dentry y = b.take(bName);
        if (x != null) {
            b.adopt(bName, x);
        }
        if (y != null) {
            a.adopt(aName, y);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
    private synchronized @Nullable Dentry take(String childName) {
        generation++;
        Dentry d = cachedChild(childName);
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map != null) {
            map.remove(childName);
        }
        return d;
    }

    private synchronized void adopt(String childName, Dentry d) {
        d.parent = this;
        d.name = childName;
        ConcurrentHashMap<String, SoftReference<Dentry>> map = children;
        if (map == null) {
            map = new ConcurrentHashMap<>(4);
            children = map;
        }
        map.put(childName, new SoftReference<>(d));
    }

    public void markUnlinked() {
        unlinked = true;
    }

    /** Moves the cached child {@code oldName} of this directory to {@code newParent}/{@code newName}. */
    public void moveChild(String oldName, Dentry newParent, String newName) {
        Dentry d = take(oldName);
        newParent.forget(newName);
        if (d != null) {
            newParent.adopt(newName, d);
        }
    }
}
