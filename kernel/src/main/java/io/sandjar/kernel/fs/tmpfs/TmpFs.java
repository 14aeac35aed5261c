// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.tmpfs;

import io.sandjar.kernel.fs.TreeRemoval;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.overlay.DirNode;
import io.sandjar.kernel.fs.overlay.NodeFs;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;

/** Files in memory with limits on space and number (tmpfs(5)). */
public final class TmpFs extends NodeFs {
    private final DirNode root;
    private final String options;

    /**
     * @param maxBytes limit on contents, Long.MAX_VALUE for none
     * @param maxNodes limit on files, Long.MAX_VALUE for none
     * @param mode permission bits of the root directory
     */
    public TmpFs(FileStore store, long maxBytes, long maxNodes, int mode) {
        this(store, maxBytes, maxNodes, mode, 0, 0);
    }

    /** As above with an owner of the root directory. */
    public TmpFs(FileStore store, long maxBytes, long maxNodes, int mode, int uid, int gid) {
        this("tmpfs", store, maxBytes, maxNodes, mode, uid, gid);
    }

    TmpFs(String type, FileStore store, long maxBytes, long maxNodes, int mode, int uid, int gid) {
        super(type, store, maxBytes == Long.MAX_VALUE ? maxBytes : (maxBytes + 4095) >>> 12, maxNodes, 1);
        StringBuilder b = new StringBuilder();
        if (maxBytes != Long.MAX_VALUE) {
            b.append(",size=").append(maxBytes + 1023 >>> 10).append('k');
        }
        if (maxNodes != Long.MAX_VALUE) {
            b.append(",nr_inodes=").append(maxNodes);
        }
        if ((mode & 07777) != 01777) {
            b.append(",mode=").append(Integer.toOctalString(mode & 07777));
        }
        if (uid != 0) {
            b.append(",uid=").append(Integer.toUnsignedString(uid));
        }
        if (gid != 0) {
            b.append(",gid=").append(Integer.toUnsignedString(gid));
        }
        options = b.isEmpty() ? "" : b.substring(1);
        countRoot();
        root = DirNode.newRoot(this, 0040000 | mode, uid, gid);
    }

    @Override
    public Inode root() {
        return root;
    }

    /** The root directory, for those who fill a tree of their own (/dev). */
    public DirNode rootDir() {
        return root;
    }

    /** Gives back what its files take; those that are open go with their last descriptor. */
    @Override
    public void close() {
        if (endsUnmounted()) {
            Dentry top = new Dentry(null, "/", root);
            Path all = new Path(new Mount(this, top, "tmpfs", 0), top);
            new TreeRemoval(new KernelCaller(all)).empty(root);
        }
    }

    @Override
    protected boolean metersMakers() {
        return true;
    }

    @Override
    public String options() {
        return options;
    }
}
