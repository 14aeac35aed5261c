// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** Root, working directory and umask: what CLONE_FS shares. */
public final class FsContext {
    private volatile Path root;
    private volatile Path cwd;
    private volatile int umask;

    public FsContext(Path root, Path cwd, int umask) {
        this.root = root;
        this.cwd = cwd;
        this.umask = umask;
    }

    public FsContext copy() {
        return new FsContext(root, cwd, umask);
    }

    public Path root() {
        return root;
    }

    public Path cwd() {
        return cwd;
    }

    public int umask() {
        return umask;
    }

    public void setRoot(Path p) {
        root = p;
    }

    public void setCwd(Path p) {
        cwd = p;
    }

    public void setUmask(int mask) {
        umask = mask & 0777;
    }
}
