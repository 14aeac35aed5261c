// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A file system whose files are made by the kernel and lie nowhere: /dev, /proc, /sys. */
public class PseudoFs extends FileSystem {
    private final long magic;
    private final AtomicLong nextIno = new AtomicLong(1);
    private final long bornSec = System.currentTimeMillis() / 1000;
    private @Nullable Inode root;

    /** @param magic f_type of statfs(2) */
    public PseudoFs(String type, long magic) {
        super(type);
        this.magic = magic;
    }

    /** Sets the root; once, before the file system is mounted. */
    public final void setRoot(Inode root) {
        this.root = root;
    }

    @Override
    public final Inode root() {
        Inode r = root;
        if (r == null) {
            throw new IllegalStateException("no root yet");
        }
        return r;
    }

    public final long newIno() {
        return nextIno.getAndIncrement();
    }

    /** When the file system was made; time stamp of files that have no better one. */
    public final long bornSec() {
        return bornSec;
    }

    /** Permission bits of directories that say nothing else. */
    protected int directoryPermissions() {
        return 0555;
    }

    /** What an attempt to make a file gives, negative. */
    protected int createError() {
        return -io.sandjar.abi.Errno.EPERM;
    }

    @Override
    public void statfs(StatFs out) {
        out.type = magic;
    }
}
