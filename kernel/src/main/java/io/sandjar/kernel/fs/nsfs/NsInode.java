// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.nsfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;

/** A namespace as a file: opening it holds the namespace. */
final class NsInode extends PseudoInode {
    private final NsFs home;
    private final Namespace namespace;

    NsInode(NsFs home, Namespace ns) {
        super(home, ns.number(), S_IFREG | 0444);
        this.home = home;
        this.namespace = ns;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if ((flags & O_ACCMODE) != O_RDONLY) {
            return -EPERM; // as what is immutable
        }
        out.set(new NsFile(home, namespace, path, flags));
        return 0;
    }

    /** As what is immutable: that comes before the mode. */
    @Override
    public int refusal(Creds c, int mask) {
        return (mask & Permissions.MAY_WRITE) != 0 ? -EPERM : -EACCES;
    }

    /** Mounts keep a namespace as descriptors do. */
    @Override
    public void mounted(int more) {
        namespace.hold(more);
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        return -EPERM;
    }
}
