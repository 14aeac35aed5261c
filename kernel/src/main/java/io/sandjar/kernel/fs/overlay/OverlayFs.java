// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;
import java.util.concurrent.ConcurrentHashMap;

/** A lower tree that is only read, with all changes in memory above it. */
public final class OverlayFs extends NodeFs {
    private final FileSystem lower;
    private final DirNode root;
    private final long rootDev;
    private final ConcurrentHashMap<Long, Integer> devices = new ConcurrentHashMap<>();

    /** @param maxPages how many pages of 4 KiB the changes may take, Long.MAX_VALUE for no limit */
    public OverlayFs(FileSystem lower, FileStore store, long maxPages) {
        super("overlay", store, maxPages, Long.MAX_VALUE, 1L << 40);
        this.lower = lower;
        Stat s = new Stat();
        lower.root().stat(s);
        this.rootDev = s.dev;
        this.root = new DirNode(this, lower.root(), s.ino, null, "");
        root.pinned = true;
    }

    /** Numbers of other file systems below the root get a prefix, since all show one device. */
    @Override
    long lowerIno(long dev, long ino) {
        if (dev == rootDev) {
            return ino;
        }
        Integer n = devices.get(dev);
        if (n == null) {
            synchronized (devices) {
                n = devices.get(dev);
                if (n == null) {
                    n = devices.size() + 1;
                    devices.put(dev, n);
                }
            }
        }
        return ino + ((long) n << PREFIX);
    }

    static final int PREFIX = 48;

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public void close() {
        lower.close();
    }

    @Override
    public void statfs(StatFs out) {
        if (pages.limit() == Long.MAX_VALUE) {
            lower.statfs(out);
        } else {
            super.statfs(out); // what may be added; what is below counts for nothing
        }
        out.type = 0x794c7630;
    }
}
