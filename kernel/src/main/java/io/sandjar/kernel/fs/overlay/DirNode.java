// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory: entries in memory over those of a lower directory, if there is one. Looking up takes no lock; changes
 * take the directory's. A lower name is invisible when it is in {@link #hidden} or covered by an entry.
 */
public final class DirNode extends Node {
    /** Name to Node (in memory, or changed), or to a SoftReference to the node of an unchanged lower file. */
    private final ConcurrentHashMap<String, Object> entries = new ConcurrentHashMap<>();

    /** Whiteouts: names of the lower directory that are gone here. */
    private final Set<String> hidden;

    private volatile boolean dead;

    private static final Set<String> NONE = Set.of();

    DirNode(NodeFs fs, @Nullable Caller c, @Nullable DirNode dir, String name, int mode) {
        super(fs, c, dir, name, mode);
        hidden = NONE;
        nlink = 2;
    }

    DirNode(NodeFs fs, Inode lower, long ino, @Nullable DirNode dir, String name) {
        super(fs, lower, ino, dir, name);
        hidden = ConcurrentHashMap.newKeySet(4);
    }

    public static DirNode newRoot(NodeFs fs, int mode, int uid, int gid) {
        DirNode d = new DirNode(fs, null, null, "", mode);
        d.setOwner(uid, gid);
        return d;
    }

    /** Makes the table hold a changed child: false when {@code child} is no longer there under this name. */
    boolean promote(String name, Node child) {
        return entries.replace(name, child.self(), child) || entries.get(name) == child;
    }

    @Override
    void statSize(Stat o) {
        if (isLowerBorn() || nodes instanceof OverlayFs) {
            o.size = 4096;
            o.blocks = 8;
        } else {
            o.size = 40 + 20L * entries.size();
            o.blocks = 0;
        }
    }

    // ---- finding ----

    /** The node of a name: 0 or -errno. */
    private int find(Caller c, String name, Ref<Node> out) {
        Ref<Inode> below = null;
        while (true) {
            Object e = entries.get(name);
            Node n = NodeFs.node(e);
            if (n != null) {
                if (e == n || n.revalidate()) {
                    out.set(n);
                    return 0;
                }
            }
            if (e != null) {
                entries.remove(name, e);
            }
            Inode low = lower;
            if (low == null || hidden.contains(name)) {
                return -ENOENT;
            }
            if (below == null) {
                below = new Ref<>();
            }
            int r = low.lookup(c, name, below);
            if (r != 0) {
                return r;
            }
            Node made = nodes.fromLower(this, name, below.get());
            Object entry = made.pinned ? made : made.self();
            Object before = entries.putIfAbsent(name, entry);
            if (before == null && hidden.contains(name)) {
                entries.remove(name, entry); // unlinked while we looked below
                return -ENOENT;
            }
            if (before == null) {
                out.set(made);
                return 0;
            }
        }
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        Ref<Node> n = new Ref<>();
        int r = find(c, name, n);
        if (r == 0) {
            out.set(n.get());
        }
        return r;
    }

    /** Whether a name listed before is still there. */
    boolean has(String name) {
        return entries.containsKey(name) || (lower != null && !hidden.contains(name));
    }

    @Override
    public int list(Caller c, DirSink sink) {
        ArrayList<ListedDir.Entry> all = new ArrayList<>();
        int r = snapshot(c, all);
        for (ListedDir.Entry e : all) {
            sink.add(e.name(), e.ino(), 0, e.type());
        }
        return r;
    }

    /** Adds all entries but `.` and `..`. */
    int snapshot(Caller c, ArrayList<ListedDir.Entry> out) {
        for (Map.Entry<String, Object> e : entries.entrySet()) {
            if (e.getValue() instanceof Node n) {
                out.add(new ListedDir.Entry(e.getKey(), n.ino(), n.mode() >> 12 & 15));
            }
        }
        Inode low = lower;
        if (low == null) {
            return 0;
        }
        long prefix = ino() - low.ino();
        return low.list(c, (name, ino, off, type) -> {
            if (!hidden.contains(name) && !(entries.get(name) instanceof Node)) {
                out.add(new ListedDir.Entry(name, ino + prefix, type));
            }
            return true;
        });
    }

    /** Whether nothing is in it; under its lock. */
    private int empty(Caller c) {
        for (Object e : entries.values()) {
            if (e instanceof Node) {
                return -ENOTEMPTY;
            }
        }
        Inode low = lower;
        if (low == null) {
            return 0;
        }
        boolean[] some = new boolean[1];
        int r = low.list(c, (name, ino, off, type) -> {
            some[0] |= !hidden.contains(name);
            return true;
        });
        return r != 0 ? r : some[0] ? -ENOTEMPTY : 0;
    }

    /** Removed, and perhaps still open or somebody's working directory. */
    boolean dead() {
        return dead;
    }

    @Nullable
    DirNode up() {
        return parent;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        out.set(new OpenDir(path, this, flags));
        return 0;
    }

    // ---- adding; under the lock ----

    /** Whether a name may be added: 0 or -errno. */
    private int free(Caller c, String name) {
        if (dead) {
            return -ENOENT;
        }
        int r = find(c, name, new Ref<>());
        if (r != -ENOENT) {
            return r == 0 ? -EEXIST : r;
        }
        own();
        return 0;
    }

    private void put(String name, Node n) {
        entries.put(name, n);
        if (n.isDir()) {
            links(1);
        }
        touch(M | C);
    }

    /** Takes a name out; the node keeps its link count. */
    private void take(String name, Node n) {
        if (n.isLowerBorn() && lower != null) {
            hidden.add(name);
        }
        entries.remove(name);
        if (n.isDir()) {
            links(-1);
        }
        touch(M | C);
    }

    @Override
    public int mknod(Caller c, String name, int mode, long rdev, Ref<Inode> out) {
        lock.lock();
        try {
            int r = begin(c, name, 0);
            if (r != 0) {
                return r;
            }
            Node n = (mode & S_IFMT) == S_IFREG
                    ? new FileNode(nodes, c, this, name, mode, false)
                    : new SpecialNode(nodes, c, this, name, mode, rdev);
            put(name, n);
            out.set(n);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private int begin(Caller c, String name, int more) {
        int r = free(c, name);
        return r == 0 && !charge(more) ? -ENOSPC : r;
    }

    /** Counts a new file, with the access control list that it gets. */
    private boolean charge(int more) {
        if (!nodes.chargeNode(more)) {
            return false;
        }
        Acl list = defaultAcl();
        if (list != null && !nodes.chargeHeap(NodeAttrs.cost(list))) {
            nodes.unchargeNode(more);
            return false;
        }
        return true;
    }

    @Override
    public int mkdir(Caller c, String name, int mode, Ref<Inode> out) {
        lock.lock();
        try {
            int r = begin(c, name, 0);
            if (r != 0) {
                return r;
            }
            DirNode n = new DirNode(nodes, c, this, name, S_IFDIR | mode);
            put(name, n);
            out.set(n);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int symlink(Caller c, String name, String target) {
        lock.lock();
        try {
            int r = begin(c, name, target.length());
            if (r == 0) {
                put(name, new LinkNode(nodes, c, this, name, target));
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int link(Caller c, String name, Inode target) {
        if (!(target instanceof Node n) || n.nodes != nodes) {
            return -EXDEV;
        }
        lock.lock();
        try {
            int r = free(c, name);
            if (r != 0) {
                return r;
            }
            n.own();
            n.lock.lock();
            try {
                if (n.nlink == 0 && !(n instanceof FileNode f && f.linkable)) {
                    return -ENOENT;
                }
                n.nlink++;
                n.touch(C);
                if (n.parent == null) {
                    n.parent = this;
                    n.name = name;
                }
            } finally {
                n.lock.unlock();
            }
            put(name, n);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int tmpfile(Caller c, int mode, boolean linkable, Ref<Inode> out) {
        if (dead) {
            return -ENOENT;
        }
        if (!charge(0)) {
            return -ENOSPC;
        }
        FileNode n = new FileNode(nodes, c, this, "", mode, true);
        n.linkable = linkable;
        n.parent = null;
        out.set(n);
        return 0;
    }

    // ---- removing ----

    @Override
    public int unlink(Caller c, String name) {
        Ref<Node> found = new Ref<>();
        lock.lock();
        try {
            int r = find(c, name, found);
            if (r != 0) {
                return r;
            }
            Node n = found.get();
            if (n.isDir()) {
                return -EISDIR;
            }
            own();
            n.own();
            take(name, n);
            n.links(-1);
            n.touch(C);
        } finally {
            lock.unlock();
        }
        gone(found.get());
        return 0;
    }

    private void gone(Node n) {
        if (n.nlink <= 0) {
            if (n instanceof FileNode) {
                n.released();
            } else {
                n.dropXattrs();
                if (!n.isLowerBorn()) {
                    nodes.unchargeNode(n instanceof LinkNode l ? l.length() : 0);
                }
            }
        }
    }

    @Override
    public int rmdir(Caller c, String name) {
        Ref<Node> found = new Ref<>();
        lock.lock();
        try {
            int r = find(c, name, found);
            if (r != 0) {
                return r;
            }
            if (!(found.get() instanceof DirNode d)) {
                return -ENOTDIR;
            }
            r = d.kill(c);
            if (r != 0) {
                return r;
            }
            own();
            take(name, d);
        } finally {
            lock.unlock();
        }
        gone(found.get());
        return 0;
    }

    /** Ends an empty directory. */
    private int kill(Caller c) {
        lock.lock();
        try {
            int r = empty(c);
            if (r == 0) {
                own();
                dead = true;
                nlink = 0;
                touch(C);
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    // ---- renaming ----

    private boolean above(DirNode other) {
        for (DirNode d = other; d != null; d = d.parent) {
            if (d == this) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int rename(Caller c, String oldName, Inode newDir, String newName, int flags) {
        if (!(newDir instanceof DirNode to) || to.nodes != nodes) {
            return -EXDEV;
        }
        DirNode first = to.above(this) ? to : this; // ancestors are locked first
        DirNode second = first == this ? to : this;
        Ref<Node> replaced = new Ref<>();
        first.lock.lock();
        second.lock.lock();
        try {
            int r = (flags & RENAME_EXCHANGE) != 0
                    ? exchange(c, oldName, to, newName)
                    : move(c, oldName, to, newName, flags, replaced);
            if (r != 0) {
                return r;
            }
        } finally {
            second.lock.unlock();
            first.lock.unlock();
        }
        Node gone = replaced.orNull();
        if (gone != null) {
            gone(gone);
        }
        return 0;
    }

    private int move(Caller c, String oldName, DirNode to, String newName, int flags, Ref<Node> replaced) {
        Ref<Node> ref = new Ref<>();
        int r = find(c, oldName, ref);
        if (r != 0) {
            return r;
        }
        Node old = ref.get();
        if (old instanceof DirNode d && d.above(to)) {
            return -EINVAL;
        }
        r = to.dead ? -ENOENT : to.find(c, newName, ref);
        if (r != 0 && (r != -ENOENT || to.dead)) {
            return r;
        }
        Node victim = r == 0 ? ref.get() : null;
        if (victim == old) {
            return 0;
        }
        boolean whiteout = (flags & RENAME_WHITEOUT) != 0;
        if (victim != null) {
            if ((flags & RENAME_NOREPLACE) != 0) {
                return -EEXIST;
            }
            if (old.isDir() != victim.isDir()) {
                return old.isDir() ? -ENOTDIR : -EISDIR;
            }
        }
        if (whiteout && !nodes.chargeNode(0)) {
            return -ENOSPC;
        }
        if (victim != null) {
            if (victim instanceof DirNode d) {
                r = d.above(this) ? -ENOTEMPTY : d.kill(c);
                if (r != 0) {
                    return r;
                }
                to.own();
                to.take(newName, d);
            } else {
                to.own();
                victim.own();
                if (victim.isLowerBorn() && to.lower != null) {
                    to.hidden.add(newName);
                }
                victim.links(-1);
                victim.touch(C);
            }
            replaced.set(victim);
        }
        own();
        to.own();
        old.own();
        to.put(newName, old);
        take(oldName, old);
        if (old.parent == this && old.name.equals(oldName)) {
            old.parent = to;
            old.name = newName;
        }
        old.touch(C);
        if (whiteout) {
            put(oldName, new SpecialNode(nodes, c, this, oldName, S_IFCHR, 0));
        }
        return 0;
    }

    private int exchange(Caller c, String oldName, DirNode to, String newName) {
        Ref<Node> ref = new Ref<>();
        int r = find(c, oldName, ref);
        if (r != 0) {
            return r;
        }
        Node a = ref.get();
        r = to.find(c, newName, ref);
        if (r != 0) {
            return r;
        }
        Node b = ref.get();
        if ((a instanceof DirNode d && d.above(to)) || (b instanceof DirNode e && e.above(this))) {
            return -EINVAL;
        }
        own();
        to.own();
        a.own();
        b.own();
        if (a.isLowerBorn() && lower != null) {
            hidden.add(oldName);
        }
        if (b.isLowerBorn() && to.lower != null) {
            to.hidden.add(newName);
        }
        entries.put(oldName, b);
        to.entries.put(newName, a);
        if (a.isDir() != b.isDir()) {
            links(a.isDir() ? -1 : 1);
            to.links(a.isDir() ? 1 : -1);
        }
        moved(a, this, oldName, to, newName);
        if (a != b) {
            moved(b, to, newName, this, oldName);
        }
        touch(M | C);
        to.touch(M | C);
        return 0;
    }

    private static void moved(Node n, DirNode from, String oldName, DirNode to, String newName) {
        if (n.parent == from && n.name.equals(oldName)) {
            n.parent = to;
            n.name = newName;
        }
        n.touch(C);
    }
}
