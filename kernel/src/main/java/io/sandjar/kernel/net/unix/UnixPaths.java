// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;

/** Names of unix sockets in the file system. */
final class UnixPaths {
    private UnixPaths() {}

    /** Makes the inode of a socket that is being bound; -EEXIST when the name is taken. */
    static int make(Caller c, String path, Ref<Inode> out) {
        return -EACCES;
    }

    /** The inode of a socket that the caller may connect to. */
    static int find(Caller c, String path, Ref<Inode> out) {
        return -ENOENT;
    }
}
