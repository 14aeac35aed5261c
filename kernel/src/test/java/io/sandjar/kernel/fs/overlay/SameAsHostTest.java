// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.AttrOps;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations, made on our file systems and on a directory of the host: results and trees must be the same. */
class SameAsHostTest {
    private static final String[] NAMES = {"a", "b", "c", "d", "e"};
    private static final int[] ALLOCATIONS = {
        FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_KEEP_SIZE, 0, FALLOC_FL_ZERO_RANGE
    };
    private java.nio.file.Path base;
    private java.nio.file.Path real;
    private int realFd;
    private TreeCaller c;
    private Random random;
    private String last = "";
    private boolean onHost;

    @BeforeEach
    void makeDirectory() throws IOException {
        java.nio.file.Path memory = java.nio.file.Path.of("/dev/shm"); // a disk takes ten times as long
        base = Files.isWritable(memory) ? Files.createTempDirectory(memory, "same") : Files.createTempDirectory("same");
        real = Files.createDirectory(base.resolve("real"));
    }

    @AfterEach
    void removeDirectory() throws IOException {
        Sys.close(realFd);
        try (Stream<java.nio.file.Path> all = Files.walk(base)) {
            for (java.nio.file.Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void tmpfs(long seed) {
        random = new Random(seed);
        c = new TreeCaller(RootBuilder.empty(new FileStore()).build());
        run(1500);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void overlay(long seed) throws IOException {
        random = new Random(seed);
        realFd = Sys.openat(Sys.AT_FDCWD, real.toString(), O_DIRECTORY, 0);
        for (int i = 0; i < 200; i++) {
            seedLower();
        }
        java.nio.file.Path lower = base.resolve("lower");
        copy(real, lower);
        Ref<RootBuilder> b = new Ref<>();
        assertEquals(0, RootBuilder.overlay(new FileStore(), lower.toString(), Long.MAX_VALUE, b));
        c = new TreeCaller(b.get().build());
        compare();
        run(1500);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void volume(long seed) throws IOException {
        random = new Random(seed);
        onHost = true;
        java.nio.file.Path mine = Files.createDirectory(base.resolve("mine"));
        Ref<RootBuilder> b = new Ref<>();
        assertEquals(0, RootBuilder.hostDir(new FileStore(), mine.toString(), false, b));
        c = new TreeCaller(b.get().build());
        run(1000);
    }

    private void copy(java.nio.file.Path from, java.nio.file.Path to) throws IOException {
        ProcessBuilder p = new ProcessBuilder("cp", "-a", from.toString(), to.toString());
        try {
            assertEquals(0, p.inheritIO().start().waitFor());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** The same without our side. */
    private void seedLower() {
        String p = path();
        switch (random.nextInt(4)) {
            case 0 -> HostFs.nameCall(Nr.mkdirat, realFd, p, 0755, 0, 0);
            case 1 -> HostFs.symlink(path(), realFd, p);
            case 2 -> HostFs.twoNames(Nr.linkat, realFd, p, realFd, path(), 0);
            default -> {
                int fd = Sys.openat(realFd, p, O_CREAT | O_WRONLY | O_NOFOLLOW, 0644);
                if (fd >= 0) {
                    byte[] data = bytes();
                    Sys.write(fd, data, 0, data.length, 0);
                    Sys.close(fd);
                }
            }
        }
    }

    private byte[] bytes() {
        byte[] b = new byte[random.nextInt(8) == 0 ? random.nextInt(1 << 21) : random.nextInt(10_000)];
        random.nextBytes(b);
        return b;
    }

    private String path() {
        StringBuilder b = new StringBuilder();
        int n = 1 + random.nextInt(3);
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                b.append('/');
            }
            b.append(random.nextInt(25) == 0 ? ".." : NAMES[random.nextInt(NAMES.length)]);
        }
        if (random.nextInt(30) == 0) {
            b.append('/');
        }
        // above the root ours stays where it is, the host's goes on
        return b.indexOf("..") >= 0 ? b.toString().replace("..", ".") : b.toString();
    }

    private void run(int steps) {
        if (realFd == 0) {
            realFd = Sys.openat(Sys.AT_FDCWD, real.toString(), O_DIRECTORY, 0);
        }
        for (int i = 0; i < steps; i++) {
            step(i);
            if (i % 100 == 0) {
                compare();
            }
        }
        compare();
    }

    private void step(int i) {
        String p = path();
        String q = path();
        int kind = random.nextInt(14);
        last = i + ": " + kind + " " + p + " " + q;
        switch (kind) {
            case 0, 1 -> same(HostFs.nameCall(Nr.mkdirat, realFd, p, 0755, 0, 0), FileOps.mkdir(c, AT_FDCWD, p, 0755));
            case 2 -> same(HostFs.nameCall(Nr.unlinkat, realFd, p, AT_REMOVEDIR, 0, 0), FileOps.rmdir(c, AT_FDCWD, p));
            case 3 -> same(HostFs.nameCall(Nr.unlinkat, realFd, p, 0, 0, 0), FileOps.unlink(c, AT_FDCWD, p));
            case 4, 5 -> {
                int flags = random.nextInt(4) == 0 ? 1 << random.nextInt(2) : 0;
                last += " flags " + flags;
                same(
                        HostFs.twoNames(Nr.renameat2, realFd, p, realFd, q, flags),
                        FileOps.rename(c, AT_FDCWD, p, AT_FDCWD, q, flags));
            }
            case 6 -> {
                Ref<Path> old = new Ref<>();
                int r = PathWalk.find(c, AT_FDCWD, p, PathWalk.NOFOLLOW, old);
                same(
                        HostFs.twoNames(Nr.linkat, realFd, p, realFd, q, 0),
                        r != 0 ? r : FileOps.link(c, old.get(), AT_FDCWD, q));
            }
            case 7 -> same(HostFs.symlink(q, realFd, p), FileOps.symlink(c, q, AT_FDCWD, p));
            case 8 -> truncate(p);
            case 9 -> chmod(p);
            default -> write(p);
        }
    }

    private void same(long host, long ours) {
        assertEquals(host, ours, last);
    }

    private void truncate(String p) {
        long size = random.nextInt(3) == 0 ? random.nextInt(1 << 21) : random.nextInt(20_000);
        Ref<FileDescription> f = new Ref<>();
        int fd = Sys.openat(realFd, p, O_WRONLY | O_NONBLOCK, 0);
        int r = Opener.open(c, AT_FDCWD, p, O_WRONLY | O_NONBLOCK, 0, 0, f);
        same(Math.min(fd, 0), r);
        if (r == 0) {
            same(Sys.call(Nr.ftruncate, fd, size, 0), f.get().ftruncate(c, size));
            f.get().release();
            Sys.close(fd);
        }
    }

    private void chmod(String p) {
        int mode = 0600 | random.nextInt(64);
        Ref<Path> f = new Ref<>();
        int fd = Sys.openat(realFd, p, O_PATH, 0);
        int r = PathWalk.find(c, AT_FDCWD, p, 0, f);
        same(Math.min(fd, 0), r);
        if (r == 0) {
            Sys.callWithPath(Nr.chmod, 0, "/proc/self/fd/" + fd, mode | 0700, 0, 0, 0, 0);
            same(0, AttrOps.chmod(c, f.get(), mode | 0700));
            Sys.close(fd);
        }
    }

    private void write(String p) {
        int flags = O_RDWR | O_CREAT | O_NONBLOCK;
        flags |= switch (random.nextInt(6)) {
            case 0 -> O_EXCL;
            case 1 -> O_TRUNC;
            case 2 -> O_APPEND;
            case 3 -> O_NOFOLLOW;
            default -> 0;
        };
        last += " flags " + Integer.toOctalString(flags);
        Ref<FileDescription> f = new Ref<>();
        int fd = Sys.openat(realFd, p, flags, 0644);
        int r = Opener.open(c, AT_FDCWD, p, flags, 0666, 0, f);
        same(Math.min(fd, 0), r);
        if (r != 0) {
            return;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] data = bytes();
            long off = (flags & O_APPEND) != 0 ? 0 : random.nextInt(random.nextInt(4) == 0 ? 1 << 21 : 30_000);
            if ((flags & O_APPEND) == 0 && random.nextInt(4) == 0) {
                int mode = ALLOCATIONS[random.nextInt(ALLOCATIONS.length)];
                int n = data.length + 1;
                same(Sys.call(Nr.fallocate, fd, mode, off, n, 0, 0), f.get().fallocate(c, mode, off, n));
            } else {
                same(
                        Sys.write(fd, data, 0, data.length, off),
                        f.get().pwrite(c, new KernelIo(data, 0, data.length), off));
            }
        }
        f.get().release();
        Sys.close(fd);
    }

    // ---- comparing ----

    private void compare() {
        directory(realFd, "");
    }

    private void directory(int fd, String path) {
        ArrayList<String> theirs = new ArrayList<>();
        ArrayList<String> ours = new ArrayList<>();
        int dir = Sys.openat(fd, ".", O_DIRECTORY, 0);
        byte[] buf = new byte[32768];
        int n = HostFs.getdents(dir, buf);
        for (int at = 0; at < n; at += buf[at + 16] & 0xff) {
            int end = at + 19;
            while (buf[end] != 0) {
                end++;
            }
            theirs.add(new String(buf, at + 19, end - at - 19) + ":" + buf[at + 18]);
        }
        Ref<FileDescription> f = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, path.isEmpty() ? "/" : path, O_DIRECTORY, 0, 0, f), last);
        f.get().getdents(c, (name, ino, off, type) -> ours.add(name + ":" + type));
        f.get().release();
        Collections.sort(theirs);
        Collections.sort(ours);
        assertEquals(theirs, ours, path + " after " + last);
        for (String entry : ours) {
            String name = entry.substring(0, entry.indexOf(':'));
            if (!name.startsWith(".")) {
                file(dir, name, path + "/" + name);
            }
        }
        Sys.close(dir);
    }

    private void file(int dir, String name, String path) {
        String where = path + " after " + last;
        HostStat s = new HostStat();
        assertEquals(0, HostFs.statx(dir, name, s), where);
        Ref<Path> p = new Ref<>();
        assertEquals(0, PathWalk.find(c, AT_FDCWD, path, PathWalk.NOFOLLOW, p), where);
        Stat o = new Stat();
        assertEquals(0, p.get().inode().stat(o), where);
        assertEquals(s.mode, o.mode, where);
        switch (s.mode & S_IFMT) {
            case S_IFDIR -> {
                int fd = Sys.openat(dir, name, O_DIRECTORY | O_PATH, 0);
                directory(fd, path);
                Sys.close(fd);
            }
            case S_IFLNK -> {
                Ref<String> text = new Ref<>();
                assertEquals(0, p.get().inode().readlink(c, text), where);
                assertEquals(Sys.readlinkat(dir, name), text.get(), where);
            }
            default -> {
                assertEquals(s.nlink, o.nlink, where);
                assertEquals(s.size, o.size, where);
                contents(dir, name, path, (int) s.size);
            }
        }
    }

    private void contents(int dir, String name, String path, int size) {
        byte[] a = new byte[size + 1];
        byte[] b = new byte[size + 1];
        int fd = Sys.openat(dir, name, O_RDONLY, 0);
        long n = Sys.read(fd, a, 0, a.length, 0);
        Sys.close(fd);
        Ref<FileDescription> f = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, path, O_RDONLY, 0, 0, f), last);
        KernelIo io = new KernelIo(b, 0, b.length);
        long m = 0;
        while (true) {
            long k = f.get().read(c, io);
            if (k <= 0) {
                break;
            }
            m += k;
        }
        f.get().release();
        assertEquals(n, m, path + " after " + last);
        if (!Arrays.equals(a, b)) {
            assertArrayEquals(a, b, path + " after " + last);
        }
    }
}
