// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.Namespaces;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;

/** /proc/PID/ns/NAME. The first container's namespaces have the numbers of Linux's first ones. */
final class NsLink extends PseudoInode {
    private final ProcFs proc;
    private final String name;
    private final long number;

    NsLink(TaskDir dir, String name, int index) {
        super(dir.proc, TaskDir.inoOf(dir.group, dir.task, 200 + index), 0120777);
        this.proc = dir.proc;
        this.name = name;
        this.number = number(dir, name);
    }

    private static long number(TaskDir dir, String name) {
        ProcView v = dir.view();
        if (v == null) {
            return 0;
        }
        Namespaces ns = v.ns;
        return switch (name) {
            case "mnt" -> ns.mounts().number();
            case "pid" -> dir.group.pids().number();
            case "uts" -> ns.uts.number();
            case "ipc" -> ns.ipc.number();
            case "net" -> ns.net.number();
            case "cgroup" -> ns.cgroup.number();
            case "time" -> dir.proc.kernel().time.number();
            default -> UserNamespace.FIRST.number();
        };
    }

    private String text() {
        return name + ":[" + number + "]";
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        out.set(text());
        return 0;
    }

    @Override
    public int jump(Caller c, Ref<Path> out) {
        Dentry d = new Dentry(null, text(), new Namespace(proc, number));
        out.set(new Path(new Mount(proc, d, "nsfs", 0), d));
        return 0;
    }

    /** What the link leads to: something to compare inode numbers of. */
    private static final class Namespace extends TextInode {
        Namespace(ProcFs proc, long number) {
            super(proc, number, 0444);
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            return -io.sandjar.abi.Errno.EINVAL;
        }
    }
}
