// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir;
import io.sandjar.kernel.fs.TreeRemoval;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.util.ArrayList;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a {@link UnionFs}: that of the upper layer and those below it of the same name. Its lock makes several
 * steps in the upper layer one for all who come through the overlay.
 */
final class UnionDir extends UnionNode {
    private static final Inode[] NONE = {};
    private static final int DT_CHR = 2;

    private final OrderedLock lock = new OrderedLock(LockLevel.UNION);

    /** Directories of layers below the upper one, uppermost first. */
    private final Inode[] lowers;

    private volatile boolean dead;

    UnionDir(UnionFs fs, @Nullable Inode upper, Inode[] lowers, @Nullable UnionDir parent, String name, long ino) {
        super(fs, upper, lowers.length == 0 ? null : lowers[0], parent, name, ino);
        this.lowers = lowers;
    }

    /** Whether the upper layer keeps attributes as it should, tried with the root. */
    void checkAttributes() {
        Inode up = upper();
        if (up != null && union.usesTrusted()) {
            Ref<byte[]> v = new Ref<>();
            int r = up.getxattr(union.kernel, union.opaqueName(), v);
            if (r == 0) {
                return;
            }
            r = up.setxattr(union.kernel, union.opaqueName(), new byte[] {'0'}, 0);
            if (r == 0) {
                up.removexattr(union.kernel, union.opaqueName());
            } else {
                union.useUserAttributes();
            }
        }
    }

    private boolean merged() {
        return lowers.length > (upper() == null ? 1 : 0);
    }

    @Override
    public int stat(Stat o) {
        int r = super.stat(o);
        if (dead) {
            o.nlink = 0;
        } else if (merged()) {
            o.nlink = 1; // nobody counts the directories in it
        }
        return r;
    }

    @Override
    public boolean unlinked() {
        return dead || super.unlinked();
    }

    boolean isDead() {
        return dead;
    }

    // ---- finding; under the lock ----

    /** What a name leads to. */
    private static final class Found {
        @Nullable
        Inode upper;

        boolean whiteout;
        Inode[] lowers = NONE;
    }

    private int find(Caller c, String name, Found f) {
        if (dead) {
            return -ENOENT;
        }
        Ref<Inode> ref = new Ref<>();
        Inode up = upper();
        if (up != null) {
            int r = up.lookup(c, name, ref);
            if (r != 0 && r != -ENOENT) {
                return r;
            }
            if (r == 0) {
                Inode i = ref.get();
                f.whiteout = UnionFs.isWhiteout(i);
                if (f.whiteout) {
                    return -ENOENT;
                }
                f.upper = i;
                if (!i.isDir() || lowers.length == 0 || union.isOpaque(i)) {
                    return 0;
                }
            }
        }
        return findLower(c, name, f, ref);
    }

    private int findLower(Caller c, String name, Found f, Ref<Inode> ref) {
        ArrayList<Inode> all = new ArrayList<>(lowers.length);
        for (Inode dir : lowers) {
            int r = dir.lookup(c, name, ref);
            if (r == -ENOENT) {
                continue;
            }
            if (r != 0) {
                return r;
            }
            Inode i = ref.get();
            if (UnionFs.isWhiteout(i)) {
                break;
            }
            if (!i.isDir()) {
                if (f.upper == null && all.isEmpty()) {
                    all.add(i);
                }
                break;
            }
            all.add(i);
            if (union.isOpaque(i)) {
                break;
            }
        }
        f.lowers = all.isEmpty() ? NONE : all.toArray(NONE);
        return f.upper == null && all.isEmpty() ? -ENOENT : 0;
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        lock.lock();
        try {
            Found f = new Found();
            int r = find(c, name, f);
            if (r == 0) {
                out.set(union.node(f.upper, f.lowers, this, name));
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a layer below the upper one has a name that would be seen; under the lock. */
    private boolean isBelow(Caller c, String name) {
        Found f = new Found();
        return findLower(c, name, f, new Ref<>()) == 0;
    }

    // ---- listing ----

    int snapshot(Caller c, ArrayList<ListedDir.Entry> out) {
        lock.lock();
        try {
            HashSet<String> seen = lowers.length == 0 ? null : new HashSet<>();
            Inode up = upper();
            int r = up == null ? 0 : layer(c, up, seen, out);
            for (int i = 0; i < lowers.length && r == 0; i++) {
                r = layer(c, lowers[i], seen, out);
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    private int layer(Caller c, Inode dir, @Nullable HashSet<String> seen, ArrayList<ListedDir.Entry> out) {
        Stat s = new Stat();
        int r = dir.stat(s);
        if (r != 0) {
            return r;
        }
        int from = out.size();
        r = dir.list(c, (name, ino, next, type) -> {
            if (seen == null || seen.add(name)) {
                out.add(new ListedDir.Entry(name, union.number(s.dev, ino), type));
            }
            return true;
        });
        Ref<Inode> ref = new Ref<>();
        int kept = from;
        for (int i = from; i < out.size(); i++) {
            ListedDir.Entry e = out.get(i);
            boolean gone = e.type() == DT_CHR && dir.lookup(c, e.name(), ref) == 0 && UnionFs.isWhiteout(ref.get());
            if (!gone) {
                out.set(kept++, e);
            }
        }
        out.subList(kept, out.size()).clear();
        return r;
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

    /** Whether nothing is in it: 0 or -errno. */
    private int empty(Caller c) {
        ArrayList<ListedDir.Entry> all = new ArrayList<>();
        int r = snapshot(c, all);
        return r != 0 ? r : all.isEmpty() ? 0 : -ENOTEMPTY;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        out.set(new OpenUnionDir(path, this, flags));
        return 0;
    }

    // ---- adding ----

    /** One way of making something in the upper layer. */
    @FunctionalInterface
    private interface Making {
        int in(Inode dir);
    }

    private Inode top() {
        Inode up = upper();
        if (up == null) {
            throw new IllegalStateException("not copied up");
        }
        return up;
    }

    /** There is a directory in the upper layer, which may be changed. */
    private int beginChange(Caller c) {
        int r = copyUp(c, 0);
        return r != 0 ? r : union.mayChange(top());
    }

    private int add(Caller c, String name, boolean directory, Making how) {
        int r = beginChange(c);
        if (r != 0) {
            return r;
        }
        lock.lock();
        try {
            Found f = new Found();
            r = find(c, name, f);
            if (r == 0 || r != -ENOENT || dead) {
                return r == 0 ? -EEXIST : r;
            }
            if (!f.whiteout) {
                r = how.in(top());
                return r == 0 && directory && lowers.length > 0 ? opaque(c, name) : r;
            }
        } finally {
            lock.unlock();
        }
        return addInPlace(c, name, directory, how);
    }

    /** In place of a whiteout, which is put aside and back if nothing comes of it. */
    private int addInPlace(Caller c, String name, boolean directory, Making how) {
        OrderedLock renames = union.renameLock();
        renames.lock();
        lock.lock();
        try {
            Found f = new Found();
            int r = find(c, name, f);
            if (r == 0 || r != -ENOENT || dead) {
                return r == 0 ? -EEXIST : r;
            }
            if (!f.whiteout) {
                r = how.in(top());
                return r == 0 && directory && lowers.length > 0 ? opaque(c, name) : r;
            }
            Inode work = union.work();
            String aside = union.temporary();
            r = UnionFs.rename(union.kernel, top(), name, work, aside, 0);
            if (r != 0) {
                return r;
            }
            r = how.in(top());
            if (r == 0 && directory) {
                r = opaque(c, name);
            }
            if (r == 0) {
                work.unlink(union.kernel, aside);
            } else {
                UnionFs.rename(union.kernel, work, aside, top(), name, 0);
            }
            return r;
        } finally {
            lock.unlock();
            renames.unlock();
        }
    }

    /** Makes a new directory hide those of its name below; it goes again where that cannot be said. */
    private int opaque(Caller c, String name) {
        Ref<Inode> made = new Ref<>();
        int r = top().lookup(c, name, made);
        if (r == 0) {
            r = union.makeOpaque(made.get());
            if (r != 0) {
                top().rmdir(union.kernel, name);
            }
        }
        return r;
    }

    private int added(int r, String name, Ref<Inode> made, Ref<Inode> out) {
        if (r == 0) {
            out.set(union.node(made.get(), NONE, this, name));
        }
        return r;
    }

    @Override
    public int mknod(Caller c, String name, int mode, long rdev, Ref<Inode> out) {
        if ((mode & S_IFMT) == S_IFCHR && rdev == 0) {
            return -EPERM;
        }
        Ref<Inode> made = new Ref<>();
        return added(add(c, name, false, dir -> dir.mknod(c, name, mode, rdev, made)), name, made, out);
    }

    @Override
    public int mkdir(Caller c, String name, int mode, Ref<Inode> out) {
        Ref<Inode> made = new Ref<>();
        return added(add(c, name, true, dir -> dir.mkdir(c, name, mode, made)), name, made, out);
    }

    @Override
    public int symlink(Caller c, String name, String target) {
        return add(c, name, false, dir -> dir.symlink(c, name, target));
    }

    @Override
    public int link(Caller c, String name, Inode target) {
        if (!(target instanceof UnionNode n) || n.union != union) {
            return -EXDEV;
        }
        int r = n.copyUp(c, Long.MAX_VALUE);
        return r != 0 ? r : add(c, name, false, dir -> dir.link(c, name, n.real()));
    }

    @Override
    public int tmpfile(Caller c, int mode, boolean linkable, Ref<Inode> out) {
        int r = beginChange(c);
        if (r != 0) {
            return r;
        }
        Ref<Inode> made = new Ref<>();
        r = dead ? -ENOENT : top().tmpfile(c, mode, linkable, made);
        return added(r, "", made, out);
    }

    /** The copy of a file of this directory comes to its name; the caller holds the lock of renames. */
    int takeCopy(UnionNode node, Inode made, Inode work, String temp) {
        lock.lock();
        try {
            Inode dir = upper();
            if (dir == null || dead) {
                return -ENOENT;
            }
            Attr times = CopyUp.times(dir);
            int r = union.mayChange(dir);
            if (r != 0) {
                return r;
            }
            r = UnionFs.rename(union.kernel, work, temp, dir, node.name(), RENAME_NOREPLACE);
            if (r != 0) {
                return r == -EEXIST ? -ESTALE : r;
            }
            if (times != null) {
                dir.setattr(union.kernel, times);
            }
            Ref<Inode> now = new Ref<>();
            if (dir.lookup(union.kernel, node.name(), now) != 0) {
                return -ESTALE;
            }
            node.setUpper(made);
            union.copied(node, made);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    // ---- removing ----

    @Override
    public int unlink(Caller c, String name) {
        return remove(c, name, false);
    }

    @Override
    public int rmdir(Caller c, String name) {
        return remove(c, name, true);
    }

    private int remove(Caller c, String name, boolean directory) {
        int r = beginChange(c);
        if (r != 0) {
            return r;
        }
        OrderedLock renames = union.renameLock();
        renames.lock();
        lock.lock();
        try {
            Found f = new Found();
            r = find(c, name, f);
            if (r != 0) {
                return r;
            }
            UnionNode n = union.node(f.upper, f.lowers, this, name);
            if (n.isDir() != directory) {
                return directory ? -ENOTDIR : -EISDIR;
            }
            if (n instanceof UnionDir d) {
                r = d.kill(c, () -> takeOut(c, name, f, true));
            } else {
                r = takeOut(c, name, f, false);
            }
            if (r == 0) {
                removed(n, f.upper);
            }
            return r;
        } finally {
            lock.unlock();
            renames.unlock();
        }
    }

    private void removed(UnionNode n, @Nullable Inode up) {
        if (up != null) {
            union.forgetOrigin(up);
        } else {
            n.markRemoved();
        }
    }

    @FunctionalInterface
    private interface Removal {
        int run();
    }

    /** Ends a directory if it is empty and {@code how} succeeds. */
    private int kill(Caller c, Removal how) {
        lock.lock();
        try {
            int r = empty(c);
            if (r == 0) {
                r = how.run();
            }
            if (r == 0) {
                dead = true;
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a name out of the upper layer, and leaves a whiteout where there is something below. */
    private int takeOut(Caller c, String name, Found f, boolean directory) {
        if (isBelow(c, name)) {
            return whiteout(name, f.upper != null && directory);
        }
        Inode up = f.upper;
        if (up == null) {
            return -ENOENT;
        }
        if (!directory) {
            return top().unlink(c, name);
        }
        int r = top().rmdir(c, name);
        Dentry.forgetIn(top(), name);
        if (r == -ENOTEMPTY) { // nothing but whiteouts
            new TreeRemoval(union.kernel).empty(up);
            r = top().rmdir(c, name);
        }
        return r;
    }

    /** Puts a whiteout in the place of a name; the caller holds the lock of renames. */
    private int whiteout(String name, boolean overDirectory) {
        Inode work = union.work();
        String temp = union.temporary();
        int r = work.mknod(union.kernel, temp, S_IFCHR, 0, new Ref<>());
        if (r != 0) {
            return r;
        }
        r = UnionFs.rename(union.kernel, work, temp, top(), name, overDirectory ? RENAME_EXCHANGE : 0);
        if (r != 0) {
            work.unlink(union.kernel, temp);
            return r;
        }
        if (overDirectory) {
            Ref<Inode> old = new Ref<>();
            if (work.lookup(union.kernel, temp, old) == 0 && old.get().isDir()) {
                new TreeRemoval(union.kernel).empty(old.get());
                work.rmdir(union.kernel, temp);
            }
        }
        return 0;
    }

    // ---- renaming; the caller holds the lock of renames ----

    private boolean above(UnionDir other) {
        for (UnionDir d = other; d != null; d = d.parent()) {
            if (d == this) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int rename(Caller c, String oldName, Inode newDir, String newName, int flags) {
        if (!(newDir instanceof UnionDir to) || to.union != union) {
            return -EXDEV;
        }
        if ((flags & RENAME_WHITEOUT) != 0) {
            return -EINVAL;
        }
        int r = beginChange(c);
        if (r == 0) {
            r = to.beginChange(c);
        }
        if (r == 0) {
            r = copyMoving(c, oldName);
        }
        if (r == 0 && (flags & RENAME_EXCHANGE) != 0) {
            r = to.copyMoving(c, newName);
        }
        if (r != 0) {
            return r;
        }
        UnionDir first = to.above(this) ? to : this;
        UnionDir second = first == this ? to : this;
        first.lock.lock();
        second.lock.lock();
        try {
            return moveLocked(c, oldName, to, newName, flags);
        } finally {
            second.lock.unlock();
            first.lock.unlock();
        }
    }

    /** What is to be moved must be a file of the upper layer, and a directory of it alone. */
    private int copyMoving(Caller c, String name) {
        Ref<Inode> ref = new Ref<>();
        int r = lookup(c, name, ref);
        if (r != 0 || !(ref.get() instanceof UnionNode n)) {
            return r;
        }
        if (n instanceof UnionDir d) {
            return d.lowers.length > 0 ? -EXDEV : 0;
        }
        return n.copyUp(c, Long.MAX_VALUE);
    }

    private int moveLocked(Caller c, String oldName, UnionDir to, String newName, int flags) {
        Found from = new Found();
        int r = find(c, oldName, from);
        if (r != 0 || from.upper == null) {
            return r != 0 ? r : -EXDEV;
        }
        UnionNode old = union.node(from.upper, from.lowers, this, oldName);
        Found target = new Found();
        r = to.find(c, newName, target);
        if (r != 0 && (r != -ENOENT || to.dead)) {
            return r;
        }
        UnionNode victim = r == 0 ? union.node(target.upper, target.lowers, to, newName) : null;
        if (victim == old) {
            return 0;
        }
        if ((flags & RENAME_EXCHANGE) != 0) {
            return victim == null || target.upper == null ? -ENOENT : exchange(c, old, oldName, to, victim, newName);
        }
        if (victim != null && (flags & RENAME_NOREPLACE) != 0) {
            return -EEXIST;
        }
        if (victim != null && victim.isDir() != old.isDir()) {
            return old.isDir() ? -ENOTDIR : -EISDIR;
        }
        if (old.isDir() && to.isBelow(c, newName)) {
            r = union.makeOpaque(old.real());
            if (r != 0) {
                return r;
            }
        }
        if (victim instanceof UnionDir d) {
            r = d.kill(c, () -> to.clear(c, newName, target));
            if (r == 0) {
                to.removed(d, target.upper);
                target.upper = null;
                target.whiteout = to.isBelow(c, newName);
            }
        }
        return r != 0 && r != -ENOENT ? r : moveUpper(c, old, oldName, to, newName, target, victim);
    }

    /** Makes room for a directory in the upper layer. */
    private int clear(Caller c, String name, Found f) {
        return takeOut(c, name, f, true);
    }

    private int moveUpper(
            Caller c,
            UnionNode old,
            String oldName,
            UnionDir to,
            String newName,
            Found target,
            @Nullable UnionNode victim) {
        boolean leaveWhiteout = isBelow(c, oldName);
        boolean swap = old.isDir() && target.whiteout;
        int r = UnionFs.rename(c, top(), oldName, to.top(), newName, swap ? RENAME_EXCHANGE : 0);
        if (r != 0) {
            return r;
        }
        if (leaveWhiteout && !swap) {
            r = whiteout(oldName, false);
            if (r != 0) {
                UnionFs.rename(c, to.top(), newName, top(), oldName, 0); // what it replaced is lost, the name is not
                return r;
            }
        } else if (swap && !leaveWhiteout) {
            top().unlink(union.kernel, oldName);
        }
        if (victim != null && !victim.isDir()) {
            to.removed(victim, target.upper);
        }
        old.place(to, newName);
        return 0;
    }

    private int exchange(Caller c, UnionNode a, String oldName, UnionDir to, UnionNode b, String newName) {
        int r = 0;
        if (a.isDir() && to.isBelow(c, newName)) {
            r = union.makeOpaque(a.real());
        }
        if (r == 0 && b.isDir() && isBelow(c, oldName)) {
            r = union.makeOpaque(b.real());
        }
        if (r == 0) {
            r = UnionFs.rename(c, top(), oldName, to.top(), newName, RENAME_EXCHANGE);
        }
        if (r == 0) {
            a.place(to, newName);
            b.place(this, oldName);
        }
        return r;
    }
}
