// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.MountUsers;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/** Where the processes of a kernel stand: asked when something is unmounted, which is seldom, so nothing is counted. */
final class MountResidents implements MountUsers {
    private final Kernel kernel;

    MountResidents(Kernel kernel) {
        this.kernel = kernel;
    }

    private interface Question {
        boolean holds(Task t);
    }

    private boolean any(Question q) {
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : kernel.containers().allGroups()) {
                for (Task t : g.tasks) {
                    if (!t.dead && q.holds(t)) {
                        return true;
                    }
                }
            }
            return false;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    @Override
    public boolean anyIn(Mount m) {
        return any(t -> {
            FsContext fs = t.fs;
            Path exe = t.group.exe;
            return fs.root().mount() == m || fs.cwd().mount() == m || (exe != null && exe.mount() == m);
        });
    }

    @Override
    public boolean anyIn(FileSystem fs) {
        return any(t -> in(t.fs.root(), fs) || in(t.fs.cwd(), fs) || in(t.group.exe, fs));
    }

    private static boolean in(@Nullable Path p, FileSystem fs) {
        return p != null && p.mount().fs() == fs;
    }

    @Override
    public boolean anyIn(MountNamespace ns) {
        return any(t -> t.ns.mountsIfAny() == ns);
    }

    @Override
    public void moveRoots(Path from, Path to) {
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : kernel.containers().allGroups()) {
                for (Task t : g.tasks) {
                    FsContext fs = t.fs;
                    if (fs.root().equals(from)) {
                        fs.setRoot(to);
                    }
                    if (fs.cwd().equals(from)) {
                        fs.setCwd(to);
                    }
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
    }
}
