// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;

/**
 * The removal of a tree of any depth with few descriptors: what lies too deep is moved up to the top and removed from
 * there. Directories that nobody may read or write are made writable first (an ordinary user needs that).
 */
final class Removal {
    private static final int MAX_DEPTH = 100;
    private static final int FLAGS = O.O_RDONLY | O.O_DIRECTORY | O.O_NOFOLLOW;

    /** RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV: what is mounted here by whomever is not emptied. */
    private static final long STRICT = 0x8 | 0x4 | 0x1;

    private final int top;
    private int moved;
    private int serial;

    private Removal(int top) {
        this.top = top;
    }

    static void remove(int dir, String name) throws ImageException {
        int r = unlink(dir, name, 0);
        if (r == 0 || r == -Errno.ENOENT) {
            return;
        }
        if (r != -Errno.EISDIR) {
            Tree.check(r, "remove " + Tree.shown(name));
        }
        int top = openForRemoval(dir, name);
        try {
            new Removal(top).empty(top, 0);
        } finally {
            Sys.close(top);
        }
        Tree.check(unlink(dir, name, O.AT_REMOVEDIR), "remove " + Tree.shown(name));
    }

    private static int openForRemoval(int dir, String name) throws ImageException {
        int fd = Sys.openat2(dir, name, FLAGS, 0, STRICT);
        if (fd == -Errno.EACCES) {
            HostFs.nameCall(Nr.fchmodat, dir, name, 0700, 0, 0); // a directory: EISDIR said so, and it is our own
            fd = Sys.openat2(dir, name, FLAGS, 0, STRICT);
        }
        return Tree.check(fd, "remove " + Tree.shown(name));
    }

    private void empty(int dir, int depth) throws ImageException {
        boolean again = true;
        while (again) {
            again = false;
            for (String name : Tree.names(dir)) {
                int r = unlink(dir, name, 0);
                if (r == -Errno.EACCES) {
                    Sys.call(Nr.fchmod, dir, 0700, 0);
                    r = unlink(dir, name, 0);
                }
                if (r == 0 || r == -Errno.ENOENT) {
                    continue;
                }
                if (r != -Errno.EISDIR) {
                    Tree.check(r, "remove " + Tree.shown(name));
                }
                if (depth >= MAX_DEPTH) {
                    up(dir, name);
                    continue;
                }
                int fd = openForRemoval(dir, name);
                try {
                    empty(fd, depth + 1);
                } finally {
                    Sys.close(fd);
                }
                Tree.check(unlink(dir, name, O.AT_REMOVEDIR), "remove " + Tree.shown(name));
            }
            if (depth == 0 && moved > 0) {
                moved = 0;
                again = true;
                rewind(dir);
            }
        }
    }

    private void up(int dir, String name) throws ImageException {
        int r;
        do {
            r = HostFs.twoNames(Nr.renameat2, dir, name, top, ".deep-" + serial++, 1); // RENAME_NOREPLACE
        } while (r == -Errno.EEXIST);
        Tree.check(r, "remove " + Tree.shown(name));
        moved++;
    }

    private static void rewind(int dir) {
        Sys.call(Nr.lseek, dir, 0, 0);
    }

    private static int unlink(int dir, String name, int flags) {
        return HostFs.nameCall(Nr.unlinkat, dir, name, flags, 0, 0);
    }
}
