// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import org.jspecify.annotations.Nullable;

/** open(2): from a path and flags to a description, with all checks that do not belong to one file system. */
public final class Opener {
    private static final int TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
    private static final int NOT_KEPT = O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC | TMPFILE_BIT;

    private Opener() {}

    /**
     * Opens a path.
     *
     * @param mode permission bits of a file that is made, before the umask
     * @param resolve RESOLVE_* bits, 0 for open(2)
     * @return 0, -errno, or {@link Caller#BLOCK} (FIFOs)
     */
    public static int open(
            Caller c, int dirfd, String path, int flags, int mode, long resolve, Ref<FileDescription> out) {
        int r = openIt(c, dirfd, path, flags, mode, resolve, out);
        if (r == 0 && (flags & O_PATH) == 0) {
            FsNotify.event(out.get().path(), Poll.IN_OPEN);
        }
        return r;
    }

    private static int openIt(
            Caller c, int dirfd, String path, int flags, int mode, long resolve, Ref<FileDescription> out) {
        int f = flags;
        if ((f & O_PATH) != 0) {
            f &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        }
        if ((f & TMPFILE_BIT) != 0 && ((f & O_DIRECTORY) == 0 || !writable(f) || (f & O_CREAT) != 0)) {
            return -EINVAL;
        }
        if ((f & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY)) {
            return -EINVAL;
        }
        PathWalk w = new PathWalk(c).resolve(resolve);
        Ref<Path> found = new Ref<>();
        if ((f & O_CREAT) != 0) {
            return create(c, w, dirfd, path, f, mode, found, out);
        }
        int walkFlags = (f & O_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0;
        int r = w.walk(dirfd, path, walkFlags, found);
        if (r != 0) {
            return r;
        }
        if ((f & TMPFILE_BIT) != 0) {
            return tmpfile(c, found.get(), f, mode, out);
        }
        return openPath(c, found.get(), f, out);
    }

    private static int create(
            Caller c,
            PathWalk w,
            int dirfd,
            String path,
            int flags,
            int mode,
            Ref<Path> found,
            Ref<FileDescription> out) {
        int r = w.walkParent(dirfd, path);
        while (r == 0) {
            if (w.lastKind() != PathWalk.Last.NAME) {
                return (flags & O_EXCL) != 0 ? -EEXIST : -EISDIR;
            }
            if (w.trailingSlash()) {
                return -EISDIR;
            }
            r = w.lookupLast(found);
            if (r == 0) {
                if ((flags & O_EXCL) != 0) {
                    return -EEXIST;
                }
                Path p = found.get();
                if (!p.inode().isSymlink() || (flags & O_NOFOLLOW) != 0) {
                    return openPath(c, p, flags, out);
                }
                r = w.followLast(p);
                Path jumped = w.jumpedTo();
                if (r == 1 && jumped != null) {
                    return openPath(c, jumped, flags, out);
                }
                continue;
            }
            if (r != -ENOENT) {
                return r;
            }
            Path dir = w.parent();
            if (dir.mount().readOnly()) {
                return -EROFS;
            }
            r = Permissions.mayCreate(c.creds(), dir);
            if (r != 0) {
                return r;
            }
            Ref<Inode> made = new Ref<>();
            r = dir.inode().mknod(c, w.last(), newMode(c, mode, dir), 0, made);
            if (r == 0) {
                FsNotify.created(dir.inode(), w.last(), false);
                Path p = new Path(dir.mount(), dir.dentry().child(w.last(), made.get()));
                return regular(c, made.get(), p, flags, out);
            }
            if (r == -EEXIST && (flags & O_EXCL) == 0) {
                r = 0; // somebody was faster: it is looked up again
            }
        }
        return r;
    }

    private static int newMode(Caller c, int mode, Path dir) {
        return S_IFREG | (mode & 07777 & ~Permissions.umask(c, dir.inode()));
    }

    private static int tmpfile(Caller c, Path dir, int flags, int mode, Ref<FileDescription> out) {
        if (!dir.inode().isDir()) {
            return -ENOTDIR;
        }
        if (dir.mount().readOnly()) {
            return -EROFS;
        }
        int r = Permissions.mayCreate(c.creds(), dir);
        if (r != 0) {
            return r;
        }
        Ref<Inode> made = new Ref<>();
        r = dir.inode().tmpfile(c, newMode(c, mode, dir), (flags & O_EXCL) == 0, made);
        if (r != 0) {
            return r;
        }
        Inode i = made.get();
        Dentry d = new Dentry(dir.dentry(), "#" + i.ino(), i);
        d.markUnlinked();
        return regular(c, i, new Path(dir.mount(), d), flags, out);
    }

    /** Opens what a walk has found: for open(2), execve(2) and magic links. Flags as open(2) takes them. */
    public static int openPath(Caller c, Path p, int flags, Ref<FileDescription> out) {
        Inode i = p.inode();
        int type = i.mode() & S_IFMT;
        if ((flags & O_DIRECTORY) != 0 && type != S_IFDIR) {
            return -ENOTDIR;
        }
        if ((flags & O_PATH) != 0) {
            out.set(new PathDescription(p, flags));
            return 0;
        }
        int r = check(c, p, i, type, flags);
        if (r != 0) {
            return r;
        }
        if (i.opensItself()) {
            return i.open(c, p, kept(flags), out);
        }
        switch (type) {
            case S_IFIFO, S_IFCHR, S_IFBLK -> {
                SpecialFiles s = specials(p.mount());
                int f = flags & ~NOT_KEPT | O_LARGEFILE;
                if (s == null) {
                    return i.open(c, p, f, out);
                }
                return type == S_IFIFO
                        ? s.openFifo(c, p, f, out)
                        : s.openDevice(c, p, type == S_IFBLK, i.rdev(), f, out);
            }
            case S_IFREG -> {
                if ((flags & O_TRUNC) != 0) {
                    Attr a = new Attr();
                    a.valid = Attr.SIZE;
                    r = i.setattr(c, a);
                    if (r == 0) {
                        FsNotify.event(p, Poll.IN_MODIFY);
                    }
                    if (r != 0 && r != -EROFS) { // files that the kernel makes up cannot be truncated: never mind
                        return r;
                    }
                }
                return regular(c, i, p, flags, out);
            }
            default -> {
                return i.open(c, p, kept(flags), out);
            }
        }
    }

    private static int regular(Caller c, Inode i, Path p, int flags, Ref<FileDescription> out) {
        Dentry d = p.dentry().shared();
        int r = i.open(c, d == p.dentry() ? p : new Path(p.mount(), d), kept(flags), out);
        if (r == 0 && writable(flags)) {
            out.get().countAsWriter(i);
        }
        return r;
    }

    private static int check(Caller c, Path p, Inode i, int type, int flags) {
        boolean write = writable(flags) || (flags & O_TRUNC) != 0;
        switch (type) {
            case S_IFLNK -> {
                return -ELOOP;
            }
            case S_IFDIR -> {
                if (write || (flags & O_CREAT) != 0) {
                    return -EISDIR;
                }
            }
            case S_IFSOCK -> {
                if (!i.opensItself()) {
                    return -ENXIO;
                }
            }
            case S_IFCHR, S_IFBLK -> {
                if ((p.mount().flags() & Mount.NODEV) != 0) {
                    return -EACCES;
                }
            }
            case S_IFREG -> {
                if (write && p.mount().readOnly()) {
                    return -EROFS;
                }
                if (write && i.isRunning()) {
                    int r = Permissions.may(c.creds(), i, Permissions.MAY_WRITE);
                    return r != 0 ? r : -ETXTBSY;
                }
            }
            default -> {}
        }
        int r = Permissions.may(c.creds(), i, Permissions.toOpen(flags));
        if (r == 0 && (flags & O_NOATIME) != 0 && !Permissions.owner(c.creds(), i)) {
            r = -EPERM;
        }
        return r;
    }

    private static @Nullable SpecialFiles specials(Mount m) {
        MountNamespace ns = m.home();
        return ns == null ? null : ns.specials();
    }

    private static int kept(int flags) {
        return flags & ~(NOT_KEPT | O_NOCTTY) | O_LARGEFILE;
    }
}
