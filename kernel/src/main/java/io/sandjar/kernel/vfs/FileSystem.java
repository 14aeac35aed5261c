// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import org.jspecify.annotations.Nullable;

/** One mounted tree of inodes. */
public abstract class FileSystem {
    private static final java.util.concurrent.atomic.AtomicInteger NEXT_DEV =
            new java.util.concurrent.atomic.AtomicInteger(32);

    /** Who watches files of this file system. */
    public final FsNotify notify = new FsNotify();

    private final String type;
    private final long dev;
    private volatile @Nullable FileLocks locks;
    private final OrderedLock renameLock = new OrderedLock(LockLevel.RENAME);

    /** @param type the name in /proc/mounts, e.g. tmpfs */
    protected FileSystem(String type) {
        this.type = type;
        this.dev = Stat.makedev(0, NEXT_DEV.getAndIncrement());
    }

    public final String type() {
        return type;
    }

    /** Device number of its files, major 0 like Linux's anonymous devices. */
    public long dev() {
        return dev;
    }

    /** Locks of its files. */
    final FileLocks locks() {
        FileLocks l = locks;
        if (l == null) {
            synchronized (this) {
                l = locks;
                if (l == null) {
                    l = new FileLocks();
                    locks = l;
                }
            }
        }
        return l;
    }

    final @Nullable FileLocks locksIfAny() {
        return locks;
    }

    /** Held over a rename, so that no directory ends up below itself. What is stacked on another has that one's. */
    public OrderedLock renameLock() {
        return renameLock;
    }

    public abstract Inode root();

    /**
     * Gives back what it holds, of the host above all: the container that it was made for is gone with all its guests, or
     * a guest mounted it and nobody can reach it any more.
     */
    public void close() {}

    // ---- life of a file system that a guest mounted ----

    private volatile UserNamespace owner = UserNamespace.FIRST;
    private volatile boolean readOnly;
    private volatile boolean endsUnmounted;
    private volatile @Nullable MountWorld world;
    private final java.util.concurrent.atomic.AtomicInteger mounts = new java.util.concurrent.atomic.AtomicInteger();
    private final java.util.concurrent.atomic.AtomicInteger users = new java.util.concurrent.atomic.AtomicInteger();

    private final java.util.concurrent.atomic.AtomicInteger writers = new java.util.concurrent.atomic.AtomicInteger();

    /** Whose it is: who is privileged there may change it as a whole. */
    public final UserNamespace owner() {
        return owner;
    }

    public final void setOwner(UserNamespace u) {
        owner = u;
    }

    /** Whether nobody may write to it, through whichever mount. */
    public final boolean readOnly() {
        return readOnly;
    }

    public final void setReadOnly(boolean yes) {
        readOnly = yes;
    }

    /** Whether it shows files of others, which it may have to copy before they change. */
    public boolean isStacked() {
        return false;
    }

    /** MS_* bits that all mounts of it have for good, because what it shows has them. */
    public int forcedFlags() {
        return 0;
    }

    /** Whether it cannot be made writable. */
    public boolean neverWritable() {
        return false;
    }

    /** It is {@linkplain #close closed} when it is no longer mounted anywhere and nobody is in it. */
    public final void endUnmounted() {
        endsUnmounted = true;
    }

    protected final boolean endsUnmounted() {
        return endsUnmounted;
    }

    final void setWorld(MountWorld w) {
        world = w;
    }

    /** Counts its mounts: how many there are now. */
    final int mounted(int more) {
        return mounts.addAndGet(more);
    }

    public final boolean isMounted() {
        return mounts.get() > 0;
    }

    /** Counts open descriptions of its files, and file systems that lie on it. */
    public final void use(int n) {
        if (users.addAndGet(n) == 0) {
            MountWorld w = world;
            if (w != null && !isMounted()) {
                Thread.ofVirtual().start(w::sweep); // the last file of what was unmounted before
            }
        }
    }

    final void write(int n) {
        writers.addAndGet(n);
    }

    final boolean isWritten() {
        return writers.get() > 0;
    }

    final boolean inUse() {
        return users.get() > 0;
    }

    public abstract void statfs(StatFs out);

    /**
     * Whether a name looked up before may be used again without asking.
     *
     * @return false to have every path walk call {@link Inode#lookup} (proc, live host directories)
     */
    public boolean cachesNames() {
        return true;
    }

    /** Options as in the fourth field of /proc/mounts beyond ro/rw, e.g. {@code size=1024k}; may be empty. */
    public String options() {
        return "";
    }

    /** statfs(2). Sizes in blocks of {@code bsize}. */
    public static final class StatFs {
        public long type;
        public long bsize = 4096;
        public long blocks;
        public long bfree;
        public long bavail;
        public long files;
        public long ffree;
        public long namelen = 255;
    }

    /** Whether a name could ever be added; else not even a look-up for a new one succeeds (ENOENT), whoever asks. */
    public boolean mayHaveNames() {
        return true;
    }
}
