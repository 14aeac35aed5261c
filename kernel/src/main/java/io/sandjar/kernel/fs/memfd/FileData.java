// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.memfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileLimits;
import io.sandjar.kernel.vfs.IoBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one regular file in memory. A file of up to 1 MiB is an extent of the kernel's {@link FileStore}; a
 * larger one, and one that is mapped, is a memory file of its own. Pages never written cost nothing and read as zeros.
 */
public final class FileData {
    private static final int PAGE = PageQuota.PAGE;
    private static final int SHIFT = 12;

    private final FileStore store;
    private final PageQuota quota;

    /** Holes count as if they were written. */
    private boolean whole;

    private final OrderedLock lock;
    private volatile long size;

    // small: an extent, and which of its pages were written
    private long extent = -1;
    private int order = -1;
    private long firstPages;
    private long @Nullable [] morePages;

    // large: a memory file of its own
    private volatile int fd = -1;
    private int readOnlyFd = -1;
    /** Pages from the start without a hole, and pages charged in all: the same unless the file has holes. */
    private long dense;

    private long charged;

    /** @param lock the lock of the file, which guards the contents as well */
    public FileData(FileStore store, PageQuota quota, OrderedLock lock) {
        this.store = store;
        this.quota = quota;
        this.lock = lock;
    }

    public long size() {
        return size;
    }

    /** Blocks of 512 bytes. */
    public long blocks() {
        lock.lock();
        try {
            if (fd >= 0) {
                recount();
            }
            return charged << 3;
        } finally {
            lock.unlock();
        }
    }

    // ---- reading ----

    public long read(IoBuffer dst, long off) {
        int own = fd;
        if (own >= 0) {
            long n = Math.min(dst.remaining(), size - off);
            return n <= 0 ? 0 : dst.fromHost(own, off, n);
        }
        lock.lock();
        try {
            long n = Math.min(dst.remaining(), size - off);
            if (n <= 0) {
                return 0;
            }
            if (fd >= 0) {
                return dst.fromHost(fd, off, n);
            }
            long inExtent = Math.min(n, capacity() - off);
            long done = 0;
            if (inExtent > 0) {
                done = dst.fromHost(store.fd(), extent + off, inExtent);
                if (done < inExtent) {
                    return done;
                }
            }
            if (done < n) {
                int r = dst.putZeros(n - done);
                if (r < 0) {
                    return done > 0 ? done : r;
                }
            }
            return n;
        } finally {
            lock.unlock();
        }
    }

    private long capacity() {
        return order < 0 ? 0 : (long) PAGE << order;
    }

    // ---- writing ----

    /**
     * Writes at {@code off}, or at the end for -1.
     *
     * @param end {@code end[0]} gets the position after what was written
     * @param grow false when the file is sealed against growing
     */
    public long write(Caller c, IoBuffer src, long off, boolean grow, long[] end) {
        lock.lock();
        try {
            long at = off < 0 ? size : off;
            long n = src.remaining();
            if (n == 0) {
                end[0] = at;
                return 0;
            }
            n = FileLimits.room(c, at, n);
            if (n <= 0) {
                return n;
            }
            if (!grow && at + n > size) {
                n = size - at;
                if (n <= 0) {
                    return -EPERM;
                }
            }
            int r = room(at + n);
            if (r != 0) {
                return r;
            }
            long chargedBefore = charged;
            long denseBefore = dense;
            n = charge(at, n);
            if (n <= 0) {
                return n;
            }
            long done = fd >= 0 ? src.toHost(fd, at, n) : src.toHost(store.fd(), extent + at, n);
            if (done < n && fd >= 0) { // memory that cannot be read: there are less pages than were charged
                long there = pages(at + Math.max(done, 0));
                dense = Math.min(dense, Math.max(denseBefore, there));
                if (whole) {
                    chargeOnly(Math.min(charged, Math.max(chargedBefore, there)));
                }
            }
            if (done > 0) {
                if (at + done > size) {
                    size = at + done;
                }
                end[0] = at + done;
            }
            if (fd >= 0 && charged != dense) {
                recount();
            }
            return done;
        } finally {
            lock.unlock();
        }
    }

    /** Makes room for a file of {@code bytes}: a larger extent, or a file of its own. */
    private int room(long bytes) {
        if (fd >= 0 || bytes <= capacity()) {
            return 0;
        }
        if (bytes > FileStore.MAX_SMALL) {
            return promote();
        }
        int f = store.fd();
        if (f < 0) {
            return -ENOSPC;
        }
        int wanted = FileStore.order(bytes);
        long at = store.allocate(wanted);
        if (order >= 0) {
            copyPages(f, at);
            store.release(extent, order);
        }
        extent = at;
        order = wanted;
        return 0;
    }

    /** Copies the written pages of the extent. */
    private void copyPages(int to, long toOff) {
        int n = order < 0 ? 0 : 1 << order;
        for (int p = 0; p < n; ) {
            if (!written(p)) {
                p++;
                continue;
            }
            int from = p;
            while (p < n && written(p)) {
                p++;
            }
            long off = (long) from << SHIFT;
            FileStore.copy(store.fd(), extent + off, to, toOff + off, (long) (p - from) << SHIFT);
        }
    }

    private boolean written(int p) {
        long[] more = morePages;
        long bits = p < 64 ? firstPages : more == null || p >= 256 ? 0 : more[(p >> 6) - 1];
        return (bits >>> (p & 63) & 1) != 0;
    }

    private void mark(int p, boolean there) {
        long bit = 1L << (p & 63);
        if (p < 64) {
            firstPages = there ? firstPages | bit : firstPages & ~bit;
            return;
        }
        long[] more = morePages;
        if (more == null) {
            more = new long[3];
            morePages = more;
        }
        int i = (p >> 6) - 1;
        more[i] = there ? more[i] | bit : more[i] & ~bit;
    }

    /** Gives the file a memory file of its own. */
    private int promote() {
        if (fd >= 0) {
            return 0;
        }
        int f = HostFds.hasLastingRoom() ? store.newFile() : -ENFILE;
        if (f < 0) {
            return -ENOSPC; // no descriptors left, which the guest cannot know of
        }
        long r = Sys.call(Nr.ftruncate, f, size, 0);
        if (r < 0) {
            Sys.close(f);
            return (int) r;
        }
        if (order >= 0) {
            copyPages(f, 0);
            Sys.call(Nr.ftruncate, f, size, 0);
            store.release(extent, order);
        }
        int full = 0;
        while (written(full)) {
            full++;
        }
        dense = Math.min(full, pages(size)); // what was reserved beyond the end is gone
        order = -1;
        extent = -1;
        HostFds.count(1);
        fd = f;
        if (charged != dense) {
            recount();
        }
        return 0;
    }

    private static long pages(long bytes) {
        return bytes + PAGE - 1 >> SHIFT;
    }

    /** Gives back what was charged beyond so many pages. */
    private void chargeOnly(long pages) {
        quota.give(charged - pages);
        charged = pages;
    }

    /**
     * Takes pages for a write: how many bytes may be written, or -ENOSPC. A file with holes may be charged too much until
     * it is counted again.
     */
    private long charge(long at, long n) {
        long first = at >> SHIFT;
        long last = (at + n - 1) >> SHIFT;
        return fd >= 0 ? chargeLarge(at, n, first, last) : chargeSmall(at, n, (int) first, (int) last);
    }

    private long chargeSmall(long at, long n, int first, int last) {
        for (int p = first; p <= last; p++) {
            if (written(p)) {
                continue;
            }
            if (quota.take(1) == 0) {
                long some = ((long) p << SHIFT) - at;
                return some > 0 ? some : -ENOSPC;
            }
            mark(p, true);
            charged++;
        }
        return n;
    }

    private long chargeLarge(long at, long n, long first, long last) {
        if (whole) {
            long more = last + 1 - charged;
            if (more <= 0) {
                return n;
            }
            long got = quota.take(more);
            charged += got;
            long some = (charged << SHIFT) - at;
            if (some <= 0) {
                chargeOnly(charged - got);
                return -ENOSPC;
            }
            return got == more ? n : some;
        }
        if (last < dense) {
            return n;
        }
        long from = Math.max(first, dense);
        long wanted = last + 1 - from;
        long got = quota.take(wanted);
        charged += got;
        if (first <= dense) {
            dense = from + got;
        }
        if (got == wanted) {
            return n;
        }
        long some = ((from + got) << SHIFT) - at;
        return some > 0 ? some : -ENOSPC;
    }

    /** Asks the host how many pages a file of its own has: after writes around holes, and for mapped files. */
    private void recount() {
        if (whole) {
            return;
        }
        HostStat s = new HostStat();
        if (HostFs.statx(fd, "", s) == 0) {
            chargeOnly(s.blocks >> 3);
        }
    }

    // ---- size and space ----

    public int truncate(long to) {
        lock.lock();
        try {
            if (fd < 0 && to > FileStore.MAX_SMALL) {
                int r = promote();
                if (r != 0) {
                    return r;
                }
            }
            if (fd >= 0) {
                long before = charged;
                int have = whole ? chargeAll(to) : 0;
                if (have != 0) {
                    return have;
                }
                long r = Sys.call(Nr.ftruncate, fd, to, 0);
                if (r < 0) {
                    chargeOnly(before);
                    return (int) r;
                }
                if (to <= size) { // a file that grows keeps what was reserved beyond its end
                    if (whole) {
                        chargeOnly(pages(to));
                    }
                    dense = Math.min(dense, pages(to));
                    recount();
                }
            } else if (to <= size) { // what was reserved beyond the end goes as well
                if (to == 0) {
                    dropExtent();
                } else {
                    clear(to, capacity() - to);
                }
            }
            size = to;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Zeros a range of the extent and gives whole pages back. */
    private void clear(long off, long len) {
        long end = Math.min(off + len, capacity());
        if (off >= end) {
            return;
        }
        FileStore.punch(store.fd(), extent + off, end - off);
        int last = (int) (end >> SHIFT);
        for (int p = (int) ((off + PAGE - 1) >> SHIFT); p < last; p++) {
            if (written(p)) {
                mark(p, false);
                charged--;
                quota.give(1);
            }
        }
    }

    private void dropExtent() {
        if (order >= 0) {
            store.release(extent, order);
            extent = -1;
            order = -1;
            firstPages = 0;
            morePages = null;
            quota.give(charged);
            charged = 0;
        }
    }

    /** Whether a mode of fallocate(2) is one that tmpfs has: KEEP_SIZE, and PUNCH_HOLE with it. */
    public static boolean canAllocate(int mode) {
        return (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) == 0;
    }

    /** fallocate(2) in a mode that it {@linkplain #canAllocate has}. */
    public int fallocate(int mode, long off, long len, boolean grow) {
        boolean keep = (mode & FALLOC_FL_KEEP_SIZE) != 0;
        boolean punch = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
        lock.lock();
        try {
            if (punch) {
                return clearRange(off, len);
            }
            if (!grow && off + len > size) {
                return -EPERM;
            }
            int r = reserve(off, len);
            if (r == 0 && !keep && off + len > size) {
                if (fd >= 0) {
                    Sys.call(Nr.ftruncate, fd, off + len, 0);
                }
                size = off + len;
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    private int reserve(long off, long len) {
        int r = room(off + len);
        if (r != 0) {
            return r;
        }
        if (fd < 0) {
            return reserveSmall((int) (off >> SHIFT), (int) ((off + len - 1) >> SHIFT));
        }
        long chargedBefore = charged;
        long denseBefore = dense;
        boolean enough = charge(off, len) == len;
        r = enough ? (int) Sys.call(Nr.fallocate, fd, FALLOC_FL_KEEP_SIZE, off, len, 0, 0) : -ENOSPC;
        if (r != 0) {
            chargeOnly(chargedBefore);
            dense = denseBefore;
        }
        recount();
        return r;
    }

    /** Takes all of the pages or none. */
    private int reserveSmall(int first, int last) {
        int missing = 0;
        for (int p = first; p <= last; p++) {
            missing += written(p) ? 0 : 1;
        }
        if (!quota.takeAll(missing)) {
            return -ENOSPC;
        }
        charged += missing;
        for (int p = first; p <= last; p++) {
            mark(p, true);
        }
        return 0;
    }

    private int clearRange(long off, long len) {
        if (fd >= 0) {
            int r = FileStore.punch(fd, off, len);
            dense = Math.min(dense, off >> SHIFT);
            recount();
            return r;
        }
        if (order >= 0) {
            clear(off, Math.min(len, capacity()));
        }
        return 0;
    }

    /** SEEK_DATA or SEEK_HOLE. */
    public long seek(long off, boolean data) {
        lock.lock();
        try {
            if (off < 0 || off >= size) {
                return -ENXIO;
            }
            if (fd >= 0) {
                return Sys.call(Nr.lseek, fd, off, data ? SEEK_DATA : SEEK_HOLE);
            }
            long n = (size + PAGE - 1) >> SHIFT;
            for (long p = off >> SHIFT; p < n; p++) {
                boolean there = p < 256 && written((int) p);
                if (there == data) {
                    return Math.max(off, p << SHIFT);
                }
            }
            return data ? -ENXIO : size;
        } finally {
            lock.unlock();
        }
    }

    // ---- mapping and the host ----

    /** Takes what is missing for a file of {@code bytes} without holes. */
    private int chargeAll(long bytes) {
        long more = pages(bytes) - charged;
        if (more > 0) {
            long got = quota.take(more);
            if (got < more) {
                quota.give(got);
                return -ENOSPC;
            }
            charged += more;
        }
        return 0;
    }

    /**
     * Counts all of the file from now on, holes included: it is to be mapped for writing, and what is written that way
     * is not seen. 0 or -ENOSPC.
     */
    public int countWhole() {
        lock.lock();
        try {
            int r = whole ? 0 : promote();
            if (r == 0 && !whole) {
                Sys.call(Nr.ftruncate, fd, size, 0); // what is reserved beyond the end would count for holes before it
                recount();
                r = chargeAll(size);
                whole = r == 0;
            }
            return r;
        } finally {
            lock.unlock();
        }
    }

    /** A host descriptor for mmap: a file of its own from now on. */
    public int mapFd(boolean write) {
        lock.lock();
        try {
            int r = promote();
            if (r != 0) {
                return r;
            }
            if (write) {
                return fd;
            }
            if (readOnlyFd < 0) {
                int f = HostFs.reopen(fd, O_RDONLY);
                if (f < 0) {
                    return -ENODEV;
                }
                HostFds.count(1);
                readOnlyFd = f;
            }
            return readOnlyFd;
        } finally {
            lock.unlock();
        }
    }

    /** Adds F_SEAL_* bits on the host: -EBUSY for a seal against writing while writable mappings exist. */
    public int seal(int seals) {
        lock.lock();
        try {
            int r = promote();
            return r != 0 ? r : (int) Sys.call(Nr.fcntl, fd, F_ADD_SEALS, seals);
        } finally {
            lock.unlock();
        }
    }

    /** Fills an empty file with {@code n} bytes of a host file (copy-up). 0 or -errno. */
    public int fill(int hostFd, long n) {
        lock.lock();
        try {
            if (n == 0) {
                return 0;
            }
            int r = room(n);
            if (r != 0) {
                return r;
            }
            if (charge(0, n) < n) {
                return -ENOSPC;
            }
            long done = FileStore.copy(hostFd, 0, fd >= 0 ? fd : store.fd(), fd >= 0 ? 0 : extent, n);
            if (done < 0) {
                return (int) done;
            }
            if (fd >= 0 && done < n) {
                dense = Math.min(dense, pages(done));
                recount();
            }
            size = done;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Gives everything back: nobody can reach the file any more. */
    public void free() {
        lock.lock();
        try {
            dropExtent();
            if (fd >= 0) {
                Sys.close(fd);
                HostFds.count(-1);
                if (readOnlyFd >= 0) {
                    HostFds.count(-1);
                    Sys.close(readOnlyFd);
                }
                readOnlyFd = -1;
                fd = -1;
                quota.give(charged);
                charged = 0;
                dense = 0;
            }
            size = 0;
        } finally {
            lock.unlock();
        }
    }
}
