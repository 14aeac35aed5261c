// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTreesTest {
    @TempDir
    Path dir;

    @Test
    void aCloneHasNoParentAndStaysReadOnly() throws Exception {
        Files.createDirectories(dir.resolve("tree/sub"));
        Files.writeString(dir.resolve("tree/file"), "x");
        int fd = HostTrees.open(Sys.AT_FDCWD, dir.resolve("tree").toString(), true);
        assumeTrue(fd != -Errno.EPERM);
        assertTrue(fd >= 0, "open_tree: " + fd);

        assertEquals(ino(fd, ""), ino(fd, ".."), "no way out");
        assertEquals(ino(fd, ""), ino(fd, "sub/../.."));
        int file = Sys.openat(fd, "file", O.O_RDWR, 0);
        assertTrue(file >= 0);
        Sys.close(file);

        assertEquals(0, HostTrees.attributes(fd, HostTrees.RDONLY | HostTrees.NOEXEC | HostTrees.NOATIME, 0, true));
        assertEquals(-Errno.EROFS, Sys.openat(fd, "file", O.O_RDWR, 0));
        assertEquals(-Errno.EROFS, HostFs.nameCall(Nr.mkdirat, fd, "new", 0755, 0, 0));
        assertEquals(-Errno.EROFS, HostFs.nameCall(Nr.fchmodat, fd, "file", 0600, 0, 0));
        Files.writeString(dir.resolve("tree/file"), "the original is not touched");
        Sys.close(fd);
    }

    @Test
    void aFileCanBeCloned() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "x");
        int fd = HostTrees.open(Sys.AT_FDCWD, file.toString(), false);
        assumeTrue(fd != -Errno.EPERM);
        assertTrue(fd >= 0, "open_tree: " + fd);
        Sys.close(fd);
        assertEquals(
                -Errno.ENOENT, HostTrees.open(Sys.AT_FDCWD, dir.resolve("none").toString(), true));
    }

    private static long ino(int dirfd, String name) {
        HostStat st = new HostStat();
        assertEquals(0, HostFs.statx(dirfd, name, st));
        return st.ino;
    }
}
