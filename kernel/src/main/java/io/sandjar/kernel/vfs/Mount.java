// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A tree attached at a place of another. */
public final class Mount {
    private static final AtomicInteger NEXT_ID = new AtomicInteger(20);

    /** MS_* bits that belong to the mount. */
    public static final int RDONLY = 1;

    public static final int NOSUID = 2;
    public static final int NODEV = 4;
    public static final int NOEXEC = 8;

    // of no effect here, but shown: where times of access are kept it is the host's mount that decides

    public static final int NOATIME = 1024;
    public static final int NODIRATIME = 2048;
    public static final int STRICTATIME = 1 << 24;

    private final int id = NEXT_ID.getAndIncrement();
    private final FileSystem fs;
    private final Dentry root;
    private final String source;
    private volatile int flags;
    private volatile boolean locked;
    private volatile @Nullable Path point;
    private volatile @Nullable MountNamespace namespace;

    /**
     * @param root the part of the file system that is shown (its root, or another directory or file for bind mounts)
     * @param source first field of /proc/mounts
     */
    public Mount(FileSystem fs, Dentry root, String source, int flags) {
        this.fs = fs;
        this.root = root;
        this.source = source;
        this.flags = flags;
    }

    public int id() {
        return id;
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
        this.flags = flags;
    }

    /** Whether it belongs to the sandbox rather than to the guest: see {@link MountOps}. */
    public boolean locked() {
        return locked;
    }

    public void lock() {
        locked = true;
    }

    public boolean readOnly() {
        return (flags & RDONLY) != 0;
    }

    /** Where it is mounted: mount and dentry below it; null for the root of the namespace. */
    public @Nullable Path point() {
        return point;
    }

    /** The tree that it belongs to; null while it is detached. */
    public @Nullable MountNamespace namespace() {
        return namespace;
    }

    void attach(@Nullable MountNamespace ns, @Nullable Path at) {
        namespace = ns;
        point = at;
    }

    public Path rootPath() {
        return new Path(this, root);
    }
}
