// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import org.jspecify.annotations.Nullable;

/** A device node, FIFO or socket: only the name; what it does is somebody else's. */
final class SpecialNode extends Node {
    private final long rdev;

    SpecialNode(NodeFs fs, @Nullable Caller c, DirNode dir, String name, int mode, long rdev) {
        super(fs, c, dir, name, mode);
        this.rdev = rdev;
    }

    SpecialNode(NodeFs fs, Inode lower, long ino, DirNode dir, String name) {
        super(fs, lower, ino, dir, name);
        this.rdev = lower.rdev();
    }

    @Override
    public long rdev() {
        return rdev;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return -ENXIO;
    }

    @Override
    void statSize(Stat o) {
        o.size = 0;
        o.blocks = 0;
    }
}
