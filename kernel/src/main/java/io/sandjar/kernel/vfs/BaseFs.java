// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;

/** The directory at the bottom of a mount namespace: empty for ever, and covered by the root. */
final class BaseFs extends FileSystem {
    private final Root root = new Root();

    BaseFs() {
        super("rootfs");
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public void statfs(StatFs out) {
        out.type = 0x858458f6L;
    }

    private final class Root extends Inode {
        Root() {
            super(BaseFs.this);
        }

        @Override
        public long ino() {
            return 1;
        }

        @Override
        public int mode() {
            return 0040555;
        }

        @Override
        public int uid() {
            return 0;
        }

        @Override
        public int gid() {
            return 0;
        }

        @Override
        public int stat(Stat out) {
            out.dev = dev();
            out.ino = 1;
            out.mode = mode();
            out.nlink = 2;
            return 0;
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            return -ENOENT;
        }
    }
}
