// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;

/**
 * A file whose text is made when it is read. The text belongs to the open description, so that a reader that comes in
 * several calls sees one consistent state; reading from the start again makes it anew.
 */
public abstract class TextInode extends PseudoInode {
    protected TextInode(PseudoFs fs, long ino, int perm) {
        super(fs, ino, 0100000 | perm);
    }

    /**
     * Makes the text, bytes as ISO-8859-1.
     *
     * @return 0 or -errno
     */
    protected abstract int text(Caller c, StringBuilder out);

    /** Takes what was written; the number of bytes used, or -errno. */
    protected int store(Caller c, String data) {
        return -EACCES;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        out.set(new TextDescription(this, path, flags));
        return 0;
    }
}
