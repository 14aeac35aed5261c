// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.PathWalk;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Several threads change one tree at once: nothing locks up or is lost, and what is removed is given back. */
class ManyThreadsTest {
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void tmpfs() throws InterruptedException {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        run(ns, "");
        assertEquals(0, used(ns, false));
        assertEquals(1, used(ns, true)); // the root, which Linux counts as well
    }

    @Test
    void overlay() throws InterruptedException {
        Ref<RootBuilder> b = new Ref<>();
        assertEquals(0, RootBuilder.overlay(new FileStore(), "/etc", Long.MAX_VALUE, b));
        run(b.get().build(), "/work");
    }

    private static long used(MountNamespace ns, boolean files) {
        FileSystem.StatFs s = new FileSystem.StatFs();
        ns.root().fs().statfs(s);
        return files ? s.files - s.ffree : s.blocks - s.bfree;
    }

    private void run(MountNamespace ns, String top) throws InterruptedException {
        TreeCaller c = new TreeCaller(ns);
        if (!top.isEmpty()) {
            assertEquals(0, FileOps.mkdir(c, AT_FDCWD, top, 0755));
        }
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            Random random = new Random(i);
            threads[i] = new Thread(() -> change(new TreeCaller(ns), random, top));
            threads[i].setUncaughtExceptionHandler((t, e) -> failure.compareAndSet(null, e));
            threads[i].start();
        }
        for (Thread t : threads) {
            t.join(60_000);
            assertTrue(!t.isAlive(), "locked up");
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        empty(c, top.isEmpty() ? "/" : top);
    }

    private static String path(Random random, String top) {
        StringBuilder b = new StringBuilder(top);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            b.append('/').append((char) ('a' + random.nextInt(4)));
        }
        return b.toString();
    }

    private static void change(TreeCaller c, Random random, String top) {
        byte[] data = new byte[5000];
        Ref<FileDescription> f = new Ref<>();
        for (int i = 0; i < 4000; i++) {
            String p = path(random, top);
            String q = path(random, top);
            switch (random.nextInt(8)) {
                case 0 -> FileOps.mkdir(c, AT_FDCWD, p, 0755);
                case 1 -> FileOps.rmdir(c, AT_FDCWD, p);
                case 2 -> FileOps.unlink(c, AT_FDCWD, p);
                case 3 -> FileOps.rename(c, AT_FDCWD, p, AT_FDCWD, q, random.nextInt(3));
                case 4 -> FileOps.symlink(c, q, AT_FDCWD, p);
                case 5 -> {
                    Ref<io.sandjar.kernel.vfs.Path> old = new Ref<>();
                    if (PathWalk.find(c, AT_FDCWD, p, PathWalk.NOFOLLOW, old) == 0) {
                        FileOps.link(c, old.get(), AT_FDCWD, q);
                    }
                }
                default -> {
                    if (Opener.open(c, AT_FDCWD, p, O_RDWR | O_CREAT, 0644, 0, f) == 0) {
                        f.get().pwrite(c, new KernelIo(data, 0, data.length), random.nextInt(20_000));
                        f.get().pread(c, new KernelIo(data, 0, data.length), 0);
                        f.get().release();
                    }
                }
            }
        }
    }

    private static void empty(TreeCaller c, String dir) {
        Ref<FileDescription> f = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, dir, O_DIRECTORY, 0, 0, f));
        ArrayList<String> names = new ArrayList<>();
        f.get().getdents(c, (name, ino, off, type) -> names.add(name + type));
        f.get().release();
        for (String n : names) {
            if (n.startsWith(".")) {
                continue;
            }
            String p = dir + "/" + n.charAt(0);
            if (n.endsWith("4")) {
                empty(c, p);
                assertEquals(0, FileOps.rmdir(c, AT_FDCWD, p), p);
            } else {
                assertEquals(0, FileOps.unlink(c, AT_FDCWD, p), p);
            }
        }
    }
}
