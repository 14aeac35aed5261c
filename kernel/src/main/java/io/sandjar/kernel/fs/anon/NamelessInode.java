// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.anon;

import io.sandjar.abi.O;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** The attributes of a file without a name. */
public class NamelessInode extends Inode {
    private final long ino;
    private final long bornMillis = System.currentTimeMillis();
    private volatile int mode;
    private volatile int uid;
    private volatile int gid;

    protected NamelessInode(NamelessFs fs, long ino, int mode, int uid, int gid) {
        super(fs);
        this.ino = ino;
        this.mode = mode;
        this.uid = uid;
        this.gid = gid;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public int mode() {
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

    @Override
    public int stat(Stat out) {
        out.dev = fs.dev();
        out.ino = ino;
        out.mode = mode;
        out.nlink = 1;
        out.uid = uid;
        out.gid = gid;
        out.atimeSec = bornMillis / 1000;
        out.atimeNsec = (int) (bornMillis % 1000) * 1_000_000;
        out.mtimeSec = out.atimeSec;
        out.mtimeNsec = out.atimeNsec;
        out.ctimeSec = out.atimeSec;
        out.ctimeNsec = out.atimeNsec;
        return 0;
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        if ((attr.valid & Attr.MODE) != 0) {
            mode = mode & O.S_IFMT | attr.mode & 07777;
        }
        if ((attr.valid & Attr.UID) != 0) {
            uid = attr.uid;
        }
        if ((attr.valid & Attr.GID) != 0) {
            gid = attr.gid;
        }
        return 0;
    }
}
