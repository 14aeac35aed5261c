// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Ioctl;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/** An open end of a pipe, or a FIFO that is open for one or both ways. */
public final class PipeFile extends FileDescription {
    private final Pipe pipe;
    private final Inode inode;
    private final boolean reader;
    private final boolean writer;
    private final int writersBefore;

    /** Counts itself in; the end is closed when the last reference goes. */
    PipeFile(Pipe pipe, Inode inode, @Nullable Path path, int flags, int writersBefore) {
        super(path, flags);
        this.pipe = pipe;
        this.inode = inode;
        this.reader = (flags & 3) != 1;
        this.writer = (flags & 3) != 0;
        this.writersBefore = writersBefore;
        pipe.open(reader, writer);
    }

    /** The buffer; for splice(2) and fcntl(2). */
    public Pipe pipe() {
        return pipe;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String describe() {
        return "pipe:[" + inode.ino() + "]";
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return pipe.read(dst);
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return pipe.write(src, (flags() & O.O_DIRECT) != 0);
    }

    @Override
    public boolean writesAll() {
        return true;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return cmd == Ioctl.FIONREAD ? c.mem().writeInt(arg, pipe.available()) : -ENOTTY;
    }

    @Override
    public int poll() {
        return pipe.poll(reader, writer, writersBefore);
    }

    @Override
    public WaitQueue waitQueue() {
        return pipe.queue();
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    protected void onRelease() {
        pipe.close(reader, writer);
    }
}
