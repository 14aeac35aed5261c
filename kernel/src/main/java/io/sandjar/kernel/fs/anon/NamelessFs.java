// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.anon;

import io.sandjar.abi.O;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import java.util.concurrent.atomic.AtomicLong;

/** A file system that is mounted nowhere: the home of pipes, event counters and other files without a path. */
public class NamelessFs extends FileSystem {
    private final AtomicLong nextIno = new AtomicLong(1);
    private final long magic;
    private final NamelessInode root;

    public NamelessFs(String type, long magic) {
        super(type);
        this.magic = magic;
        root = new NamelessInode(this, nextIno.getAndIncrement(), O.S_IFDIR | 0555, 0, 0);
    }

    protected final long nextIno() {
        return nextIno.getAndIncrement();
    }

    public final NamelessInode newInode(int mode, Creds creds) {
        return new NamelessInode(this, nextIno.getAndIncrement(), mode, creds.fsuid(), creds.fsgid());
    }

    @Override
    public final Inode root() {
        return root;
    }

    @Override
    public final void statfs(StatFs out) {
        out.type = magic;
    }
}
