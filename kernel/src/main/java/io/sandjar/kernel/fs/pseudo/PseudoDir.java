// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory of a {@link PseudoFs}: fixed entries, to which subclasses add what exists at the moment. */
public class PseudoDir extends PseudoInode {
    private final LinkedHashMap<String, Inode> entries = new LinkedHashMap<>();

    public PseudoDir(PseudoFs fs) {
        this(fs, fs.newIno(), fs.directoryPermissions());
    }

    /** @param perm permission bits */
    public PseudoDir(PseudoFs fs, long ino, int perm) {
        super(fs, ino, 0040000 | perm);
    }

    /** Adds a fixed entry. */
    public final PseudoDir add(String name, Inode inode) {
        synchronized (entries) {
            entries.put(name, inode);
        }
        return this;
    }

    public final void remove(String name) {
        synchronized (entries) {
            entries.remove(name);
        }
    }

    /** The directory {@code name}, made when it is not there. */
    public final PseudoDir dir(String name) {
        synchronized (entries) {
            Inode i = entries.get(name);
            if (i == null) {
                i = new PseudoDir((PseudoFs) fs);
                entries.put(name, i);
            }
            return (PseudoDir) i;
        }
    }

    public final @Nullable Inode entry(String name) {
        synchronized (entries) {
            return entries.get(name);
        }
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        Inode i = entry(name);
        if (i == null) {
            return -ENOENT;
        }
        out.set(i);
        return 0;
    }

    /** Collects the entries that a listing shows, without `.` and `..`. */
    protected void list(Caller c, List<Entry> out) {
        synchronized (entries) {
            for (Map.Entry<String, Inode> e : entries.entrySet()) {
                Inode i = e.getValue();
                out.add(new Entry(e.getKey(), i.ino(), i.mode() >>> 12 & 15));
            }
        }
    }

    @Override
    protected int nlink() {
        int n = 2;
        synchronized (entries) {
            for (Inode i : entries.values()) {
                if (i.isDir()) {
                    n++;
                }
            }
        }
        return n;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        out.set(new DirDescription(this, path, flags));
        return 0;
    }

    // ---- nothing can be made or removed ----

    private int refused() {
        return ((PseudoFs) fs).createError();
    }

    @Override
    public int mknod(Caller c, String name, int mode, long rdev, Ref<Inode> out) {
        return refused();
    }

    @Override
    public int mkdir(Caller c, String name, int mode, Ref<Inode> out) {
        return refused();
    }

    @Override
    public int symlink(Caller c, String name, String target) {
        return refused();
    }

    @Override
    public int link(Caller c, String name, Inode target) {
        return refused();
    }

    @Override
    public int unlink(Caller c, String name) {
        return -EPERM;
    }

    @Override
    public int rmdir(Caller c, String name) {
        return -EPERM;
    }

    @Override
    public int rename(Caller c, String oldName, Inode newDir, String newName, int flags) {
        return -EPERM;
    }
}
