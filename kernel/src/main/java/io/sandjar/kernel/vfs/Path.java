// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** A place in the tree: a dentry as seen through one mount. */
public record Path(Mount mount, Dentry dentry) {
    public Inode inode() {
        return dentry.inode();
    }
}
