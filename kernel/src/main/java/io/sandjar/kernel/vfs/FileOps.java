// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import org.jspecify.annotations.Nullable;

/** Changes of names: what mkdir, mknod, link, symlink, unlink, rmdir and rename have in common over file systems. */
public final class FileOps {
    private FileOps() {}

    /** Finds the place for a new name; the walk then holds its directory. */
    public static int newName(PathWalk w, int dirfd, String path, boolean directory, Creds creds) {
        int r = w.walkParent(dirfd, path);
        if (r != 0) {
            return r;
        }
        if (w.lastKind() != PathWalk.Last.NAME) {
            return -EEXIST;
        }
        r = w.lookupLast(new Ref<>());
        if (r == 0) {
            return -EEXIST;
        }
        if (r != -ENOENT || (w.trailingSlash() && !directory)) {
            return r;
        }
        if (w.parent().mount().readOnly()) {
            return -EROFS;
        }
        return Permissions.mayCreate(creds, w.parent());
    }

    /** Tells those who watch the directory, if {@code r} is success. */
    private static int created(PathWalk w, boolean directory, int r) {
        if (r == 0) {
            FsNotify.created(w.parent().inode(), w.last(), directory);
        }
        return r;
    }

    public static int mkdir(Caller c, int dirfd, String path, int mode) {
        PathWalk w = new PathWalk(c);
        int r = newName(w, dirfd, path, true, c.creds());
        if (r != 0) {
            return r;
        }
        Inode dir = w.parent().inode();
        return created(w, true, dir.mkdir(c, w.last(), mode & 01777 & ~Permissions.umask(c, dir), new Ref<>()));
    }

    /**
     * Makes a file of any type but directory and link; also for bind(2) of a UNIX socket. The caller has checked
     * CAP_MKNOD.
     *
     * @param mode type and permission bits, before the umask
     * @param out where it is; null when nobody asks
     */
    public static int mknod(Caller c, int dirfd, String path, int mode, long rdev, @Nullable Ref<Path> out) {
        PathWalk w = new PathWalk(c);
        int r = newName(w, dirfd, path, false, c.creds());
        if (r != 0) {
            return r;
        }
        Ref<Inode> made = new Ref<>();
        Path dir = w.parent();
        int kept = mode & (S_IFMT | 07777 & ~Permissions.umask(c, dir.inode()));
        r = created(w, false, dir.inode().mknod(c, w.last(), kept, rdev, made));
        if (r == 0 && out != null) {
            out.set(new Path(dir.mount(), dir.dentry().child(w.last(), made.get())));
        }
        return r;
    }

    public static int symlink(Caller c, String target, int dirfd, String path) {
        if (target.isEmpty()) {
            return -ENOENT;
        }
        PathWalk w = new PathWalk(c);
        int r = newName(w, dirfd, path, false, c.creds());
        return r != 0 ? r : created(w, false, w.parent().inode().symlink(c, w.last(), target));
    }

    public static int link(Caller c, Path old, int dirfd, String path) {
        PathWalk w = new PathWalk(c);
        int r = newName(w, dirfd, path, false, c.creds());
        if (r != 0) {
            return r;
        }
        Inode i = old.inode();
        if (old.mount() != w.parent().mount() || i.fs != w.parent().inode().fs) {
            return -EXDEV;
        }
        if (i.isDir()) {
            return -EPERM;
        }
        r = created(w, false, w.parent().inode().link(c, w.last(), i));
        if (r == 0) {
            FsNotify.event(i, Poll.IN_ATTRIB);
        }
        return r;
    }

    public static int unlink(Caller c, int dirfd, String path) {
        PathWalk w = new PathWalk(c);
        Ref<Path> found = new Ref<>();
        int r = w.walkParent(dirfd, path);
        if (r != 0) {
            return r;
        }
        if (w.lastKind() != PathWalk.Last.NAME) {
            return -EISDIR;
        }
        r = victim(c, w, found);
        if (r != 0) {
            return r;
        }
        Path p = found.get();
        if (p.inode().isDir()) {
            return -EISDIR;
        }
        if (w.trailingSlash()) {
            return -ENOTDIR;
        }
        r = w.parent().inode().unlink(c, w.last());
        if (r == 0) {
            p.dentry().markGone();
            Dentry dir = w.parent().dentry();
            if (dir.cachedChild(w.last()) != null) { // something was mounted on it once
                dir.forget(w.last());
            }
            MountOps.nameGone(p.dentry());
            FsNotify.deleted(w.parent().inode(), w.last(), p.inode());
        }
        return r;
    }

    public static int rmdir(Caller c, int dirfd, String path) {
        PathWalk w = new PathWalk(c);
        Ref<Path> found = new Ref<>();
        int r = w.walkParent(dirfd, path);
        if (r != 0) {
            return r;
        }
        switch (w.lastKind()) {
            case DOT -> {
                return -EINVAL;
            }
            case DOTDOT -> {
                return -ENOTEMPTY;
            }
            case ROOT -> {
                return -EBUSY;
            }
            case NAME -> {}
        }
        r = victim(c, w, found);
        if (r != 0) {
            return r;
        }
        if (!found.get().inode().isDir()) {
            return -ENOTDIR;
        }
        r = w.parent().inode().rmdir(c, w.last());
        if (r == 0) {
            w.parent().dentry().forget(w.last());
            found.get().dentry().markUnlinked();
            MountOps.nameGone(found.get().dentry());
            FsNotify.deleted(w.parent().inode(), w.last(), found.get().inode());
        }
        return r;
    }

    /** Looks up the name to be removed and checks that it may be. */
    private static int victim(Caller c, PathWalk w, Ref<Path> found) {
        Path dir = w.parent();
        if (dir.mount().readOnly()) {
            return -EROFS;
        }
        int r = w.lookupLast(found);
        if (r != 0) {
            return r;
        }
        Path p = found.get();
        if (busy(p, dir)) {
            return -EBUSY;
        }
        return Permissions.mayDelete(c.creds(), dir.inode(), p.inode());
    }

    public static int rename(Caller c, int oldDirfd, String oldPath, int newDirfd, String newPath, int flags) {
        if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) != 0
                || ((flags & RENAME_EXCHANGE) != 0 && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) != 0)) {
            return -EINVAL;
        }
        PathWalk from = new PathWalk(c);
        PathWalk to = new PathWalk(c);
        int r = from.walkParent(oldDirfd, oldPath);
        if (r == 0) {
            r = to.walkParent(newDirfd, newPath);
        }
        if (r != 0) {
            return r;
        }
        Mount mount = from.parent().mount();
        if (mount != to.parent().mount()) {
            return -EXDEV;
        }
        if (from.lastKind() != PathWalk.Last.NAME) {
            return -EBUSY;
        }
        if (to.lastKind() != PathWalk.Last.NAME) {
            return (flags & RENAME_NOREPLACE) != 0 ? -EEXIST : -EBUSY;
        }
        if (mount.readOnly()) {
            return -EROFS;
        }
        Ref<Path> moving = new Ref<>();
        if (mount.fs().isStacked()
                && from.lookupLast(moving) == 0
                && Permissions.mayDelete(
                                c.creds(), from.parent().inode(), moving.get().inode())
                        == 0) {
            r = moving.get().inode().prepareMove(c);
            if (r != 0) {
                return r;
            }
        }
        OrderedLock lock = mount.fs().renameLock();
        lock.lock();
        try {
            return renameLocked(c, from, to, flags);
        } finally {
            lock.unlock();
        }
    }

    private static int renameLocked(Caller c, PathWalk from, PathWalk to, int flags) {
        Path oldDir = from.parent();
        Path newDir = to.parent();
        Ref<Path> found = new Ref<>();
        int r = from.lookupLast(found);
        if (r != 0) {
            return r;
        }
        Path old = found.get();
        r = to.lookupLast(found);
        Path replaced = r == 0 ? found.get() : null;
        if (r != 0 && r != -ENOENT) {
            return r;
        }
        boolean exchange = (flags & RENAME_EXCHANGE) != 0;
        if (replaced != null && (flags & RENAME_NOREPLACE) != 0) {
            return -EEXIST;
        }
        if (replaced == null && exchange) {
            return -ENOENT;
        }
        boolean dir = old.inode().isDir();
        if (!dir && (from.trailingSlash() || (!exchange && to.trailingSlash()))) {
            return -ENOTDIR;
        }
        if (exchange
                && replaced != null
                && to.trailingSlash()
                && !replaced.inode().isDir()) {
            return -ENOTDIR;
        }
        if (busy(old, oldDir) || (replaced != null && busy(replaced, newDir))) {
            return -EBUSY;
        }
        if (dir && within(newDir.dentry(), old.dentry())) {
            return -EINVAL;
        }
        if (replaced != null && replaced.inode().isDir() && within(oldDir.dentry(), replaced.dentry())) {
            return exchange ? -EINVAL : -ENOTEMPTY;
        }
        r = mayRename(c.creds(), oldDir.inode(), old.inode(), newDir, replaced, exchange);
        if (r != 0) {
            return r;
        }
        if (replaced != null && replaced.inode().identity().equals(old.inode().identity())) {
            return 0;
        }
        r = oldDir.inode().rename(c, from.last(), newDir.inode(), to.last(), flags);
        if (r != 0) {
            return r;
        }
        oldDir.dentry().forget(from.last());
        newDir.dentry().forget(to.last());
        if (replaced != null && !exchange) {
            replaced.dentry().markGone();
            MountOps.nameGone(replaced.dentry());
            FsNotify.replaced(replaced.inode());
        }
        if (dir) {
            to.lookupLast(found); // moves its dentry
        } else {
            Dentry.moved(old.inode(), oldDir.dentry(), from.last(), newDir.dentry(), to.last());
        }
        if (exchange && replaced != null && !replaced.inode().isDir()) {
            Dentry.moved(replaced.inode(), newDir.dentry(), to.last(), oldDir.dentry(), from.last());
        }
        if (exchange && replaced != null && replaced.inode().isDir()) {
            from.lookupLast(found);
        }
        FsNotify.moved(oldDir.inode(), from.last(), newDir.inode(), to.last(), old.inode());
        return 0;
    }

    private static boolean busy(Path p, Path dir) {
        return p.mount() != dir.mount() || MountOps.pins(p);
    }

    /** Whether {@code d} is {@code top} or below it. */
    static boolean within(Dentry d, Dentry top) {
        for (Dentry x = d; x != null; x = x.parent()) {
            if (x == top) {
                return true;
            }
        }
        return false;
    }

    private static int mayRename(
            Creds creds, Inode oldDir, Inode old, Path newDir, @Nullable Path replaced, boolean exchange) {
        int r = Permissions.mayDelete(creds, oldDir, old);
        if (r != 0) {
            return r;
        }
        Inode target = newDir.inode();
        if (replaced == null) {
            r = Permissions.mayCreate(creds, newDir);
        } else {
            r = Permissions.mayDelete(creds, target, replaced.inode());
            if (r == 0 && !exchange && old.isDir() != replaced.inode().isDir()) {
                r = old.isDir() ? -ENOTDIR : -EISDIR;
            }
        }
        if (r != 0 || oldDir == target) {
            return r;
        }
        if (old.isDir()) {
            r = Permissions.may(creds, old, Permissions.MAY_WRITE);
        }
        if (r == 0 && exchange && replaced != null && replaced.inode().isDir()) {
            r = Permissions.may(creds, replaced.inode(), Permissions.MAY_WRITE);
        }
        return r;
    }
}
