// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.vfs.Attr;

/** Changes of owner, mode and times on the host: of a name in a directory, or of an open file whatever its name is. */
final class HostAttr {
    private HostAttr() {}

    /** By name, never through a link; everything but the size. */
    static int set(int dir, String name, Attr a) {
        int r = 0;
        if ((a.valid & (Attr.UID | Attr.GID)) != 0) {
            r = HostFs.nameCall(Nr.fchownat, dir, name, uid(a), gid(a), AT_SYMLINK_NOFOLLOW);
        }
        if (r == 0 && (a.valid & Attr.MODE) != 0) {
            r = chmod(dir, name, a.mode);
        }
        if (r == 0 && (a.valid & (Attr.ATIME | Attr.MTIME)) != 0) {
            r = HostFs.utimens(dir, name, a.atimeSec, atime(a), a.mtimeSec, mtime(a));
        }
        return r;
    }

    /** Of an open file; everything but the size. */
    static int set(int fd, Attr a) {
        int r = 0;
        if ((a.valid & (Attr.UID | Attr.GID)) != 0) {
            r = (int) Sys.call(Nr.fchown, fd, uid(a), gid(a));
        }
        if (r == 0 && (a.valid & Attr.MODE) != 0) {
            r = (int) Sys.call(Nr.fchmod, fd, a.mode & 07777, 0);
        }
        if (r == 0 && (a.valid & (Attr.ATIME | Attr.MTIME)) != 0) {
            r = HostFs.utimens(fd, a.atimeSec, atime(a), a.mtimeSec, mtime(a));
        }
        return r;
    }

    private static long uid(Attr a) {
        return (a.valid & Attr.UID) != 0 ? a.uid : -1;
    }

    private static long gid(Attr a) {
        return (a.valid & Attr.GID) != 0 ? a.gid : -1;
    }

    private static long atime(Attr a) {
        return (a.valid & Attr.ATIME) != 0 ? a.atimeNsec : UTIME_OMIT;
    }

    private static long mtime(Attr a) {
        return (a.valid & Attr.MTIME) != 0 ? a.mtimeNsec : UTIME_OMIT;
    }

    static int chmod(int dir, String name, int mode) {
        int r = HostFs.nameCall(Nr.fchmodat2, dir, name, mode, AT_SYMLINK_NOFOLLOW, 0);
        if (r != -ENOSYS) {
            return r;
        }
        int f = HostFs.open(dir, name, O_RDONLY | O_NONBLOCK, 0); // before Linux 6.6
        if (f < 0) {
            return f;
        }
        r = (int) Sys.call(Nr.fchmod, f, mode, 0);
        Sys.close(f);
        return r;
    }
}
