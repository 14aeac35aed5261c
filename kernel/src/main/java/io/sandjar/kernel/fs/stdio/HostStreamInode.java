// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.stdio;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.StatLayout;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;

/** The file behind a standard stream, with the attributes that the host tells. */
final class HostStreamInode extends Inode {
    final HostStdio stdio;

    /** -1 once nobody has it open any more. */
    volatile int hostFd;

    private int users;
    private final int mode;
    private final long ino;
    private final long rdev;

    HostStreamInode(HostStdio stdio, FileSystem fs, int hostFd) {
        super(fs);
        this.stdio = stdio;
        this.hostFd = hostFd;
        Stat s = new Stat();
        int r = stat(s);
        mode = r == 0 ? s.mode : 0020666;
        ino = s.ino;
        rdev = s.rdev;
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
        return 0;
    }

    @Override
    public int gid() {
        return 0;
    }

    @Override
    public long rdev() {
        return rdev;
    }

    /** One more description of it; false when it is closed already. */
    synchronized boolean acquire() {
        if (hostFd < 0) {
            return false;
        }
        users++;
        return true;
    }

    /** With the last description the host's descriptor goes too, so that the other end of a pipe hears of it. */
    synchronized void release() {
        if (--users == 0) {
            int fd = hostFd;
            hostFd = -1;
            Sys.close(fd);
        }
    }

    int type() {
        return mode & 0170000;
    }

    @Override
    public int stat(Stat out) {
        Scratch s = Scratch.take();
        try {
            int r = (int) Sys.call(Nr.fstat, hostFd, s.address, 0);
            if (r < 0) {
                return r;
            }
            out.dev = fs.dev();
            out.ino = s.buf.getLong(StatLayout.st_ino);
            out.mode = s.buf.getInt(StatLayout.st_mode);
            out.nlink = (int) s.buf.getLong(StatLayout.st_nlink);
            out.uid = s.buf.getInt(StatLayout.st_uid);
            out.gid = s.buf.getInt(StatLayout.st_gid);
            out.rdev = s.buf.getLong(StatLayout.st_rdev);
            out.size = s.buf.getLong(StatLayout.st_size);
            out.blksize = (int) s.buf.getLong(StatLayout.st_blksize);
            out.blocks = s.buf.getLong(StatLayout.st_blocks);
            out.atimeSec = s.buf.getLong(StatLayout.st_atime);
            out.atimeNsec = (int) s.buf.getLong(StatLayout.st_atime_nsec);
            out.mtimeSec = s.buf.getLong(StatLayout.st_mtime);
            out.mtimeNsec = (int) s.buf.getLong(StatLayout.st_mtime_nsec);
            out.ctimeSec = s.buf.getLong(StatLayout.st_ctime);
            out.ctimeNsec = (int) s.buf.getLong(StatLayout.st_ctime_nsec);
            return 0;
        } finally {
            s.give();
        }
    }

    @Override
    public boolean opensItself() {
        return true;
    }

    /** Opening /dev/stdin and the like again gives a second description of the same stream. */
    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return stdio.reopen(this, flags, out);
    }

    /** Changes of the host's own file are not the guest's to make; pretend, as chown of a pipe would do no harm. */
    @Override
    public int setattr(Caller c, Attr attr) {
        return (attr.valid & Attr.SIZE) != 0 ? -EINVAL : 0;
    }
}
