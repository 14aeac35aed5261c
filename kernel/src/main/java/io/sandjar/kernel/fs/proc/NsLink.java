// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.nsfs.NsFs;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** /proc/PID/ns/NAME: a magic link to a namespace. */
final class NsLink extends PseudoInode {
    private final TaskDir dir;
    private final String name;

    NsLink(TaskDir dir, String name, int index) {
        super(dir.proc, dir.ino(200 + index), 0120777);
        this.dir = dir;
        this.name = name;
    }

    private @Nullable Namespace target() {
        ProcView v = dir.view();
        if (v == null || !v.alive) {
            return null;
        }
        return switch (name) {
            case "mnt" -> v.ns.mounts();
            case "pid" -> v.pids;
            case "pid_for_children" ->
                v.ns.pidsOfChildren.init() == null ? null : v.ns.pidsOfChildren; // nobody is in it yet
            case "uts" -> v.ns.uts;
            case "ipc" -> v.ns.ipc;
            case "net" -> v.ns.net;
            case "cgroup" -> v.ns.cgroup;
            default -> v.creds == null ? UserNamespace.FIRST : v.creds.userNs();
        };
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        if (!dir.mayInspect(c)) {
            return -EACCES;
        }
        Namespace ns = target();
        if (ns == null) {
            return -ENOENT;
        }
        out.set(NsFs.text(ns));
        return 0;
    }

    @Override
    public int jump(Caller c, Ref<Path> out) {
        if (!dir.mayInspect(c)) {
            return -EACCES;
        }
        Namespace ns = target();
        if (ns == null) {
            return -ENOENT;
        }
        out.set(dir.proc.kernel().nsfs.path(ns));
        return 0;
    }
}
