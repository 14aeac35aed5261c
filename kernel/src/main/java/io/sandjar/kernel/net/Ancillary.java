// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.kernel.vfs.FileDescription;

/**
 * Descriptors and credentials that travel with bytes over a unix socket (unix(7)). Holds one reference of each
 * description until they are taken or released.
 */
public final class Ancillary {
    private static final FileDescription[] NONE = {};

    private FileDescription[] files = NONE;
    public int pid;
    public int uid;
    public int gid;

    /** Whether the credentials are there. */
    public boolean creds;

    public FileDescription[] files() {
        return files;
    }

    public boolean hasFiles() {
        return files.length > 0;
    }

    public void setFiles(FileDescription[] acquired) {
        files = acquired;
    }

    public void setCreds(int p, int u, int g) {
        pid = p;
        uid = u;
        gid = g;
        creds = true;
    }

    public boolean sameCreds(Ancillary o) {
        return creds == o.creds && (!creds || (pid == o.pid && uid == o.uid && gid == o.gid));
    }

    /** The files, which are the caller's from now on. */
    public FileDescription[] takeFiles() {
        FileDescription[] f = files;
        files = NONE;
        return f;
    }

    /** The files with one more reference of each, for MSG_PEEK. */
    public FileDescription[] copyFiles() {
        FileDescription[] f = files.clone();
        for (FileDescription d : f) {
            d.acquire();
        }
        return f;
    }
}
