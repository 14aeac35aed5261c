// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import io.sandjar.kernel.fs.ListedDir;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;

/** An open directory of a tree in memory. */
final class OpenDir extends ListedDir {
    private final DirNode node;

    OpenDir(Path path, DirNode node, int flags) {
        super(path, flags);
        this.node = node;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    protected int list(Caller c, ArrayList<Entry> out) {
        return node.snapshot(c, out);
    }

    @Override
    protected long upIno() {
        DirNode up = node.up();
        return up == null ? node.ino() : up.ino();
    }

    @Override
    protected boolean has(String name) {
        return node.has(name);
    }

    @Override
    protected boolean dead() {
        return node.dead();
    }
}
