// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import java.util.concurrent.atomic.AtomicInteger;

/** Root, working directory and umask: what CLONE_FS shares. */
public final class FsContext {
    private volatile Path root;
    private volatile Path cwd;
    private volatile int umask;
    private final AtomicInteger users = new AtomicInteger(1);

    public FsContext(Path root, Path cwd, int umask) {
        this.root = root;
        this.cwd = cwd;
        this.umask = umask;
    }

    public FsContext copy() {
        return new FsContext(root, cwd, umask);
    }

    /** One more thread uses it. */
    public void share() {
        users.incrementAndGet();
    }

    /** A thread uses it no more. */
    public void leave() {
        users.decrementAndGet();
    }

    /** Whether several threads use it. */
    public boolean shared() {
        return users.get() > 1;
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
