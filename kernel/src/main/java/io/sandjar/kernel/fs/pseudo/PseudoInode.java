// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** A file of a {@link PseudoFs}. Mode and owner can be changed and live as long as the object. */
public abstract class PseudoInode extends Inode {
    private final long ino;
    private volatile int mode;
    private volatile int uid;
    private volatile int gid;
    private volatile long mtimeSec;

    /** @param mode type and permission bits */
    protected PseudoInode(PseudoFs fs, long ino, int mode) {
        super(fs);
        this.ino = ino;
        this.mode = mode;
        this.mtimeSec = fs.bornSec();
    }

    @Override
    public final long ino() {
        return ino;
    }

    @Override
    public final int mode() {
        return mode;
    }

    @Override
    public int uid() {
        return uid;
    }

    @Override
    public int gid() {
        return gid;
    }

    /** Gives the file to another owner. */
    public final void own(int newUid, int newGid) {
        uid = newUid;
        gid = newGid;
    }

    public final void chmod(int bits) {
        mode = (mode & 0170000) | (bits & 07777);
    }

    /** Size that stat(2) tells; 0 for generated text as on Linux. */
    protected long size() {
        return 0;
    }

    protected int nlink() {
        return isDir() ? 2 : 1;
    }

    @Override
    public int stat(Stat out) {
        out.dev = fs.dev();
        out.ino = ino;
        out.mode = mode;
        out.nlink = nlink();
        out.uid = uid();
        out.gid = gid();
        out.rdev = rdev();
        out.size = size();
        out.blksize = 4096;
        out.atimeSec = mtimeSec;
        out.mtimeSec = mtimeSec;
        out.ctimeSec = mtimeSec;
        out.btimeSec = ((PseudoFs) fs).bornSec();
        return 0;
    }

    /** The file changed or was used just now. */
    protected final void touch() {
        mtimeSec = System.currentTimeMillis() / 1000;
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        if ((attr.valid & Attr.SIZE) != 0 && isDir()) {
            return -EISDIR;
        }
        if ((attr.valid & Attr.MODE) != 0) {
            chmod(attr.mode);
        }
        if ((attr.valid & Attr.UID) != 0) {
            uid = attr.uid;
        }
        if ((attr.valid & Attr.GID) != 0) {
            gid = attr.gid;
        }
        if ((attr.valid & Attr.MTIME) != 0) {
            mtimeSec = attr.mtimeSec;
        }
        return 0;
    }
}
