// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Mm;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Stat;
import org.junit.jupiter.api.Test;

/** Contents of files in memory: limits, holes, mapping, life. */
class FileDataTest {
    private static final int MIB = 1 << 20;
    private final RootBuilder tree = RootBuilder.empty(new FileStore());
    private final MountNamespace ns = tree.build();
    private final TreeCaller c = new TreeCaller(ns);

    private FileDescription open(String path, int flags) {
        Ref<FileDescription> f = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, path, flags, 0644, 0, f));
        return f.get();
    }

    private long write(FileDescription f, int n, long off) {
        return f.pwrite(c, new KernelIo(new byte[n], 0, n), off);
    }

    private long usedPages(FileDescription f) {
        FileSystem.StatFs s = new FileSystem.StatFs();
        f.inode().fs.statfs(s);
        return s.blocks - s.bfree;
    }

    private static long blocks(FileDescription f) {
        Stat s = new Stat();
        f.stat(s);
        return s.blocks;
    }

    @Test
    void limitEndsAWriteAfterSomeBytes() {
        assertEquals(0, tree.tmpfs("/t", 2 * MIB, 0755, 0));
        FileDescription f = open("/t/a", O_RDWR | O_CREAT);
        assertEquals(MIB, write(f, MIB, 0));
        assertEquals(MIB, write(f, 3 * MIB, MIB));
        assertEquals(-ENOSPC, write(f, 1, 2 * MIB));
        assertEquals(100, write(f, 100, 0));
        assertEquals(0, f.ftruncate(c, 4096));
        assertEquals(1, usedPages(f));
        FileDescription g = open("/t/b", O_RDWR | O_CREAT);
        assertEquals(2 * MIB - 4096, write(g, 4 * MIB, 0));
        assertEquals(-ENOSPC, f.fallocate(c, 0, 0, MIB));
        assertEquals(0, io.sandjar.kernel.vfs.FileOps.unlink(c, AT_FDCWD, "/t/b"));
        assertEquals(512, usedPages(f));
        g.release();
        assertEquals(1, usedPages(f));
        f.release();
    }

    @Test
    void holesCostNothing() {
        FileDescription f = open("/h", O_RDWR | O_CREAT);
        assertEquals(10, write(f, 10, 200_000));
        assertEquals(8, blocks(f));
        assertEquals(196_608, f.lseek(c, 0, SEEK_DATA));
        assertEquals(0, f.lseek(c, 0, SEEK_HOLE));
        assertEquals(10, write(f, 10, 8L * MIB));
        assertEquals(16, blocks(f));
        assertEquals(8L * MIB, f.lseek(c, 300_000, SEEK_DATA));
        assertEquals(0, f.fallocate(c, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8L * MIB, 4096));
        assertEquals(8, blocks(f));
        assertEquals(-ENXIO, f.lseek(c, 300_000, SEEK_DATA));
        assertEquals(8L * MIB + 10, f.lseek(c, 0, SEEK_END));
        f.release();
    }

    @Test
    void aReadOnlyDescriptionMapsReadOnly() {
        FileDescription f = open("/m", O_RDWR | O_CREAT);
        assertEquals(10, write(f, 10, 0));
        FileDescription g = open("/m", O_RDONLY);
        int fd = g.mapFd(c, Mm.PROT_READ, Mm.MAP_SHARED);
        assertTrue(fd >= 0);
        byte[] b = {1};
        assertEquals(-EBADF, Sys.write(fd, b, 0, 1, 0));
        assertEquals(-EACCES, g.mapFd(c, Mm.PROT_READ | Mm.PROT_WRITE, Mm.MAP_SHARED));
        assertTrue(g.mapFd(c, Mm.PROT_READ | Mm.PROT_WRITE, Mm.MAP_PRIVATE) >= 0);
        int rw = f.mapFd(c, Mm.PROT_READ, Mm.MAP_SHARED);
        assertEquals(1, Sys.write(rw, b, 0, 1, 5));
        byte[] all = new byte[10];
        assertEquals(10, g.pread(c, new KernelIo(all, 0, 10), 0));
        assertEquals(1, all[5]);
        HostStat s = new HostStat();
        assertEquals(0, io.sandjar.host.HostFs.statx(rw, "", s));
        assertEquals(10, s.size);
        f.release();
        g.release();
    }

    @Test
    void freedSpaceReadsAsZeros() {
        byte[] ones = new byte[8192];
        java.util.Arrays.fill(ones, (byte) 1);
        FileDescription f = open("/a", O_RDWR | O_CREAT);
        f.pwrite(c, new KernelIo(ones, 0, ones.length), 0);
        f.ftruncate(c, 3000);
        f.ftruncate(c, 8192);
        byte[] b = new byte[8192];
        assertEquals(8192, f.pread(c, new KernelIo(b, 0, 8192), 0));
        for (int i = 0; i < b.length; i++) {
            assertEquals(i < 3000 ? 1 : 0, b[i]);
        }
        f.ftruncate(c, 0);
        FileDescription g = open("/b", O_RDWR | O_CREAT);
        g.pwrite(c, new KernelIo(ones, 0, 1), 8191);
        assertEquals(8192, g.pread(c, new KernelIo(b, 0, 8192), 0));
        for (int i = 0; i < 8191; i++) {
            assertEquals(0, b[i]);
        }
        f.release();
        g.release();
    }
}
