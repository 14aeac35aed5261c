// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A table of descriptors; shared by tasks that were cloned with CLONE_FILES. */
public final class FdTable {
    private static final int FIRST = 64;

    /** Heap that a number takes: the reference, and its bits. */
    private static final int SLOT_BYTES = 5;

    private static final @Nullable FileDescription[] NONE = {};

    private final OrderedLock lock = new OrderedLock(LockLevel.FDTABLE);
    private volatile @Nullable FileDescription[] files = new FileDescription[FIRST];
    private final BitSet used = new BitSet();
    private final BitSet cloexec = new BitSet();
    private final AtomicInteger users = new AtomicInteger(1);

    /** Nobody uses it any more: what a call that was still under way would put here is refused. */
    private boolean over;

    /**
     * Descriptors of which the stub process may hold a host copy at the same number, left by mmap(2): close(2) of
     * such a number lets the host close it as well.
     */
    private final BitSet mapped = new BitSet();

    /** The description, with a reference that the caller must release; null for a free number. */
    public @Nullable FileDescription acquire(int fd) {
        while (true) {
            @Nullable FileDescription[] f = files;
            if (fd < 0 || fd >= f.length) {
                return null;
            }
            FileDescription d = f[fd];
            if (d == null || d.tryAcquire()) {
                return d;
            }
        }
    }

    /**
     * Puts a description at the lowest free number, taking over the caller's reference.
     *
     * @param min lowest number wanted
     * @param limit RLIMIT_NOFILE
     * @return the number, or -EMFILE, -ENFILE, -ENOMEM (the reference stays with the caller)
     */
    public int install(FileDescription d, boolean closeOnExec, int min, long limit) {
        lock.lock();
        try {
            int fd = used.nextClearBit(min);
            if (fd >= limit || over) {
                return -EMFILE;
            }
            if (!d.charge()) {
                return -ENFILE;
            }
            if (!grow(fd)) {
                return -ENOMEM;
            }
            put(fd, d, closeOnExec);
            return fd;
        } finally {
            lock.unlock();
        }
    }

    /** Makes room for {@code fd}: 0 or -ENOMEM. */
    public int reserve(int fd) {
        lock.lock();
        try {
            return grow(fd) ? 0 : -ENOMEM;
        } finally {
            lock.unlock();
        }
    }

    private boolean grow(int fd) {
        @Nullable FileDescription[] f = files;
        if (fd < f.length) {
            return true;
        }
        int n = Math.max(fd + 1, f.length * 2);
        if (over || !HeapRoom.OBJECTS.take((long) (n - f.length) * SLOT_BYTES)) {
            return false;
        }
        files = Arrays.copyOf(f, n);
        return true;
    }

    /**
     * Puts a description at exactly {@code fd} (dup2), for which there is room, taking over the caller's reference.
     *
     * @return what was there before, to be released by the caller, or null
     */
    public @Nullable FileDescription replace(int fd, FileDescription d, boolean closeOnExec) {
        lock.lock();
        try {
            if (over || fd >= files.length) {
                return d;
            }
            FileDescription old = files[fd];
            put(fd, d, closeOnExec);
            return old;
        } finally {
            lock.unlock();
        }
    }

    private void put(int fd, FileDescription d, boolean closeOnExec) {
        @Nullable FileDescription[] f = files;
        f[fd] = d;
        used.set(fd);
        cloexec.set(fd, closeOnExec);
        files = f;
    }

    /** Frees a number; what was there is the caller's to release. null when it was free. */
    public @Nullable FileDescription remove(int fd) {
        lock.lock();
        try {
            @Nullable FileDescription[] f = files;
            if (fd < 0 || fd >= f.length || f[fd] == null) {
                return null;
            }
            FileDescription d = f[fd];
            f[fd] = null;
            used.clear(fd);
            cloexec.clear(fd);
            files = f;
            return d;
        } finally {
            lock.unlock();
        }
    }

    /** FD_CLOEXEC of a number: 1, 0, or -EBADF. */
    public int closeOnExec(int fd) {
        lock.lock();
        try {
            return fd < 0 || !used.get(fd) ? -EBADF : cloexec.get(fd) ? 1 : 0;
        } finally {
            lock.unlock();
        }
    }

    public int setCloseOnExec(int fd, boolean on) {
        lock.lock();
        try {
            if (fd < 0 || !used.get(fd)) {
                return -EBADF;
            }
            cloexec.set(fd, on);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** The next number in use that is at least {@code from}, or -1. */
    public int next(int from) {
        lock.lock();
        try {
            return used.nextSetBit(from);
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #install} would answer -EMFILE. */
    public boolean full(long limit) {
        lock.lock();
        try {
            return used.nextClearBit(0) >= limit;
        } finally {
            lock.unlock();
        }
    }

    /** The highest number in use, or -1. */
    public int highest() {
        lock.lock();
        try {
            return used.length() - 1;
        } finally {
            lock.unlock();
        }
    }

    public int count() {
        lock.lock();
        try {
            return used.cardinality();
        } finally {
            lock.unlock();
        }
    }

    /** A copy for fork or unshare; every description gets one more reference. null when there is no memory for it. */
    public @Nullable FdTable copy() {
        return copy(false);
    }

    /** Whether {@link #copy} would give one. */
    public boolean mayCopy() {
        return HeapRoom.OBJECTS.has((long) files.length * SLOT_BYTES);
    }

    /** @param must whether it is made in any case */
    public @Nullable FdTable copy(boolean must) {
        FdTable c = new FdTable();
        lock.lock();
        try {
            int n = Math.max(FIRST, used.length() + 63 & -64);
            long bytes = (long) (n - FIRST) * SLOT_BYTES;
            if (must) {
                HeapRoom.OBJECTS.count(bytes);
            } else if (!HeapRoom.OBJECTS.take(bytes)) {
                return null;
            }
            c.files = Arrays.copyOf(files, n);
            c.used.or(used);
            c.cloexec.or(cloexec);
            c.mapped.or(mapped);
            for (int fd = used.nextSetBit(0); fd >= 0; fd = used.nextSetBit(fd + 1)) {
                FileDescription d = files[fd];
                if (d != null) {
                    d.acquire();
                }
            }
        } finally {
            lock.unlock();
        }
        return c;
    }

    /** Closes what execve(2) closes. */
    public void closeOnExecAll(Caller c) {
        closeWhere(c, cloexec);
        lock.lock();
        try {
            mapped.clear();
        } finally {
            lock.unlock();
        }
    }

    private void closeWhere(Caller c, BitSet which) {
        BitSet now;
        lock.lock();
        try {
            now = (BitSet) which.clone();
        } finally {
            lock.unlock();
        }
        for (int fd = now.nextSetBit(0); fd >= 0; fd = now.nextSetBit(fd + 1)) {
            close(c, fd);
        }
    }

    /** close(2): 0 or -EBADF. */
    public int close(Caller c, int fd) {
        FileDescription d = remove(fd);
        if (d == null) {
            return -EBADF;
        }
        d.onClose(c);
        d.release();
        return 0;
    }

    public void share() {
        users.incrementAndGet();
    }

    public boolean shared() {
        return users.get() > 1;
    }

    /** One task less uses the table; the last one closes everything. */
    public void leave(Caller c) {
        if (users.decrementAndGet() == 0) {
            end();
            closeWhere(c, used);
            forget();
        }
    }

    private void forget() {
        lock.lock();
        try {
            HeapRoom.OBJECTS.give((long) (files.length - FIRST) * SLOT_BYTES);
            files = NONE;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@code fd} is {@code d} here. */
    boolean holds(int fd, FileDescription d) {
        lock.lock();
        try {
            return fd >= 0 && fd < files.length && files[fd] == d;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #leave}, for a task that never came to be: a table of its own has no locks of files yet. */
    public void leaveUnborn() {
        if (users.decrementAndGet() == 0) {
            for (int fd = used.nextSetBit(0); fd >= 0; fd = used.nextSetBit(fd + 1)) {
                FileDescription d = remove(fd);
                if (d != null) {
                    d.release();
                }
            }
            forget();
        }
    }

    /** Notes that the host has a copy of {@code fd}. */
    public void setMapped(int fd) {
        lock.lock();
        try {
            mapped.set(fd);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the host has a copy of {@code fd}. */
    public boolean isMapped(int fd) {
        lock.lock();
        try {
            return fd >= 0 && mapped.get(fd);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the host has a copy of {@code fd}; it is forgotten. */
    public boolean takeMapped(int fd) {
        lock.lock();
        try {
            boolean was = fd >= 0 && mapped.get(fd);
            if (was) {
                mapped.clear(fd);
            }
            return was;
        } finally {
            lock.unlock();
        }
    }
}
