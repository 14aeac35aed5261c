// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import org.jspecify.annotations.Nullable;

/**
 * Names that come and go in a directory of the host that is written through. The host makes everything as the kernel's user with few
 * rights; owner and mode that the guest means are set afterwards.
 */
final class HostNames {
    private HostNames() {}

    /** The fence of this file system: nothing but one component ever goes to the host. */
    static void checkName(String child) {
        if (child.isEmpty() || child.equals(".") || child.equals("..") || child.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not a component: " + child);
        }
    }

    /** The directory's descriptor, for a change of {@code child}; -errno. */
    private static int begin(HostInode dir, String child) {
        checkName(child);
        return dir.host().writable() ? dir.acquire() : -EROFS;
    }

    // ---- making ----

    static int mknod(Caller c, HostInode dir, String child, int mode, long rdev, Ref<Inode> out) {
        int type = mode & S_IFMT;
        boolean whiteout = type == S_IFCHR && rdev == 0; // of overlays: it is no device
        if (!whiteout && (type == S_IFCHR || type == S_IFBLK)) {
            return -EPERM;
        }
        int d = begin(dir, child);
        if (d < 0) {
            return d;
        }
        int r = type == S_IFREG ? file(c, dir, d, child, mode) : other(c, dir, d, child, mode, Nr.mknodat);
        r = r == 0 ? made(dir, d, child, out) : r;
        dir.release();
        return r;
    }

    static int mkdir(Caller c, HostInode dir, String child, int mode, Ref<Inode> out) {
        int d = begin(dir, child);
        if (d < 0) {
            return d;
        }
        int r = other(c, dir, d, child, mode, Nr.mkdirat);
        r = r == 0 ? made(dir, d, child, out) : r;
        dir.release();
        return r;
    }

    private static int file(Caller c, HostInode dir, int d, String child, int mode) {
        int f = HostFs.open(d, child, O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (f < 0) {
            return f;
        }
        own(c, dir, f, mode);
        Sys.close(f);
        return 0;
    }

    /** Gives a new file its owner, as far as the host lets us, and its mode. */
    private static void own(Caller c, HostInode dir, int f, int mode) {
        Sys.call(Nr.fchown, f, c.creds().fsuid(), newGid(c, dir));
        Sys.call(Nr.fchmod, f, permissions(dir, mode), 0);
    }

    private static int other(Caller c, HostInode dir, int d, String child, int mode, int nr) {
        int r = HostFs.nameCall(nr, d, child, mode, 0, 0);
        if (r == 0) {
            HostFs.nameCall(Nr.fchownat, d, child, c.creds().fsuid(), newGid(c, dir), AT_SYMLINK_NOFOLLOW);
            int inherited = nr == Nr.mkdirat ? dir.mode() & S_ISGID : 0;
            HostAttr.chmod(d, child, permissions(dir, mode) | inherited);
        }
        return r;
    }

    private static int made(HostInode dir, int d, String child, Ref<Inode> out) {
        HostStat s = new HostStat();
        int r = HostFs.statx(d, child, s);
        if (r == 0) {
            out.set(dir.host().inode(dir, child, s));
        }
        return r;
    }

    private static int newGid(Caller c, HostInode dir) {
        return (dir.mode() & S_ISGID) != 0 ? dir.gid() : c.creds().fsgid();
    }

    private static int permissions(HostInode dir, int mode) {
        Acl list = dir.defaultAcl();
        return (list == null ? mode : list.createdMode(mode)) & 07777;
    }

    static int symlink(Caller c, HostInode dir, String child, String text) {
        int d = begin(dir, child);
        if (d < 0) {
            return d;
        }
        int r = HostFs.symlink(text, d, child);
        if (r == 0) {
            HostFs.nameCall(Nr.fchownat, d, child, c.creds().fsuid(), newGid(c, dir), AT_SYMLINK_NOFOLLOW);
        }
        dir.release();
        return r;
    }

    static int link(HostInode dir, String child, HostInode from) {
        if (from.isNameless()) {
            return linkNameless(dir, child, from);
        }
        if (from.parent() == null) {
            return -EPERM;
        }
        int d = begin(dir, child);
        if (d < 0) {
            return d;
        }
        int f = from.openThis(O_PATH);
        int r = f;
        if (f >= 0) {
            r = HostFiles.link(f, d, child);
            Sys.close(f);
        }
        dir.release();
        return r;
    }

    private static int linkNameless(HostInode dir, String child, HostInode from) {
        HostFile open = from.anyOpen(false);
        if (open == null) {
            return -ENOENT;
        }
        int d = begin(dir, child);
        int r = d;
        if (d >= 0) {
            r = HostFiles.link(open.hostFd(), d, child);
            dir.release();
        }
        open.release();
        if (r == 0) {
            from.moved(dir, child, from.lastStat());
            from.changed();
        }
        return r;
    }

    /** The descriptor of a nameless file stays with its inode until that is opened. */
    static int tmpfile(Caller c, HostInode dir, int mode, boolean linkable, Ref<Inode> out) {
        if (!dir.host().writable()) {
            return -EROFS;
        }
        int f = HostFds.hasRoom() ? dir.openChild(".", O_TMPFILE | O_RDWR | (linkable ? 0 : O_EXCL)) : -ENFILE;
        if (f < 0) {
            return f;
        }
        own(c, dir, f, mode);
        HostStat s = new HostStat();
        int r = HostFs.statx(f, "", s);
        if (r != 0) {
            Sys.close(f);
            return r;
        }
        out.set(dir.host().nameless(s, f));
        return 0;
    }

    // ---- removing ----

    static int unlink(HostInode dir, String child) {
        return remove(dir, child, 0);
    }

    /** Whoever is in the directory goes on to be in it. */
    static int rmdir(HostInode dir, String child) {
        HostInode gone = inUse(dir, child);
        int held = gone == null ? -1 : gone.acquire();
        int r = remove(dir, child, AT_REMOVEDIR);
        if (gone != null && held >= 0) {
            gone.release();
        }
        return r;
    }

    /** The inode object of a name, if there is one. */
    private static @Nullable HostInode inUse(HostInode dir, String child) {
        int d = begin(dir, child);
        if (d < 0) {
            return null;
        }
        HostStat s = new HostStat();
        int r = HostFs.statx(d, child, s);
        dir.release();
        return r == 0 ? dir.host().known(s) : null;
    }

    private static int remove(HostInode dir, String child, int flags) {
        int d = begin(dir, child);
        if (d < 0) {
            return d;
        }
        int r = HostFs.nameCall(Nr.unlinkat, d, child, flags, 0, 0);
        dir.release();
        return r;
    }

    // ---- moving ----

    static int rename(Caller c, HostInode from, String oldName, HostInode to, String newName, int flags) {
        int r = moveName(from, oldName, to, newName, flags);
        if (r == 0) {
            Ref<Inode> moved = new Ref<>(); // looking up tells inodes that are in use their new names
            to.lookup(c, newName, moved);
            if ((flags & RENAME_EXCHANGE) != 0) {
                from.lookup(c, oldName, moved);
            }
        }
        return r;
    }

    private static int moveName(HostInode a, String aName, HostInode b, String bName, int flags) {
        checkName(bName);
        int x = begin(a, aName);
        if (x < 0) {
            return x;
        }
        int y = b.acquire();
        if (y < 0) {
            a.release();
            return y;
        }
        int r = HostFs.twoNames(Nr.renameat2, x, aName, y, bName, flags);
        a.release();
        b.release();
        return r;
    }
}
