// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import org.jspecify.annotations.Nullable;

/** A place held by a descriptor without opening the file (O_PATH). */
public final class PathDescription extends FileDescription {
    private final Inode inode;
    private @Nullable Mount tree;

    PathDescription(Path path, int flags) {
        super(path, O_PATH | (flags & (O_DIRECTORY | O_NOFOLLOW)));
        inode = path.inode();
        inode.pin();
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return -EBADF;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return -EBADF;
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return -EBADF;
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return -EBADF;
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        return -EBADF;
    }

    @Override
    public long getdents(Caller c, DirSink sink) {
        return -EBADF;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return -EBADF;
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return -EBADF;
    }

    @Override
    public long ftruncate(Caller c, long size) {
        return -EBADF;
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        return -EBADF;
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        return -EBADF;
    }

    /** What open_tree(2) without a copy gives. */
    public static PathDescription of(Path p) {
        return new PathDescription(p, 0);
    }

    /** A descriptor that a tree hangs on which is mounted nowhere: the tree goes with it, unless it is mounted by then. */
    public static PathDescription ofTree(Path top) {
        PathDescription d = new PathDescription(top, 0);
        d.tree = top.mount();
        return d;
    }

    @Override
    protected void onRelease() {
        inode.unpin();
        Mount m = tree;
        if (m != null) {
            MountOps.dissolve(m);
        }
    }
}
