// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;

/** A symbolic link. */
final class LinkNode extends Node {
    private final String target;
    private int lowerSize;

    LinkNode(NodeFs fs, Caller c, DirNode dir, String name, String target) {
        super(fs, c, dir, name, 0120777);
        this.target = target;
    }

    LinkNode(NodeFs fs, Inode lower, long ino, DirNode dir, String name) {
        super(fs, lower, ino, dir, name);
        this.target = "";
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        Inode low = lower;
        if (low != null) {
            return low.readlink(c, out);
        }
        out.set(target);
        return 0;
    }

    int length() {
        return target.length();
    }

    @Override
    void ownMore(Stat s) {
        lowerSize = (int) s.size;
    }

    @Override
    void statSize(Stat o) {
        o.size = isLowerBorn() ? lowerSize : target.length();
        o.blocks = 0;
    }
}
