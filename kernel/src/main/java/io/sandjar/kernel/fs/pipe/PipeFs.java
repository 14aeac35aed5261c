// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.fs.anon.NamelessInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import java.util.Objects;

/** The file system of nameless pipes. */
public final class PipeFs extends NamelessFs {
    private static final long PIPEFS_MAGIC = 0x50495045;

    public PipeFs() {
        super("pipefs", PIPEFS_MAGIC);
    }

    /**
     * Makes a pipe.
     *
     * @param flags O_NONBLOCK or O_DIRECT or none, for both ends
     */
    public void pipe(Creds creds, int flags, Ref<FileDescription> readEnd, Ref<FileDescription> writeEnd) {
        Pipe pipe = new Pipe();
        PipeInode inode = new PipeInode(this, nextIno(), creds, pipe);
        readEnd.set(new PipeFile(pipe, inode, null, O.O_RDONLY | flags, -1));
        writeEnd.set(new PipeFile(pipe, inode, null, O.O_WRONLY | flags, -1));
    }

    /** The attributes of a pipe; opened anew through /proc/PID/fd. */
    private static final class PipeInode extends NamelessInode {
        PipeInode(PipeFs fs, long ino, Creds creds, Pipe pipe) {
            super(fs, ino, O.S_IFIFO | 0600, creds.fsuid(), creds.fsgid());
            binding = pipe;
        }

        @Override
        public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
            Pipe pipe = (Pipe) Objects.requireNonNull(binding);
            out.set(new PipeFile(pipe, this, null, flags & ~Fifo.NOT_KEPT, -1)); // without waiting for anybody
            return 0;
        }
    }
}
