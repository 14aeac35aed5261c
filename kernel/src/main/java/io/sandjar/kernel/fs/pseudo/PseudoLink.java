// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;

/** A symbolic link of a {@link PseudoFs}. */
public class PseudoLink extends PseudoInode {
    private final String target;

    public PseudoLink(PseudoFs fs, String target) {
        this(fs, fs.newIno(), target);
    }

    public PseudoLink(PseudoFs fs, long ino, String target) {
        super(fs, ino, 0120777);
        this.target = target;
    }

    @Override
    public int readlink(Caller c, Ref<String> out) {
        out.set(target);
        return 0;
    }

    @Override
    protected long size() {
        return target.length();
    }
}
