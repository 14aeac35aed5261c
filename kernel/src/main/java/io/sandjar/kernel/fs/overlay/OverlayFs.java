// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import io.sandjar.kernel.fs.InoSpaces;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** A lower tree that is only read, with all changes in memory above it. */
public final class OverlayFs extends NodeFs {
    private final FileSystem lower;
    private final DirNode root;
    private final InoSpaces numbers;

    /** @param maxPages how many pages of 4 KiB the changes may take, Long.MAX_VALUE for no limit */
    public OverlayFs(FileSystem lower, FileStore store, long maxPages) {
        super("overlay", store, maxPages, Long.MAX_VALUE, 1L << 40);
        this.lower = lower;
        Stat s = new Stat();
        lower.root().stat(s);
        this.numbers = new InoSpaces(s.dev);
        this.root = new DirNode(this, lower.root(), s.ino, null, "");
        root.pinned = true;
    }

    @Override
    long lowerIno(long dev, long ino) {
        return numbers.number(dev, ino);
    }

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
