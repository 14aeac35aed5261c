// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the mount namespaces of one container have in common: their number of mounts, who lives in them, and file systems
 * that were unmounted while somebody was still in them. Guarded by {@link Mount#LOCK}.
 */
final class MountWorld {
    /** fs.mount-max, over all namespaces, because each mount takes memory of the kernel's own. */
    static final int MAX_MOUNTS = 100_000;

    private int mounts;
    private @Nullable MountUsers users;
    private final ArrayList<FileSystem> orphans = new ArrayList<>();
    private final ArrayList<MountNamespace> copies = new ArrayList<>();

    void setUsers(MountUsers u) {
        users = u;
    }

    @Nullable
    MountUsers users() {
        return users;
    }

    boolean room(long more) {
        return mounts + more <= MAX_MOUNTS;
    }

    void added(Mount m) {
        mounts++;
        m.root().inode().mounted(1);
        m.fs().mounted(1);
    }

    void removed(Mount m) {
        mounts--;
        m.root().inode().mounted(-1);
        m.expiring = false;
        if (m.fs().mounted(-1) == 0 && m.fs().endsUnmounted()) {
            m.fs().setWorld(this);
            orphans.add(m.fs());
        }
    }

    void copied(MountNamespace ns) {
        copies.add(ns);
    }

    /** All processes are gone. */
    void end() {
        users = new MountUsers() {
            @Override
            public boolean anyIn(Mount m) {
                return false;
            }

            @Override
            public boolean anyIn(FileSystem fs) {
                return false;
            }

            @Override
            public boolean anyIn(MountNamespace ns) {
                return false;
            }

            @Override
            public void moveRoots(Path from, Path to) {}
        };
        for (MountNamespace ns : copies) {
            ns.entered = true;
        }
        sweep();
    }

    /** Ends namespaces and file systems that nobody can reach any more. Not under the lock: it takes locks of directories. */
    void sweep() {
        ArrayList<FileSystem> ends = new ArrayList<>(0);
        Mount.LOCK.lock();
        try {
            for (int i = copies.size() - 1; users != null && i >= 0; i--) {
                MountNamespace ns = copies.get(i);
                boolean now = ns.kept() || users.anyIn(ns);
                if (now) {
                    ns.entered = true; // not before: somebody may be on the way there
                } else if (ns.entered) {
                    copies.remove(i);
                    ns.close();
                }
            }
            for (int i = orphans.size() - 1; i >= 0; i--) {
                FileSystem fs = orphans.get(i);
                if (fs.isMounted()) {
                    orphans.remove(i);
                } else if (!fs.inUse() && (users == null || !users.anyIn(fs))) {
                    orphans.remove(i);
                    ends.add(fs);
                }
            }
        } finally {
            Mount.LOCK.unlock();
        }
        for (FileSystem fs : ends) {
            fs.close();
        }
    }
}
