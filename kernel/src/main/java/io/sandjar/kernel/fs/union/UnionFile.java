// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/**
 * An open regular file of a {@link UnionFs}: the layer's description does the work. One that was opened for reading before
 * the file was copied up goes on with the copy.
 */
final class UnionFile extends FileDescription {
    private final UnionNode node;
    private volatile Inode file;
    private volatile FileDescription below;

    /** Descriptions of the lower file that were given up: mappings and reads may still be under way. Guarded by this. */
    private final FileDescription before;

    UnionFile(Path path, UnionNode node, int flags, Inode file, FileDescription below) {
        super(path, flags);
        this.node = node;
        this.file = file;
        this.below = below;
        this.before = below;
        node.pin();
    }

    @Override
    public Inode inode() {
        return node;
    }

    /** The description that does the work now. */
    private FileDescription below(Caller c) {
        return file == node.real() ? below : changed(c);
    }

    private synchronized FileDescription changed(Caller c) {
        Inode now = node.real();
        Ref<FileDescription> ref = new Ref<>();
        if (file != now && UnionNode.openReal(c, now, flags(), ref) == 0) {
            FileDescription d = ref.get();
            long pos = below.lseek(c, 0, SEEK_CUR);
            if (pos > 0) {
                d.lseek(c, pos, SEEK_SET);
            }
            below = d;
            file = now;
        }
        return below;
    }

    @Override
    public void setFlags(int flags) {
        super.setFlags(flags);
        below.setFlags(flags);
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return below(c).read(c, dst);
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return below(c).write(c, src);
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return below(c).pread(c, dst, off);
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return below(c).pwrite(c, src, off);
    }

    @Override
    public long pwriteNoAppend(Caller c, IoBuffer src, long off) {
        return below(c).pwriteNoAppend(c, src, off);
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        return below(c).lseek(c, off, whence);
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return below(c).ioctl(c, cmd, arg);
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return below(c).fsync(c, dataOnly);
    }

    @Override
    public long ftruncate(Caller c, long size) {
        return below(c).ftruncate(c, size);
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        return below(c).fallocate(c, mode, off, len);
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        return below(c).mapFd(c, prot, mapFlags);
    }

    @Override
    protected synchronized void onRelease() {
        below.release();
        if (before != below) {
            before.release();
        }
        node.unpin();
    }
}
