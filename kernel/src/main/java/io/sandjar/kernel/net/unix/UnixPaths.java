// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;

/** Names of unix sockets in the file system. */
final class UnixPaths {
    private UnixPaths() {}

    /** Makes the inode of a socket that is being bound; -EEXIST when the name is taken. */
    static int make(Caller c, String path, int permissions, Ref<Inode> out) {
        Ref<Path> made = new Ref<>();
        int r = FileOps.mknod(c, O.AT_FDCWD, path, O.S_IFSOCK | permissions, 0, made);
        if (r == 0) {
            out.set(made.get().inode());
        }
        return r;
    }

    /** The inode of a socket that the caller may connect to. */
    static int find(Caller c, String path, Ref<Inode> out) {
        Ref<Path> found = new Ref<>();
        int r = PathWalk.find(c, O.AT_FDCWD, path, 0, found);
        if (r != 0) {
            return r;
        }
        Inode i = found.get().inode();
        r = Permissions.may(c.creds(), i, Permissions.MAY_WRITE);
        if (r != 0) {
            return r;
        }
        if ((i.mode() & O.S_IFMT) != O.S_IFSOCK) {
            return -ECONNREFUSED;
        }
        out.set(i);
        return 0;
    }
}
