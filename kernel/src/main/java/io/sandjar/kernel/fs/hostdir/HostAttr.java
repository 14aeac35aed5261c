// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.vfs.Attr;

/** Changes of owner, mode and times on the host: of a file that is open, or at least known by a descriptor with O_PATH. */
final class HostAttr {
    private HostAttr() {}

    /** By a descriptor with O_PATH, of a link as well; everything but the size. */
    static int setByPath(int fd, Attr a) {
        int r = 0;
        if ((a.valid & (Attr.UID | Attr.GID)) != 0) {
            r = HostFs.nameCall(Nr.fchownat, fd, "", uid(a), gid(a), AT_EMPTY_PATH);
        }
        if (r == 0 && (a.valid & Attr.MODE) != 0) {
            r = chmod(fd, a.mode);
        }
        if (r == 0 && (a.valid & (Attr.ATIME | Attr.MTIME)) != 0) {
            r = HostFs.utimens(fd, "", a.atimeSec, atime(a), a.mtimeSec, mtime(a));
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
        return r != -ENOSYS ? r : chmodOpened(HostFs.open(dir, name, O_RDONLY | O_NONBLOCK, 0), mode);
    }

    private static int chmod(int path, int mode) {
        int r = HostFs.nameCall(Nr.fchmodat2, path, "", mode, AT_EMPTY_PATH, 0);
        return r != -ENOSYS ? r : chmodOpened(HostFs.reopen(path, O_RDONLY | O_NONBLOCK), mode);
    }

    /** Before Linux 6.6: by a descriptor, which is closed, or the error of opening it. */
    private static int chmodOpened(int fd, int mode) {
        if (fd < 0) {
            return fd;
        }
        int r = (int) Sys.call(Nr.fchmod, fd, mode, 0);
        Sys.close(fd);
        return r;
    }
}
