// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.util.List;

/** A directory whose entries are made when somebody first looks: most guests never do, and starting should be fast. */
public abstract class LazyDir extends PseudoDir {
    private volatile boolean filled;

    protected LazyDir(PseudoFs fs) {
        super(fs);
    }

    /** Adds the entries; called once. */
    protected abstract void fill();

    private void ensure() {
        if (!filled) {
            synchronized (this) {
                if (!filled) {
                    fill();
                    filled = true;
                }
            }
        }
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        ensure();
        return super.lookup(c, name, out);
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        ensure();
        super.list(c, out);
    }

    @Override
    protected int nlink() {
        ensure();
        return super.nlink();
    }
}
