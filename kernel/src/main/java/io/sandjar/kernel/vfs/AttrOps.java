// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Poll;

/** Changes of attributes with the checks of chmod(2), chown(2), utimensat(2) and truncate(2). */
public final class AttrOps {
    private AttrOps() {}

    public static int chmod(Caller c, Path p, int mode) {
        Inode i = p.inode();
        if (p.mount().readOnly()) {
            return -EROFS;
        }
        Creds creds = c.creds();
        if (!Permissions.owner(creds, i)) {
            return -EPERM;
        }
        if (i.isSymlink()) {
            return -EOPNOTSUPP;
        }
        Attr a = new Attr();
        a.valid = Attr.MODE;
        a.mode = mode & 07777;
        if (!creds.inGroup(i.gid()) && !creds.has(i, Cap.CAP_FSETID)) {
            a.mode &= ~S_ISGID;
        }
        return changed(p, Poll.IN_ATTRIB, i.setattr(c, a));
    }

    /** @param uid new owner or -1; {@code gid} likewise */
    public static int chown(Caller c, Path p, int uid, int gid) {
        Inode i = p.inode();
        if (p.mount().readOnly()) {
            return -EROFS;
        }
        Creds creds = c.creds();
        Attr a = new Attr();
        boolean chown = creds.has(i, Cap.CAP_CHOWN);
        boolean mine = creds.fsuid() == i.uid();
        if (uid != -1) {
            if (!chown && !(mine && uid == i.uid())) {
                return -EPERM;
            }
            a.valid |= Attr.UID;
            a.uid = uid;
        }
        if (gid != -1) {
            if (!chown && !(mine && (gid == i.gid() || creds.inGroup(gid)))) {
                return -EPERM;
            }
            a.valid |= Attr.GID;
            a.gid = gid;
        }
        int mode = i.mode();
        if ((mode & S_IFMT) == S_IFREG && (mode & (S_ISUID | S_ISGID)) != 0) {
            a.valid |= Attr.MODE;
            a.mode = Permissions.withoutSetId(mode) & 07777;
        }
        return changed(p, Poll.IN_ATTRIB, i.setattr(c, a));
    }

    /**
     * utimensat(2).
     *
     * @param times seconds and nanoseconds of access and modification, UTIME_NOW and UTIME_OMIT allowed; null: now
     */
    public static int utimens(Caller c, Path p, long @org.jspecify.annotations.Nullable [] times) {
        Inode i = p.inode();
        Attr a = new Attr();
        long now = WallClock.millis();
        boolean explicit = false;
        for (int k = 0; k < 2; k++) {
            long nsec = times == null ? UTIME_NOW : times[2 * k + 1];
            if (nsec == UTIME_OMIT) {
                explicit = true;
                continue;
            }
            boolean isNow = nsec == UTIME_NOW;
            if (!isNow && (nsec < 0 || nsec > 999_999_999)) {
                return -EINVAL;
            }
            explicit |= !isNow;
            long sec = isNow || times == null ? WallClock.sec(now) : times[2 * k];
            int ns = isNow ? WallClock.nsec(now) : (int) nsec;
            if (k == 0) {
                a.valid |= Attr.ATIME;
                a.atimeSec = sec;
                a.atimeNsec = ns;
            } else {
                a.valid |= Attr.MTIME;
                a.mtimeSec = sec;
                a.mtimeNsec = ns;
            }
        }
        if (a.valid == 0) {
            return 0;
        }
        if (p.mount().readOnly()) {
            return -EROFS;
        }
        if (!Permissions.owner(c.creds(), i)) {
            if (explicit) {
                return -EPERM;
            }
            int r = Permissions.may(c.creds(), i, Permissions.MAY_WRITE);
            if (r != 0) {
                return r;
            }
        }
        return changed(p, Poll.IN_ATTRIB, i.setattr(c, a));
    }

    public static int truncate(Caller c, Path p, long size) {
        Inode i = p.inode();
        if (size < 0) {
            return -EINVAL;
        }
        if (i.isDir()) {
            return -EISDIR;
        }
        if (!i.isRegular()) {
            return -EINVAL;
        }
        if (p.mount().readOnly()) {
            return -EROFS;
        }
        int r = Permissions.may(c.creds(), i, Permissions.MAY_WRITE);
        if (r == 0 && i.isRunning()) {
            r = -ETXTBSY;
        }
        if (r == 0) {
            r = FileLimits.size(c, size);
        }
        if (r != 0) {
            return r;
        }
        Attr a = new Attr();
        a.valid = Attr.SIZE;
        a.size = size;
        return changed(p, Poll.IN_MODIFY, i.setattr(c, a));
    }

    /** Tells those who watch the file, if {@code r} is success. */
    private static int changed(Path p, int event, int r) {
        if (r == 0) {
            FsNotify.event(p, event);
        }
        return r;
    }
}
