// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mounts of the sandbox go on covering what they cover, whatever a guest mounts. */
class MountOpsTest {
    private final RootBuilder tree = RootBuilder.empty(new FileStore());
    private final MountNamespace ns = tree.build();
    private final TreeCaller c = new TreeCaller(ns);

    @BeforeEach
    void makeTree() {
        for (String d : new String[] {"/covered", "/covered/secret", "/a", "/b"}) {
            assertEquals(0, FileOps.mkdir(c, AT_FDCWD, d, 0755));
        }
        assertEquals(0, tree.tmpfs("/covered", Long.MAX_VALUE, 0755, Mount.NODEV));
    }

    private Path at(String path) {
        Ref<Path> p = new Ref<>();
        assertEquals(0, PathWalk.find(c, AT_FDCWD, path, 0, p), path);
        return p.get();
    }

    private int look(String path) {
        return PathWalk.find(c, AT_FDCWD, path, 0, new Ref<>());
    }

    @Test
    void theSandboxsMountsStay() {
        assertEquals(-EINVAL, MountOps.unmount(ns, at("/covered"), true));
        assertEquals(-EINVAL, MountOps.unmount(ns, at("/"), true));
        assertEquals(-EINVAL, MountOps.move(ns, at("/covered"), at("/a")));
        assertEquals(-EPERM, MountOps.remount(Creds.of(0, 0), at("/covered"), 0, false));
        assertEquals(0, MountOps.remount(Creds.of(0, 0), at("/covered"), Mount.NODEV | Mount.RDONLY, false));
    }

    @Test
    void theyComeAlongWithABind() {
        assertEquals(0, MountOps.bind(ns, at("/"), at("/a"), false));
        assertEquals(0, look("/a/covered"));
        assertEquals(-ENOENT, look("/a/covered/secret"));
        assertEquals(-EBUSY, MountOps.unmount(ns, at("/a"), false));
        assertEquals(-EINVAL, MountOps.unmount(ns, at("/a/covered"), false));
        c.fs().setCwd(at("/a"));
        assertEquals(0, MountOps.unmount(ns, at("/a"), true));
        assertEquals(0, look("covered"));
        assertEquals(-ENOENT, look("covered/secret"));
        assertEquals(-ENOENT, look("/a/covered"));
    }

    @Test
    void whatTheGuestMountsItMayMoveAndTakeAway() {
        assertEquals(0, MountOps.bind(ns, at("/covered"), at("/a"), true));
        assertEquals(0, FileOps.mkdir(c, AT_FDCWD, "/a/x", 0755));
        assertEquals(0, look("/covered/x"));
        assertEquals(0, MountOps.move(ns, at("/a"), at("/b")));
        assertEquals(-ENOENT, look("/a/x"));
        assertEquals(-ELOOP, MountOps.move(ns, at("/b"), at("/b/x")));
        assertEquals(0, MountOps.unmount(ns, at("/b"), false));
        assertEquals(-ENOENT, look("/b/x"));
    }
}
