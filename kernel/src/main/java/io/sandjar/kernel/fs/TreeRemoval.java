// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.util.ArrayList;

/** Removes what lies below a directory in memory, so that its contents go when nobody has them open any more. */
public final class TreeRemoval {
    private static final int DEEPEST = 200;

    private final Caller c;

    public TreeRemoval(Caller c) {
        this.c = c;
    }

    /** As far as it goes: what is nested beyond all use stays. */
    public void empty(Inode directory) {
        empty(directory, 0);
    }

    private void empty(Inode directory, int depth) {
        ArrayList<String> names = new ArrayList<>();
        directory.list(c, (name, ino, next, type) -> {
            names.add(name);
            return true;
        });
        for (int i = 0; i < names.size(); i++) {
            Ref<Inode> child = new Ref<>();
            if (directory.lookup(c, names.get(i), child) != 0) {
                continue;
            }
            if (!child.get().isDir()) {
                directory.unlink(c, names.get(i));
            } else if (depth < DEEPEST) {
                empty(child.get(), depth + 1);
                directory.rmdir(c, names.get(i));
            }
        }
    }
}
