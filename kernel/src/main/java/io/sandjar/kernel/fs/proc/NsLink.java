// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;

/** /proc/PID/ns/NAME. The first container's namespaces have the numbers of Linux's first ones; others share some. */
final class NsLink extends PseudoInode {
    private static final long[] NUMBERS = {
        4026531835L, 4026531839L, 4026531841L, 4026531840L, 4026531836L, 4026531834L, 4026531837L, 4026531838L,
    };

    private static final long FURTHER = 4026532000L;

    private final ProcFs proc;
    private final String name;
    private final long number;

    NsLink(TaskDir dir, String name, int index) {
        super(dir.proc, TaskDir.inoOf(dir.group, dir.task, 200 + index), 0120777);
        this.proc = dir.proc;
        this.name = name;
        this.number = number(dir.group.container(), name, index);
    }

    private static long number(Container c, String name, int index) {
        int n = switch (name) {
            case "mnt" -> c.number();
            case "pid" -> c.pids().number();
            case "uts" -> c.uts().number;
            default -> 0;
        };
        return n == 0 ? NUMBERS[index] : FURTHER + 8L * n + index;
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
