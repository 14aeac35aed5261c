// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Permissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The directory of a control group: its files, and the groups below it. */
public final class CgroupDir extends PseudoDir {
    /** Beyond the numbers of the files. */
    private static final long FIRST_INO = 1L << 32;

    final CgroupFs tree;
    private final Cgroup group;

    CgroupDir(CgroupFs fs, Cgroup group) {
        super(fs, FIRST_INO + group.ino(), 0755);
        this.tree = fs;
        this.group = group;
        for (CgroupFile.Kind k : CgroupFile.Kind.values()) {
            if (!group.isRoot() || k.inRoot) {
                add(k.fileName, new CgroupFile(this, k));
            }
        }
    }

    /** The group that it shows. */
    public Cgroup group() {
        return group;
    }

    /** Whether {@code c} may move processes into this group, as far as permissions tell. */
    public boolean mayMove(Caller c) {
        Inode procs = entry(CgroupFile.Kind.PROCS.fileName);
        return procs != null && Permissions.may(c.creds(), procs, 2) == 0;
    }

    /** The directory of the nearest group around this one and another; null when the file system does not show it. */
    public @Nullable CgroupDir around(Cgroup other) {
        Cgroup g = group.around(other);
        return tree.shows(g) ? tree.dir(g) : null;
    }

    private boolean hidden(String name) {
        return !group.isRoot()
                && (name.startsWith("pids.") && (group.controllers() & Cgroup.PIDS) == 0
                        || name.startsWith(MemoryFile.PREFIX) && !offerMemory());
    }

    /** Whether memory is counted, so that there are files that say so; made when somebody looks for the first time. */
    private boolean offerMemory() {
        if ((group.controllers() & Cgroup.MEMORY) == 0) {
            return false;
        }
        synchronized (this) {
            for (MemoryFile.Kind k : MemoryFile.Kind.values()) {
                if (entry(k.fileName) == null) {
                    MemoryFile f = new MemoryFile(this, k);
                    f.own(group.filesUid(), group.filesGid());
                    add(k.fileName, f);
                }
            }
        }
        return true;
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        Cgroup child = group.child(name);
        if (child != null) {
            out.set(tree.dir(child));
            return 0;
        }
        return hidden(name) ? -ENOENT : super.lookup(c, name, out);
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        if (!group.isRoot()) {
            offerMemory();
        }
        super.list(c, out);
        out.removeIf(e -> hidden(e.name()));
        for (Cgroup g : group.children()) {
            out.add(new Entry(g.name(), FIRST_INO + g.ino(), 4));
        }
    }

    @Override
    protected int nlink() {
        return 2 + group.children().size();
    }

    @Override
    public int mkdir(Caller c, String name, int mode, Ref<Inode> out) {
        Ref<Cgroup> made = new Ref<>();
        int r = group.make(name, made);
        if (r == 0) {
            CgroupDir d = tree.dir(made.get());
            d.chmod(mode & 01777);
            d.owned(c.creds().fsuid(), c.creds().fsgid());
            out.set(d);
        }
        return r;
    }

    /** A new group is wholly its maker's. */
    private void owned(int uid, int gid) {
        own(uid, gid);
        group.ownedBy(uid, gid);
        for (CgroupFile.Kind k : CgroupFile.Kind.values()) {
            if (entry(k.fileName) instanceof CgroupFile f) {
                f.own(uid, gid);
            }
        }
    }

    @Override
    public int rmdir(Caller c, String name) {
        Cgroup child = group.child(name);
        int r = group.remove(name);
        if (r == 0 && child != null) {
            tree.forget(child);
        }
        return r == -ENOENT && entry(name) != null ? -ENOTDIR : r;
    }
}
