// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.memfd;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where the contents of small files lie: one memory file for all of a kernel, because a host descriptor for each would
 * run out at 20,000. It is handed out in extents of a power of two; what is free reads as zeros.
 */
public final class FileStore {
    /** The largest extent; larger files have a memory file of their own. */
    static final int MAX_SMALL = 1 << 20;

    private static final long RESOLVE_BENEATH = 8;
    private static final int LOCKS = 1024;
    private static final int ORDERS = 9;
    private static final int PUNCH = 2 | 1;

    /** Bytes of heap that a file with an entry in a directory takes, rounded up. */
    private static final int NODE_BYTES = 400;

    private final HeapRoom heap;
    private final OrderedLock lock = new OrderedLock(LockLevel.MEMORY);
    private final long[][] free = new long[ORDERS][16];
    private final int[] freeCount = new int[ORDERS];
    private long end;
    private volatile int fd = -1;
    private final int directory;

    /** Locks of files, each for many: one for each file would take more than its name. */
    private final AtomicReferenceArray<OrderedLock> locks = new AtomicReferenceArray<>(LOCKS);

    /** Contents in memory. */
    public FileStore() {
        this(-1, HeapRoom.alone());
    }

    /** Contents in memory, of files that count among {@code heap}. */
    public FileStore(HeapRoom heap) {
        this(-1, heap);
    }

    /** @param directory of the host where contents lie, in files without a name; -1 for memory */
    public FileStore(int directory) {
        this(directory, HeapRoom.FILES);
    }

    private FileStore(int directory, HeapRoom heap) {
        this.directory = directory;
        this.heap = heap;
    }

    /**
     * Counts a file in memory: false when there are so many that the kernel's own memory would run out.
     *
     * @param more bytes beyond those of any file: the text of a link
     */
    public boolean chargeNode(int more) {
        return chargeHeap(NODE_BYTES + more);
    }

    public void unchargeNode(int more) {
        chargeHeap(-NODE_BYTES - more);
    }

    /** The lock of the file with this number. */
    public OrderedLock lockOf(long ino) {
        int i = (int) ino & LOCKS - 1;
        OrderedLock l = locks.get(i);
        if (l == null) {
            OrderedLock made = new OrderedLock(LockLevel.INODE);
            l = locks.compareAndSet(i, null, made) ? made : locks.get(i);
        }
        return java.util.Objects.requireNonNull(l);
    }

    /** Counts memory of the kernel's own that a guest makes it use; negative to give it back. */
    public boolean chargeHeap(long bytes) {
        if (bytes > 0) {
            return heap.take(bytes);
        }
        heap.count(bytes);
        return true;
    }

    /** The smallest order whose extents hold {@code bytes}. */
    static int order(long bytes) {
        int o = 0;
        while ((long) PageQuota.PAGE << o < bytes) {
            o++;
        }
        return o;
    }

    /** The memory file, made on first use; -errno. */
    int fd() {
        int f = fd;
        if (f >= 0) {
            return f;
        }
        lock.lock();
        try {
            if (fd < 0) {
                f = make("sandjar-files", 1);
                if (f < 0) {
                    return f;
                }
                Sys.call(Nr.ftruncate, f, 1L << 42, 0);
                fd = f;
            }
            return fd;
        } finally {
            lock.unlock();
        }
    }

    /** A file of its own for a large or mapped one: -errno. */
    int newFile() {
        return make("sandjar-file", 3);
    }

    private int make(String name, int memfdFlags) {
        return directory < 0
                ? Sys.memfd(name, memfdFlags)
                : Sys.openat2(directory, ".", O.O_TMPFILE | O.O_RDWR | O.O_EXCL, 0600, RESOLVE_BENEATH);
    }

    /** An extent that reads as zeros: its place in {@link #fd}. */
    long allocate(int order) {
        lock.lock();
        try {
            if (freeCount[order] > 0) {
                return free[order][--freeCount[order]];
            }
            long size = (long) PageQuota.PAGE << order;
            long at = end;
            end += size;
            return at;
        } finally {
            lock.unlock();
        }
    }

    void release(long at, int order) {
        punch(fd, at, (long) PageQuota.PAGE << order);
        lock.lock();
        try {
            if (freeCount[order] == free[order].length) {
                free[order] = java.util.Arrays.copyOf(free[order], freeCount[order] * 2);
            }
            free[order][freeCount[order]++] = at;
        } finally {
            lock.unlock();
        }
    }

    static int punch(int fd, long at, long len) {
        return (int) Sys.call(Nr.fallocate, fd, PUNCH, at, len, 0, 0);
    }

    static long copy(int from, long fromOff, int to, long toOff, long len) {
        return HostFs.copy(from, fromOff, to, toOff, len);
    }
}
