// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;

/** A caller with a root and a working directory. */
public class TreeCaller extends StubCaller {
    private final FsContext fs;
    public Creds creds = Creds.of(0, 0);

    public TreeCaller(MountNamespace ns) {
        fs = new FsContext(ns.rootPath(), ns.rootPath(), 022);
    }

    @Override
    public Creds creds() {
        return creds;
    }

    @Override
    public FsContext fs() {
        return fs;
    }

    @Override
    public int umask() {
        return fs.umask();
    }

    @Override
    public long rlimit(int resource) {
        return Long.MAX_VALUE;
    }
}
