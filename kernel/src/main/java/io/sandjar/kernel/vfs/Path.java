// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import org.jspecify.annotations.Nullable;

/** A place in the tree: a dentry as seen through one mount. */
public record Path(Mount mount, Dentry dentry) {
    public Inode inode() {
        return dentry.inode();
    }

    // Written out because a record's own are made of method handles, which costs every start ten milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Path p && mount == p.mount && dentry == p.dentry;
    }

    @Override
    public int hashCode() {
        return 31 * mount.hashCode() + dentry.hashCode();
    }
}
