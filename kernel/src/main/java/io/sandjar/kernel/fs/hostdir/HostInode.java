// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.DirentLayout;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A file of the host, known by its directory and its name there. A directory may keep a descriptor of itself. */
public final class HostInode extends StatInode {
    private static final long STALE_NANOS = 1_000_000_000L;

    private final HostDirFs host;
    private volatile @Nullable HostInode parent;
    private volatile String name;
    private volatile @Nullable String target;

    /** As the host told them last. */
    private volatile @Nullable HostAcls lists;

    /** Made by O_TMPFILE and not named yet: its descriptions are the only way to it. */
    private volatile boolean nameless;

    // the directory's descriptor, guarded by this
    private int fd;
    private int users;
    private boolean recent;

    /** Descriptions of a volume's file; guarded by itself. */
    private final ArrayList<HostFile> open = new ArrayList<>(0);

    HostInode(HostDirFs host, @Nullable HostInode parent, String name, HostStat stat, int fd) {
        super(host, stat);
        this.host = host;
        this.parent = parent;
        this.name = name;
        this.fd = fd;
    }

    HostDirFs host() {
        return host;
    }

    /** The directory of its name; null for the root and for nameless files. */
    @Nullable
    HostInode parent() {
        return parent;
    }

    String name() {
        return name;
    }

    boolean isNameless() {
        return nameless;
    }

    /** It is a nameless file; before it is shared. */
    void setNameless() {
        nameless = true;
    }

    // ---- descriptors of directories ----

    /** The directory's descriptor, which stays until {@link #release}; -errno. */
    int acquire() {
        synchronized (this) {
            if (fd >= 0) {
                users++;
                recent = true;
                return fd;
            }
        }
        HostInode dir = parent;
        if (dir == null) {
            return -ESTALE;
        }
        int made = onlyThis(dir.openChild(name, O_PATH | O_DIRECTORY));
        if (made < 0) {
            return made;
        }
        synchronized (this) {
            users++;
            recent = true;
            if (fd >= 0) {
                Sys.close(made);
                return fd;
            }
            fd = made;
        }
        host.opened(this);
        return made;
    }

    synchronized void release() {
        if (--users == 0 && host.isClosed()) {
            retire();
        }
    }

    /** Gives the descriptor up for good, when nobody uses it any more. */
    synchronized void retire() {
        if (users == 0 && fd >= 0) {
            Sys.close(fd);
            fd = -1;
        }
    }

    /** Gives the descriptor up unless it is in use or was since the last visit. */
    synchronized boolean evict() {
        if (users > 0) {
            return false;
        }
        if (recent) {
            recent = false;
            return false;
        }
        if (fd >= 0) {
            Sys.close(fd);
            fd = -1;
        }
        return true;
    }

    int openChild(String child, int flags) {
        int d = acquire();
        if (d < 0) {
            return d;
        }
        try {
            return HostFs.open(d, child, flags, 0);
        } finally {
            release();
        }
    }

    /** Opens whatever has the name now. */
    int openSelf(int flags) {
        if (nameless) {
            return -ENOENT;
        }
        HostInode dir = parent;
        return dir == null || isDir() ? openChild(".", flags) : dir.openChild(name, flags);
    }

    /** Opens this file and no other: -ESTALE when its name leads to another by now. */
    int openThis(int flags) {
        return onlyThis(openSelf(flags));
    }

    /** A descriptor that was opened by name, if it is one of this file; -errno. */
    private int onlyThis(int opened) {
        if (opened < 0) {
            return opened;
        }
        HostStat now = new HostStat();
        int r = HostFs.statx(opened, "", now);
        if (r == 0 && now.sameFile(stat)) {
            return opened;
        }
        Sys.close(opened);
        return r != 0 ? r : -ESTALE;
    }

    @Override
    public int nameHostSocket() {
        if ((stat.mode & S_IFMT) != S_IFSOCK) {
            return -ECONNREFUSED;
        }
        int named = openThis(O_PATH | O_NOFOLLOW);
        return named == -ESTALE ? -ECONNREFUSED : named;
    }

    // ---- what the host tells of it ----

    boolean sameAs(HostStat s) {
        return stat.sameFile(s);
    }

    void moved(HostInode dir, String newName, HostStat s) {
        stat = s;
        if (parent != null || nameless) {
            parent = dir;
            name = newName;
            nameless = false;
        }
    }

    /** The attributes, at most a second old below an overlay and new otherwise. */
    private HostStat fresh(boolean always) {
        HostStat s = stat;
        if (!always && System.nanoTime() - s.askedNanos < STALE_NANOS) {
            return s;
        }
        HostStat now = new HostStat();
        HostInode dir = parent;
        HostFile opened = anyOpen(false);
        int r;
        if (opened != null) {
            r = HostFs.statx(opened.hostFd(), "", now);
            opened.release();
        } else if (dir == null || isDir()) {
            int d = acquire();
            if (d < 0) {
                return s;
            }
            r = HostFs.statx(d, "", now);
            release();
        } else {
            int d = dir.acquire();
            if (d < 0) {
                return s;
            }
            r = HostFs.statx(d, name, now);
            dir.release();
        }
        if (r == 0 && now.sameFile(s)) {
            setStat(now);
            return now;
        }
        return s;
    }

    /** Asks again if the attributes are old: false when the name is gone or leads to another file. */
    @Override
    public boolean revalidate() {
        HostStat s = stat;
        return System.nanoTime() - s.askedNanos < STALE_NANOS || fresh(true) != s;
    }

    /** After a change through this inode. */
    void changed() {
        fresh(true);
    }

    /** What the host has told anew of the same file. */
    void setStat(HostStat now) {
        if (host.hasStoredOwners()) {
            now.uid = stat.uid;
            now.gid = stat.gid;
        }
        stat = now;
    }

    @Override
    public boolean onlyObject() {
        return host.writable();
    }

    /** Host device and inode number: the same for all names of a file. */
    @Override
    public Object identity() {
        return HostDirFs.FileId.of(stat);
    }

    @Override
    public int stat(Stat o) {
        return copy(fresh(host.live()), o);
    }

    HostStat lastStat() {
        return stat;
    }

    static int copy(HostStat s, Stat o) {
        o.dev = Stat.makedev(s.devMajor, s.devMinor);
        o.ino = s.ino;
        o.mode = s.mode;
        o.nlink = s.nlink;
        o.uid = s.uid;
        o.gid = s.gid;
        o.rdev = Stat.makedev(s.rdevMajor, s.rdevMinor);
        o.size = s.size;
        o.blocks = s.blocks;
        o.blksize = s.blksize;
        o.atimeSec = s.atimeSec;
        o.atimeNsec = s.atimeNsec;
        o.mtimeSec = s.mtimeSec;
        o.mtimeNsec = s.mtimeNsec;
        o.ctimeSec = s.ctimeSec;
        o.ctimeNsec = s.ctimeNsec;
        o.btimeSec = s.btimeSec;
        o.btimeNsec = s.btimeNsec;
        return 0;
    }

    // ---- names ----

    @Override
    public int lookup(Caller c, String child, Ref<Inode> out) {
        HostNames.checkName(child);
        int d = acquire();
        if (d < 0) {
            return d;
        }
        HostStat s = new HostStat();
        int r = HostFs.statx(d, child, s);
        release();
        if (r == 0) {
            out.set(host.inode(this, child, s));
        }
        return r;
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        if (!isSymlink()) {
            return -EINVAL;
        }
        String t = target;
        HostInode dir = parent;
        if (t == null && dir != null) {
            int d = dir.acquire();
            if (d < 0) {
                return d;
            }
            t = Sys.readlinkat(d, name);
            dir.release();
            if (!host.live()) {
                target = t;
            }
        }
        if (t == null) {
            return -ENOENT;
        }
        out.set(t);
        return 0;
    }

    @Override
    public int list(Caller c, DirSink sink) {
        int f = openSelf(O_RDONLY | O_DIRECTORY);
        if (f < 0) {
            return f;
        }
        byte[] buf = new byte[32768];
        try {
            while (true) {
                int n = HostFs.getdents(f, buf);
                if (n <= 0) {
                    return n;
                }
                for (int at = 0; at < n; at += Bytes.u16(buf, at + DirentLayout.d_reclen)) {
                    String entry = entryName(buf, at);
                    if (!entry.equals(".") && !entry.equals("..")) {
                        sink.add(entry, Bytes.i64(buf, at), Bytes.i64(buf, at + 8), buf[at + DirentLayout.d_type]);
                    }
                }
            }
        } finally {
            Sys.close(f);
        }
    }

    static String entryName(byte[] buf, int at) {
        int from = at + DirentLayout.d_name;
        int end = from;
        while (buf[end] != 0) {
            end++;
        }
        return new String(buf, from, end - from, StandardCharsets.ISO_8859_1);
    }

    // ---- changes of names (volumes) ----

    @Override
    public int mknod(Caller c, String child, int mode, long rdev, Ref<Inode> out) {
        return HostNames.mknod(c, this, child, mode, rdev, out);
    }

    @Override
    public int mkdir(Caller c, String child, int mode, Ref<Inode> out) {
        return HostNames.mkdir(c, this, child, mode, out);
    }

    @Override
    public int symlink(Caller c, String child, String text) {
        return HostNames.symlink(c, this, child, text);
    }

    @Override
    public int link(Caller c, String child, Inode file) {
        return HostNames.link(this, child, (HostInode) file);
    }

    @Override
    public int tmpfile(Caller c, int mode, boolean linkable, Ref<Inode> out) {
        return HostNames.tmpfile(c, this, mode, linkable, out);
    }

    @Override
    public int unlink(Caller c, String child) {
        return HostNames.unlink(this, child);
    }

    @Override
    public int rmdir(Caller c, String child) {
        return HostNames.rmdir(this, child);
    }

    @Override
    public int rename(Caller c, String oldName, Inode newDir, String newName, int flags) {
        return HostNames.rename(c, this, oldName, (HostInode) newDir, newName, flags);
    }

    // ---- changes of attributes ----

    @Override
    public int setattr(Caller c, Attr a) {
        if (!host.writable()) {
            return -EROFS;
        }
        int r = (a.valid & Attr.SIZE) != 0 ? resize(a.size) : 0;
        if (r == 0 && a.valid != Attr.SIZE) {
            r = setOther(a);
        }
        lists = null;
        changed();
        return r;
    }

    private int resize(long size) {
        HostFile open = anyOpen(true);
        if (open != null) {
            int r = (int) Sys.call(Nr.ftruncate, open.hostFd(), size, 0);
            open.release();
            return r;
        }
        int f = openThis(O_WRONLY | O_NONBLOCK);
        if (f < 0) {
            return f;
        }
        int r = (int) Sys.call(Nr.ftruncate, f, size, 0);
        Sys.close(f);
        return r;
    }

    /** Through a descriptor where there is one: the name may be gone, or lead to another file by now. */
    private int setOther(Attr a) {
        HostFile open = anyOpen(false);
        if (open != null) {
            int r = HostAttr.set(open.hostFd(), a);
            open.release();
            return r;
        }
        int f = openThis(O_PATH);
        if (f < 0) {
            return f;
        }
        int r = HostAttr.setByPath(f, a);
        Sys.close(f);
        return r;
    }

    // ---- opening ----

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (!isRegular() && !isDir()) {
            return isSymlink() ? -ELOOP : -ENXIO;
        }
        if (writable(flags) && !host.writable()) {
            return -EROFS;
        }
        if (!HostFds.hasRoom()) {
            if (nameless) {
                retire();
            }
            return -ENFILE;
        }
        int how = isDir() ? O_RDONLY | O_DIRECTORY : flags & (O_ACCMODE | O_APPEND | O_SYNC) | O_NONBLOCK | O_NOCTTY;
        int f = nameless ? openFirst(how) : openSelf(how);
        HostStat s = new HostStat();
        int r = f < 0 ? f : HostFs.statx(f, "", s);
        if (r == 0 && s.sameFile(stat)) {
            setStat(s);
            out.set(isDir() ? new HostDirectory(path, this, flags, f) : new HostFile(path, this, flags, f));
            return 0;
        }
        if (f >= 0 && r != 0) {
            Sys.close(f);
        }
        int again = again(path, flags, how, out);
        if (again == 0 || r != 0 || (s.mode & S_IFMT) != (mode() & S_IFMT)) {
            if (r == 0) {
                Sys.close(f);
                r = -ESTALE;
            }
            return again == 0 ? 0 : r;
        }
        HostInode dir = parent;
        HostInode now = dir == null || isDir() ? this : host.inode(dir, name, s); // another file has the name now
        if (now != this && host.live() && Permissions.may(c.creds(), now, Permissions.toOpen(flags)) != 0) {
            Sys.close(f);
            return -ESTALE; // who may open this one was asked
        }
        out.set(isDir() ? new HostDirectory(path, now, flags, f) : new HostFile(path, now, flags, f));
        return 0;
    }

    /** The first description of a nameless file takes the place of the descriptor that it was made with. */
    private synchronized int openFirst(int how) {
        if (fd < 0) {
            return -ENOENT;
        }
        int f = HostFs.reopen(fd, how);
        if (f == -EACCES) {
            f = fd; // its mode lets nobody do again what making it gave
            Sys.call(Nr.fcntl, f, F_SETFL, how & O_APPEND);
        } else {
            Sys.close(fd);
        }
        fd = -1;
        return f;
    }

    /** Opens a file whose name is gone once more, for /proc/PID/fd: by a descriptor that there is already. */
    private int again(Path path, int flags, int how, Ref<FileDescription> out) {
        HostFile open = anyOpen(false);
        if (open == null) {
            return -ENOENT;
        }
        int f = HostFs.reopen(open.hostFd(), how);
        open.release();
        if (f < 0) {
            return f;
        }
        out.set(new HostFile(path, this, flags, f));
        return 0;
    }

    // ---- open files ----

    void opened(HostFile f) {
        if (host.writable()) {
            synchronized (open) {
                open.add(f);
            }
        }
    }

    void closed(HostFile f) {
        if (host.writable()) {
            synchronized (open) {
                open.remove(f);
            }
        }
    }

    /** A description that has it open, with a reference for the caller; null if there is none that will do. */
    @Nullable
    HostFile anyOpen(boolean forWriting) {
        synchronized (open) {
            for (HostFile f : open) {
                if ((!forWriting || f.hostWritable()) && f.tryAcquire()) {
                    return f;
                }
            }
            return null;
        }
    }

    // ---- extended attributes ----

    /** A descriptor of its own, with which attributes can be asked for; -errno, which is EPERM where there are none. */
    private int openForAttributes() {
        if (!isRegular() && !isDir()) {
            return -EPERM;
        }
        int f = openThis(O_RDONLY | O_NONBLOCK);
        if (f == -ENOENT || f == -ESTALE) {
            HostFile open = anyOpen(false); // its name is gone, or another file's
            if (open != null) {
                f = HostFs.reopen(open.hostFd(), O_RDONLY | O_NONBLOCK);
                open.release();
            }
        }
        return f;
    }

    /**
     * Whether an error of {@link #openForAttributes} leaves open what lists there are. Not so where the file is gone, cannot have
     * any, or is one that the host lets the kernel not read at all: that holds for its guests as well.
     */
    private static boolean saysNothing(int error) {
        return switch (-error) {
            case ENOENT, ESTALE, EOPNOTSUPP, EPERM, EACCES -> false;
            default -> true;
        };
    }

    private HostAcls lists() {
        HostStat s = stat;
        HostAcls l = lists;
        if (l != null && l.isOf(s)) {
            return l;
        }
        int f = host.mayHaveAcls(s) ? openForAttributes() : -EOPNOTSUPP;
        if (f < 0) {
            return saysNothing(f) ? HostAcls.unknown(s) : HostAcls.none(s);
        }
        l = HostAcls.read(f, s, isDir());
        Sys.close(f);
        lists = l;
        if (!l.known()) {
            host.noAcls(s);
        }
        return l;
    }

    @Override
    public @Nullable Acl acl() {
        return lists().access();
    }

    @Override
    public @Nullable Acl defaultAcl() {
        return isDir() ? lists().initial() : null;
    }

    @Override
    public int getxattr(Caller c, String attr, Ref<byte[]> out) {
        if (!HostXattr.shown(attr)) {
            return HostXattr.hidden(attr);
        }
        if (isSymlink() && Acl.isName(attr)) {
            return -EOPNOTSUPP;
        }
        int f = openForAttributes();
        if (f < 0) {
            return f == -EPERM ? -ENODATA : f;
        }
        int r = HostXattr.get(c, f, attr, out);
        Sys.close(f);
        return r;
    }

    @Override
    public int listxattr(Caller c, Ref<byte[]> out) {
        int f = openForAttributes();
        if (f < 0) {
            out.set(new byte[0]);
            return f == -EPERM ? 0 : f;
        }
        int r = HostXattr.list(f, out);
        Sys.close(f);
        return r;
    }

    @Override
    public int setxattr(Caller c, String attr, byte[] value, int flags) {
        int f = openToChange(attr);
        if (f < 0) {
            return f;
        }
        int r = HostXattr.set(c, this, f, attr, value, flags);
        Sys.close(f);
        lists = null;
        changed();
        return r;
    }

    @Override
    public int removexattr(Caller c, String attr) {
        int f = openToChange(attr);
        if (f < 0) {
            return f;
        }
        int r = HostXattr.remove(f, attr);
        Sys.close(f);
        lists = null;
        changed();
        return r;
    }

    private int openToChange(String attr) {
        return !host.writable() ? -EROFS : HostXattr.shown(attr) ? openForAttributes() : -EOPNOTSUPP;
    }
}
