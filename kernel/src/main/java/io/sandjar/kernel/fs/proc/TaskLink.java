// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/** /proc/PID/cwd, exe and root: magic links, which lead to the place itself whatever its name is by now. */
final class TaskLink extends PseudoInode {
    private final TaskDir dir;
    private final String name;

    TaskLink(TaskDir dir, String name) {
        super(dir.proc, dir.ino(name.hashCode() & 0xffff), 0120777);
        this.dir = dir;
        this.name = name;
    }

    @Override
    public int uid() {
        return dir.uid();
    }

    @Override
    public int gid() {
        return dir.gid();
    }

    private @Nullable Path target() {
        ProcView v = dir.view();
        if (v == null || !v.alive || v.fs == null) {
            return null;
        }
        return switch (name) {
            case "cwd" -> v.fs.cwd();
            case "root" -> v.fs.root();
            default -> v.exe;
        };
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        Path p = target();
        if (p == null) {
            return -ENOENT;
        }
        if (!dir.mayInspect(c)) {
            return -EACCES;
        }
        out.set(MountNamespace.procText(p, c.fs().root()));
        return 0;
    }

    @Override
    public int jump(Caller c, Ref<Path> out) {
        Path p = target();
        if (p == null) {
            return -ENOENT;
        }
        if (!dir.mayInspect(c)) {
            return -EACCES;
        }
        out.set(p);
        return 0;
    }
}
