// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Places for files without a name (pipes, sockets), so that fstat, /proc/PID/fd links and AT_EMPTY_PATH reach them. */
public final class Anonymous {
    private Anonymous() {}

    /** The path of a description that has none: a detached mount with one dentry, its name what the link would say. */
    public static Path path(FileDescription d) {
        Path p = d.path();
        if (p != null) {
            return p;
        }
        return path(d.inode(), d.describe());
    }

    /** A place of its own for an inode. */
    public static Path path(Inode i, String name) {
        Dentry dentry = new Dentry(null, name, i);
        return new Path(new Mount(i.fs, dentry, "none", 0), dentry);
    }
}
