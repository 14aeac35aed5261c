// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.fs.anon.NamelessInode;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;

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
        NamelessInode inode = newInode(O.S_IFIFO | 0600, creds);
        readEnd.set(new PipeFile(pipe, inode, null, O.O_RDONLY | flags, -1));
        writeEnd.set(new PipeFile(pipe, inode, null, O.O_WRONLY | flags, -1));
    }
}
