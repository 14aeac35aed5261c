// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import io.sandjar.kernel.fs.ListedDir;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;

/** An open directory of a {@link UnionFs}. */
final class OpenUnionDir extends ListedDir {
    private final UnionDir dir;

    OpenUnionDir(Path path, UnionDir dir, int flags) {
        super(path, flags);
        this.dir = dir;
    }

    @Override
    public Inode inode() {
        return dir;
    }

    @Override
    protected int list(Caller c, ArrayList<Entry> out) {
        return dir.snapshot(c, out);
    }

    @Override
    protected long upIno() {
        UnionDir up = dir.parent();
        return up == null ? dir.ino() : up.ino();
    }

    @Override
    protected boolean dead() {
        return dir.isDead();
    }
}
