// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.Caller;

/** A file with a fixed text. Where it may be written, what is written is kept but means nothing. */
class ConstantFile extends TextInode {
    private volatile String text;

    ConstantFile(PseudoFs fs, String text) {
        this(fs, text, 0444);
    }

    ConstantFile(PseudoFs fs, String text, int perm) {
        super(fs, fs.newIno(), perm);
        this.text = text;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        out.append(text);
        return 0;
    }

    @Override
    protected int store(Caller c, String data) {
        if ((mode() & 0222) == 0) {
            return -EACCES;
        }
        keep(data.endsWith("\n") ? data : data + "\n");
        return data.length();
    }

    /** Takes a text that it may have. */
    protected void keep(String now) {
        text = now;
    }
}
