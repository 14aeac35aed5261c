// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.util.List;

/** /proc/PID/attr: what security modules say. There is none, so nothing can be read or written, as on a Linux without. */
final class AttrDir extends PseudoDir {
    private static final String[] NAMES = {"current", "exec", "fscreate", "keycreate", "prev", "sockcreate"};

    private final TaskDir of;

    AttrDir(TaskDir of) {
        super(of.proc, of.ino(3), 0555);
        this.of = of;
    }

    private long ino(int i) {
        return of.ino(400 + i);
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                out.set(new Attribute(ino(i), name.equals("prev") ? 0444 : 0666));
                return 0;
            }
        }
        return -ENOENT;
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        for (int i = 0; i < NAMES.length; i++) {
            out.add(new Entry(NAMES[i], ino(i), 8));
        }
    }

    private final class Attribute extends TextInode {
        Attribute(long ino, int perm) {
            super(of.proc, ino, perm);
        }

        @Override
        public int uid() {
            return of.uid();
        }

        @Override
        public int gid() {
            return of.gid();
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            return -EINVAL;
        }

        @Override
        protected int store(Caller c, String data) {
            return -EINVAL;
        }
    }
}
