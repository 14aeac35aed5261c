// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.nsfs;

import io.sandjar.abi.O;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;

/** The file system of namespaces: where the links of /proc/PID/ns lead. */
public final class NsFs extends PseudoFs {
    private static final long NSFS_MAGIC = 0x6e736673;

    public NsFs() {
        super("nsfs", NSFS_MAGIC);
        setRoot(new PseudoDir(this, 1, 0555));
    }

    /** The file of a namespace. */
    public Path path(Namespace ns) {
        Dentry d = new Dentry(null, text(ns), new NsInode(this, ns));
        return new Path(new Mount(this, d, "nsfs", 0), d);
    }

    /** Opens a namespace for a caller: the descriptor, or -errno. */
    public long open(Caller c, Namespace ns) {
        NsFile f = new NsFile(this, ns, path(ns), O.O_RDONLY);
        int fd = c.fds().install(f, true, 0, c.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }

    /** What a namespace is called: kind and inode number. */
    public static String text(Namespace ns) {
        return ns.kind().text + ":[" + ns.number() + "]";
    }
}
