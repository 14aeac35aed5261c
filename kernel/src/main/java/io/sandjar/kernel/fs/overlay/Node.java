// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileCaps;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;
import io.sandjar.kernel.vfs.WallClock;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory or over a lower one. Until the first change a lower file's attributes are the lower inode's;
 * {@link #own} copies them. A node that has changed is held by its directory (and that one by its own, up to the
 * root), the others may be forgotten and made again.
 */
public abstract class Node extends Inode {
    final NodeFs nodes;
    final OrderedLock lock;
    private final @Nullable SoftReference<Node> self;
    private final long ino;

    /** The file of the lower tree that it came from; stays after changes. */
    final @Nullable Inode lower;

    // one of its names, for holding on to it: under the locks of the directories
    volatile @Nullable DirNode parent;
    volatile String name;
    volatile boolean pinned;

    // attributes, once owned; written under the lock
    private volatile boolean owned;
    private volatile int mode;
    private volatile int uid;
    private volatile int gid;
    volatile int nlink = 1;
    private long atimeSec;
    private int atimeNsec;
    private long mtimeSec;
    private int mtimeNsec;
    private long ctimeSec;
    private int ctimeNsec;
    private long btimeSec;
    private int btimeNsec;
    private volatile @Nullable NodeAttrs attrs;

    /** A new file. */
    Node(NodeFs fs, @Nullable Caller c, @Nullable DirNode dir, String name, int mode) {
        super(fs);
        this.nodes = fs;
        this.lower = null;
        this.parent = dir;
        this.name = name;
        this.pinned = true;
        this.ino = fs.newIno();
        this.lock = lock(fs, (mode & S_IFMT) == S_IFDIR, ino);
        this.self = null;
        Creds creds = c == null ? null : c.creds();
        this.uid = creds == null ? 0 : creds.fsuid();
        this.gid = creds == null ? 0 : creds.fsgid();
        int m = mode;
        if (dir != null && (dir.mode() & S_ISGID) != 0) {
            this.gid = dir.gid();
            if ((mode & S_IFMT) == S_IFDIR) {
                m |= S_ISGID;
            }
        }
        Acl inherited = dir == null || (mode & S_IFMT) == S_IFLNK ? null : dir.defaultAcl();
        if (inherited != null) {
            attrs = NodeAttrs.inherited(inherited, m);
            m = inherited.createdMode(m);
        }
        this.mode = m;
        long now = WallClock.millis();
        atimeSec = mtimeSec = ctimeSec = btimeSec = WallClock.sec(now);
        atimeNsec = mtimeNsec = ctimeNsec = btimeNsec = WallClock.nsec(now);
        this.owned = true;
    }

    /** A file of the lower tree. */
    Node(NodeFs fs, Inode lower, long ino, @Nullable DirNode dir, String name) {
        super(fs);
        this.nodes = fs;
        this.lock = lock(fs, lower.isDir(), ino);
        this.lower = lower;
        this.parent = dir;
        this.name = name;
        this.ino = ino;
        this.self = new SoftReference<>(this);
    }

    private static OrderedLock lock(NodeFs fs, boolean dir, long ino) {
        return dir ? new OrderedLock(LockLevel.DIRECTORY) : fs.store.lockOf(ino);
    }

    /** How tables refer to it while nothing in it has changed. */
    final Object self() {
        SoftReference<Node> s = self;
        return s == null ? this : s;
    }

    final boolean isLowerBorn() {
        return lower != null;
    }

    /** Has every directory from here to the root hold on to its child. */
    final void hold() {
        Node n = this;
        while (n != null && !n.pinned) {
            DirNode dir = n.parent;
            if (dir == null || dir.promote(n.name, n)) {
                n.pinned = true;
                Inode low = n.lower;
                if (low != null && !n.isDir()) {
                    nodes.keep(n, low.identity());
                }
                n = dir;
            } // else it was moved just now: again with the new name
        }
    }

    /** Makes the attributes its own, as they are to be changed. */
    final void own() {
        if (owned && pinned) {
            return;
        }
        hold();
        lock.lock();
        try {
            Inode low = lower;
            if (owned || low == null) {
                return;
            }
            Stat s = new Stat();
            low.stat(s);
            mode = s.mode;
            uid = s.uid;
            gid = s.gid;
            nlink = s.nlink;
            atimeSec = s.atimeSec;
            atimeNsec = s.atimeNsec;
            mtimeSec = s.mtimeSec;
            mtimeNsec = s.mtimeNsec;
            ctimeSec = s.ctimeSec;
            ctimeNsec = s.ctimeNsec;
            btimeSec = s.btimeSec;
            btimeNsec = s.btimeNsec;
            ownMore(s);
            owned = true;
        } finally {
            lock.unlock();
        }
    }

    /** More to copy from the lower file, under the lock. */
    void ownMore(Stat s) {}

    final boolean owned() {
        return owned;
    }

    /** The lower inode while its attributes still hold; null once owned. */
    private @Nullable Inode shown() {
        return owned ? null : lower;
    }

    @Override
    public final long ino() {
        return ino;
    }

    @Override
    public final int mode() {
        Inode low = shown();
        return low == null ? mode : low.mode();
    }

    @Override
    public final int uid() {
        Inode low = shown();
        return low == null ? uid : low.uid();
    }

    @Override
    public final int gid() {
        Inode low = shown();
        return low == null ? gid : low.gid();
    }

    @Override
    public boolean onlyObject() {
        return true;
    }

    @Override
    public boolean unlinked() {
        return owned && nlink == 0;
    }

    @Override
    public boolean revalidate() {
        Inode low = lower;
        return pinned || low == null || low.revalidate();
    }

    @Override
    public final int stat(Stat o) {
        Inode low = shown();
        if (low != null) {
            int r = low.stat(o);
            o.dev = fs.dev();
            o.ino = ino;
            return r;
        }
        lock.lock();
        try {
            o.dev = fs.dev();
            o.ino = ino;
            o.mode = mode;
            o.nlink = nlink;
            o.uid = uid;
            o.gid = gid;
            o.rdev = rdev();
            o.blksize = 4096;
            o.atimeSec = atimeSec;
            o.atimeNsec = atimeNsec;
            o.mtimeSec = mtimeSec;
            o.mtimeNsec = mtimeNsec;
            o.ctimeSec = ctimeSec;
            o.ctimeNsec = ctimeNsec;
            o.btimeSec = btimeSec;
            o.btimeNsec = btimeNsec;
            statSize(o);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Size and blocks of an owned node. */
    abstract void statSize(Stat o);

    // ---- changes; all on an owned node ----

    static final int A = 1;
    static final int M = 2;
    static final int C = 4;

    /** Sets times to now: a set of {@link #A}, {@link #M}, {@link #C}. */
    final void touch(int which) {
        long now = WallClock.millis();
        long sec = WallClock.sec(now);
        int nsec = WallClock.nsec(now);
        lock.lock();
        try {
            if ((which & A) != 0) {
                atimeSec = sec;
                atimeNsec = nsec;
            }
            if ((which & M) != 0) {
                mtimeSec = sec;
                mtimeNsec = nsec;
            }
            if ((which & C) != 0) {
                ctimeSec = sec;
                ctimeNsec = nsec;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The access time after a read, as with the mount option relatime; files of the lower tree keep theirs. */
    final void accessed() {
        if (!owned) {
            return;
        }
        long now = WallClock.millis();
        if (before(atimeSec, atimeNsec, mtimeSec, mtimeNsec)
                || before(atimeSec, atimeNsec, ctimeSec, ctimeNsec)
                || atimeSec + 86_400 < WallClock.sec(now)) {
            touch(A);
        }
    }

    private static boolean before(long s, int n, long s2, int n2) {
        return s < s2 || (s == s2 && n <= n2);
    }

    final void links(int change) {
        lock.lock();
        try {
            nlink += change;
        } finally {
            lock.unlock();
        }
    }

    /** Before it is shared. */
    final void setOwner(int newUid, int newGid) {
        uid = newUid;
        gid = newGid;
    }

    final void setMode(int m) {
        mode = m;
    }

    @Override
    public int setattr(Caller c, Attr a) {
        own();
        int r = (a.valid & (Attr.UID | Attr.GID)) != 0 && !isDir() ? dropFileCaps(c, true) : 0;
        if (r == 0 && (a.valid & Attr.SIZE) != 0) {
            r = truncate(c, a.size);
        }
        if (r != 0) {
            return r;
        }
        lock.lock();
        try {
            if ((a.valid & Attr.MODE) != 0 && !chmod(a.mode)) {
                return -ENOSPC;
            }
            if ((a.valid & Attr.UID) != 0) {
                uid = a.uid;
            }
            if ((a.valid & Attr.GID) != 0) {
                gid = a.gid;
            }
            if ((a.valid & Attr.ATIME) != 0) {
                atimeSec = a.atimeSec;
                atimeNsec = a.atimeNsec;
            }
            if ((a.valid & Attr.MTIME) != 0) {
                mtimeSec = a.mtimeSec;
                mtimeNsec = a.mtimeNsec;
            }
            touch(C);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** False when there is no room for a list of its own. */
    private boolean chmod(int bits) {
        int m = mode & S_IFMT | bits & 07777;
        Acl list = acl();
        if (list != null) {
            NodeAttrs a = ownLists();
            if (a == null) {
                return false;
            }
            a.access = list.withMode(m);
        }
        mode = m;
        return true;
    }

    int truncate(Caller c, long size) {
        return -EINVAL;
    }

    /** The last name or description may have gone. */
    void released() {}

    // ---- access control lists ----

    @Override
    public final @Nullable Acl acl() {
        NodeAttrs a = attrs;
        Inode low = lower;
        return a != null && (low == null || a.ownLists) ? a.access : low == null ? null : low.acl();
    }

    @Override
    public final @Nullable Acl defaultAcl() {
        NodeAttrs a = attrs;
        Inode low = lower;
        return a != null && (low == null || a.ownLists) ? a.initial : low == null ? null : low.defaultAcl();
    }

    /** The table with lists of its own, copied from the lower file the first time; null without room for them. Under the lock. */
    private @Nullable NodeAttrs ownLists() {
        NodeAttrs a = ownAttrs();
        Inode low = lower;
        if (low != null && !a.ownLists) {
            Acl access = low.acl();
            Acl initial = low.defaultAcl();
            if (!charge(a, size(access) + size(initial))) {
                return null;
            }
            a.access = access;
            a.initial = initial;
            a.ownLists = true;
        }
        return a;
    }

    private static int size(@Nullable Acl list) {
        return list == null ? 0 : list.size();
    }

    private int getAcl(Caller c, String attr, Ref<byte[]> out) {
        if (isSymlink()) {
            return -EOPNOTSUPP;
        }
        Acl a = attr.equals(Acl.ACCESS) ? acl() : defaultAcl();
        if (a == null) {
            return -ENODATA;
        }
        out.set(a.text(c.creds().userNs()));
        return 0;
    }

    private int setAcl(Caller c, String attr, byte[] value) {
        if (isSymlink()) {
            return -EOPNOTSUPP;
        }
        Ref<Acl> ref = new Ref<>();
        int r = Acl.parse(value, c.creds().userNs(), ref);
        if (r != 0) {
            return r;
        }
        Acl now = ref.orNull();
        boolean access = attr.equals(Acl.ACCESS);
        if (!access && !isDir()) {
            return now == null ? 0 : -EACCES;
        }
        own();
        lock.lock();
        try {
            NodeAttrs a = ownLists();
            Acl kept = access && now != null && now.isMode() ? null : now;
            if (a == null || !charge(a, size(kept) - size(access ? a.access : a.initial))) {
                return -ENOSPC;
            }
            if (!access) {
                a.initial = kept;
            } else {
                a.access = kept;
                if (now != null) {
                    int m = mode & ~0777 | now.mode();
                    boolean keeps = c.creds().inGroup(gid) || c.creds().has(this, Cap.CAP_FSETID);
                    mode = keeps ? m : m & ~S_ISGID;
                }
            }
            touch(C);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    // ---- extended attributes ----

    private static int check(Caller c, String attr, boolean write) {
        if (attr.startsWith("user.") || attr.startsWith("security.")) {
            return 0;
        }
        if (attr.startsWith("trusted.")) {
            return c.creds().has(Cap.CAP_SYS_ADMIN) ? 0 : write ? -EPERM : -ENODATA;
        }
        return -EOPNOTSUPP;
    }

    /** Under the lock. */
    private NodeAttrs ownAttrs() {
        NodeAttrs a = attrs;
        if (a == null) {
            a = new NodeAttrs();
            attrs = a;
        }
        return a;
    }

    private boolean charge(NodeAttrs a, int more) {
        int change = Math.max(more, -a.bytes);
        if (!nodes.chargeHeap(change)) {
            return false;
        }
        a.bytes += change;
        return true;
    }

    @Override
    public int getxattr(Caller c, String attr, Ref<byte[]> out) {
        if (Acl.isName(attr)) {
            return getAcl(c, attr, out);
        }
        int r = check(c, attr, false);
        if (r != 0) {
            return r;
        }
        if (attrs != null) {
            lock.lock();
            try {
                NodeAttrs a = attrs;
                TreeMap<String, byte[]> x = a == null ? null : a.values;
                if (x != null) {
                    byte[] v = x.get(attr);
                    if (v == null) {
                        return -ENODATA;
                    }
                    out.set(v);
                    return 0;
                }
            } finally {
                lock.unlock();
            }
        }
        Inode low = lower;
        return low == null ? -ENODATA : low.getxattr(c, attr, out);
    }

    /** The attributes as our own table, copied from the lower file the first time; null without room for them. */
    private @Nullable TreeMap<String, byte[]> ownXattrs(Caller c) {
        NodeAttrs a = ownAttrs();
        TreeMap<String, byte[]> x = a.values;
        if (x != null) {
            return x;
        }
        x = new TreeMap<>();
        int bytes = 0;
        Inode low = lower;
        Ref<byte[]> names = new Ref<>();
        if (low != null && low.listxattr(c, names) == 0) {
            String all = new String(names.get(), StandardCharsets.ISO_8859_1);
            for (int at = 0; at < all.length(); ) {
                int end = all.indexOf('\0', at);
                String n = all.substring(at, end);
                Ref<byte[]> v = new Ref<>();
                if (!Acl.isName(n) && low.getxattr(c, n, v) == 0) {
                    x.put(n, v.get());
                    bytes += cost(n, v.get());
                }
                at = end + 1;
            }
        }
        if (!charge(a, bytes)) {
            return null;
        }
        a.values = x;
        return x;
    }

    @Override
    public int setxattr(Caller c, String attr, byte[] value, int flags) {
        if (Acl.isName(attr)) {
            return setAcl(c, attr, value);
        }
        int r = check(c, attr, true);
        if (r != 0) {
            return r;
        }
        own();
        lock.lock();
        try {
            TreeMap<String, byte[]> x = ownXattrs(c);
            if (x == null) {
                return -ENOSPC;
            }
            boolean there = x.containsKey(attr);
            if (there && (flags & XATTR_CREATE) != 0) {
                return -EEXIST;
            }
            if (!there && (flags & XATTR_REPLACE) != 0) {
                return -ENODATA;
            }
            int total = value.length;
            for (Map.Entry<String, byte[]> e : x.entrySet()) {
                total += e.getKey().length() + 1 + e.getValue().length;
            }
            if (total > 2 * XATTR_SIZE_MAX) {
                return -ENOSPC;
            }
            byte[] old = x.get(attr);
            if (!charge(ownAttrs(), old == null ? cost(attr, value) : value.length - old.length)) {
                return -ENOSPC;
            }
            x.put(attr, value);
            touch(C);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private static int cost(String attr, byte[] value) {
        return 100 + attr.length() + value.length;
    }

    /** The file is gone: what its attributes took is given back. */
    final void dropXattrs() {
        lock.lock();
        try {
            NodeAttrs a = attrs;
            if (a != null) {
                charge(a, -a.bytes);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The contents or the owner change: a program's capabilities go. The lower file's, too, unless it was asked before. 0 or
     * -ENOSPC.
     */
    final int dropFileCaps(Caller c, boolean askLower) {
        NodeAttrs a = attrs;
        Inode low = lower;
        if (a == null || a.values == null) {
            if (!askLower || low == null || low.getxattr(c, FileCaps.NAME, new Ref<>()) != 0) {
                return 0;
            }
        }
        lock.lock();
        try {
            TreeMap<String, byte[]> x = ownXattrs(c);
            if (x == null) {
                return -ENOSPC;
            }
            byte[] old = x.remove(FileCaps.NAME);
            if (old != null) {
                charge(ownAttrs(), -cost(FileCaps.NAME, old));
            }
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int listxattr(Caller c, Ref<byte[]> out) {
        StringBuilder b = new StringBuilder();
        lock.lock();
        try {
            if (acl() != null) {
                b.append(Acl.ACCESS).append('\0');
            }
            if (defaultAcl() != null) {
                b.append(Acl.DEFAULT).append('\0');
            }
            NodeAttrs a = attrs;
            TreeMap<String, byte[]> x = a == null ? null : a.values;
            if (x != null || lower == null) {
                boolean all = c.creds().has(Cap.CAP_SYS_ADMIN);
                for (String n : x == null ? java.util.Set.<String>of() : x.keySet()) {
                    if (all || !n.startsWith("trusted.")) {
                        b.append(n).append('\0');
                    }
                }
                out.set(b.toString().getBytes(StandardCharsets.ISO_8859_1));
                return 0;
            }
        } finally {
            lock.unlock();
        }
        Ref<byte[]> below = new Ref<>();
        int r = lower == null ? 0 : lower.listxattr(c, below);
        if (r == 0) {
            appendOthers(b, new String(below.get(), StandardCharsets.ISO_8859_1));
            out.set(b.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
        return r;
    }

    /** The lower file's names but for lists, which are there already. */
    private static void appendOthers(StringBuilder b, String names) {
        for (int at = 0; at < names.length(); ) {
            int end = names.indexOf('\0', at) + 1;
            if (!Acl.isName(names.substring(at, end - 1))) {
                b.append(names, at, end);
            }
            at = end;
        }
    }

    @Override
    public int removexattr(Caller c, String attr) {
        if (Acl.isName(attr)) {
            return setAcl(c, attr, new byte[0]);
        }
        int r = check(c, attr, true);
        if (r != 0) {
            return r;
        }
        own();
        lock.lock();
        try {
            TreeMap<String, byte[]> x = ownXattrs(c);
            if (x == null) {
                return -ENOSPC;
            }
            byte[] old = x.remove(attr);
            if (old == null) {
                return -ENODATA;
            }
            charge(ownAttrs(), -cost(attr, old));
            touch(C);
            return 0;
        } finally {
            lock.unlock();
        }
    }
}
