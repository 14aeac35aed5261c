// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.tmpfs;

import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.overlay.DirNode;
import io.sandjar.kernel.fs.overlay.NodeFs;
import io.sandjar.kernel.vfs.Inode;

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
        super("tmpfs", store, maxBytes == Long.MAX_VALUE ? maxBytes : (maxBytes + 4095) >>> 12, maxNodes, 1);
        String size = maxBytes == Long.MAX_VALUE ? "" : "size=" + (maxBytes + 1023 >>> 10) + "k";
        String m = (mode & 07777) == 01777 ? "" : "mode=" + Integer.toOctalString(mode & 07777);
        String owner = (uid == 0 ? "" : ",uid=" + Integer.toUnsignedString(uid))
                + (gid == 0 ? "" : ",gid=" + Integer.toUnsignedString(gid));
        options = (size.isEmpty() || m.isEmpty() ? size + m : size + "," + m) + owner;
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

    @Override
    public String options() {
        return options;
    }
}
