// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import io.sandjar.kernel.fs.ListedDir;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;

/** An open {@link PseudoDir}. */
final class DirDescription extends ListedDir {
    private final PseudoDir dir;

    DirDescription(PseudoDir dir, Path path, int flags) {
        super(path, flags);
        this.dir = dir;
    }

    @Override
    public Inode inode() {
        return dir;
    }

    @Override
    protected int list(Caller c, ArrayList<Entry> out) {
        dir.list(c, out);
        return 0;
    }
}
