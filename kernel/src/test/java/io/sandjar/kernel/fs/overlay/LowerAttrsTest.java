// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attributes of lower files count from when they are copied, and only what was counted is given back. */
class LowerAttrsTest {
    @TempDir
    java.nio.file.Path dir;

    private final HeapRoom heap = HeapRoom.alone();

    /** A file whose lower one has an attribute; there may be no such thing here. */
    private Inode file(TreeCaller[] caller, String attr, byte[] value) throws IOException {
        Files.writeString(dir.resolve("file"), "x");
        int fd = Sys.openat(Sys.AT_FDCWD, dir.resolve("file").toString(), O_RDWR, 0);
        int r = HostFs.fsetxattr(fd, attr, value, 0);
        Sys.close(fd);
        assumeTrue(r == 0, "the host's file system has no such attributes");
        Ref<RootBuilder> root = new Ref<>();
        assertEquals(0, RootBuilder.overlay(new FileStore(heap), dir.toString(), Long.MAX_VALUE, root));
        caller[0] = new TreeCaller(root.get().build());
        Ref<Path> p = new Ref<>();
        assertEquals(0, PathWalk.find(caller[0], AT_FDCWD, "/file", 0, p));
        return p.get().inode();
    }

    @Test
    void valuesThatAreCopied() throws IOException {
        TreeCaller[] c = new TreeCaller[1];
        Inode i = file(c, "user.below", new byte[1000]);
        long before = heap.used();
        assertEquals(0, i.setxattr(c[0], "user.own", new byte[10], 0));
        assertEquals(before + 100 + 8 + 10 + 100 + 10 + 1000, heap.used());
        assertEquals(0, i.removexattr(c[0], "user.below"));
        assertEquals(before + 100 + 8 + 10, heap.used());
        assertEquals(0, i.removexattr(c[0], "user.own"));
        assertEquals(before, heap.used());
    }

    @Test
    void listsThatAreCopied() throws IOException {
        byte[] list = {
            2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1, 2, 0, 4, 0, 5, 0, 0, 0, 4, 0, 4, 0, -1, -1, -1, -1, 16, 0, 4, 0, -1,
            -1, -1, -1, 32, 0, 0, 0, -1, -1, -1, -1
        };
        TreeCaller[] c = new TreeCaller[1];
        Inode i = file(c, Acl.ACCESS, list);
        long before = heap.used();
        assertEquals(0, i.setxattr(c[0], "user.own", new byte[1000], 0));
        long own = heap.used();
        assertEquals(0, i.setxattr(c[0], Acl.ACCESS, list, 0));
        assertEquals(own + 64 + 6 * 5, heap.used());
        assertEquals(0, i.removexattr(c[0], Acl.ACCESS));
        assertEquals(own, heap.used());
        assertEquals(0, i.removexattr(c[0], "user.own"));
        assertEquals(before, heap.used());
    }
}
