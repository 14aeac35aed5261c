// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.Caller;

/** An attribute of sysfs with a fixed text. */
class SysText extends TextInode {
    private static final int PAGE = 4096;

    private final String text;

    SysText(PseudoFs fs, String text) {
        super(fs, fs.newIno(), 0444);
        this.text = text;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        out.append(text);
        return 0;
    }

    /** Whatever the text is. */
    @Override
    protected long size() {
        return PAGE;
    }
}
