// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import org.junit.jupiter.api.Test;

/** Locks of ranges, and locks of whole files that wait. */
class FileLocksTest {
    private final Object a = new Object();
    private final Object b = new Object();
    private final LockList list = new LockList(1, 1);

    private static LockList.Range range(Object owner, int type, long start, long end) {
        return new LockList.Range(owner, 1, type, start, end);
    }

    @Test
    void rangesAreCutAndJoined() {
        assertNull(list.set(range(a, F_WRLCK, 0, 99)));
        assertNotNull(list.set(range(b, F_RDLCK, 50, 50)));
        assertNull(list.set(range(a, F_UNLCK, 40, 59)));
        assertNull(list.set(range(b, F_WRLCK, 40, 59)));
        assertNotNull(list.blocker(range(b, F_RDLCK, 39, 39)));
        assertNull(list.set(range(a, F_RDLCK, 0, 39)));
        assertNull(list.set(range(b, F_RDLCK, 10, 59)));
        assertNotNull(list.blocker(range(b, F_WRLCK, 20, 20)));
        assertNull(list.blocker(range(b, F_WRLCK, 40, 59)));
        list.drop(a);
        assertNull(list.blocker(range(b, F_WRLCK, 0, Long.MAX_VALUE)));
        assertNull(list.set(range(b, F_UNLCK, 0, Long.MAX_VALUE)));
        assertEquals(true, list.retire());
    }

    @Test
    void neighboursBecomeOne() {
        assertNull(list.set(range(a, F_RDLCK, 0, 9)));
        assertNull(list.set(range(a, F_RDLCK, 20, Long.MAX_VALUE)));
        assertNull(list.set(range(a, F_RDLCK, 10, 19)));
        LockList.Range r = list.blocker(range(b, F_WRLCK, 5, 5));
        assertNotNull(r);
        assertEquals(0, r.start());
        assertEquals(Long.MAX_VALUE, r.end());
    }

    @Test
    void aWaiterGetsTheLockWhenTheHolderCloses() throws InterruptedException {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        TreeCaller c = new TreeCaller(ns);
        Ref<FileDescription> f = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, "/f", O_CREAT | O_RDWR, 0644, 0, f));
        FileDescription first = f.get();
        assertEquals(0, Opener.open(c, AT_FDCWD, "/f", O_RDWR, 0, 0, f));
        FileDescription second = f.get();
        assertEquals(0, FileLocks.flock(c, first, LOCK_EX));
        assertEquals(-io.sandjar.abi.Errno.EAGAIN, FileLocks.flock(c, second, LOCK_SH | LOCK_NB));
        int[] result = {1};
        Thread t = new Thread(() -> result[0] = FileLocks.flock(new TreeCaller(ns), second, LOCK_SH));
        t.start();
        Thread.sleep(20);
        assertEquals(1, result[0]);
        first.release();
        t.join(5000);
        assertEquals(0, result[0]);
        second.release();
    }
}
