// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.PIPE_BUF;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The buffer between the two ends of a pipe (pipe(7)): a ring in one array that grows with what is in it, so that an
 * idle pipe costs little. Data are copied once in and once out.
 */
public final class Pipe {
    static final int DEFAULT_CAPACITY = 65536;

    /** What an unprivileged F_SETPIPE_SZ may ask for: /proc/sys/fs/pipe-max-size. */
    public static final int MAX_CAPACITY = 1 << 20;

    private static final byte[] EMPTY = new byte[0];

    private final OrderedLock lock = new OrderedLock(LockLevel.OBJECT);
    private final WaitQueue queue = new WaitQueue();

    // guarded by lock
    private byte[] ring = EMPTY;
    private int head;
    private int count;
    private int capacity = DEFAULT_CAPACITY;
    private int readers;
    private int writers;

    /** The pieces that the content consists of, once somebody has written packets (O_DIRECT). */
    private @Nullable ArrayDeque<Piece> pieces;

    /** Bytes written together as a packet, or a run of ordinary ones. */
    private static final class Piece {
        final boolean packet;
        int left;

        Piece(boolean packet, int left) {
            this.packet = packet;
            this.left = left;
        }
    }

    /** How often a reader (a writer) came: an open of a FIFO waits for the other kind's number to change. */
    private volatile int readersSeen;

    private volatile int writersSeen;

    public WaitQueue queue() {
        return queue;
    }

    /** Counts a new end in. */
    void open(boolean reader, boolean writer) {
        lock.lock();
        try {
            if (reader) {
                readers++;
                readersSeen++;
            }
            if (writer) {
                writers++;
                writersSeen++;
            }
        } finally {
            lock.unlock();
        }
        queue.wake(POLLIN | POLLOUT);
    }

    void close(boolean reader, boolean writer) {
        lock.lock();
        try {
            if (reader) {
                readers--;
            }
            if (writer) {
                writers--;
            }
            if (readers == 0 && writers == 0) {
                uncharge(ring.length, 0);
                ring = EMPTY;
                head = 0;
                count = 0;
                pieces = null;
            }
        } finally {
            lock.unlock();
        }
        queue.wake(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLHUP | POLLERR);
    }

    public int readers() {
        lock.lock();
        try {
            return readers;
        } finally {
            lock.unlock();
        }
    }

    public int writers() {
        lock.lock();
        try {
            return writers;
        } finally {
            lock.unlock();
        }
    }

    int readersSeen() {
        return readersSeen;
    }

    int writersSeen() {
        return writersSeen;
    }

    public long read(IoBuffer dst) {
        int n = (int) Math.min(dst.remaining(), Integer.MAX_VALUE);
        if (n == 0) {
            return 0;
        }
        lock.lock();
        try {
            n = Math.min(n, count);
            if (n == 0) {
                return writers == 0 ? 0 : -EAGAIN;
            }
            Piece piece = pieces == null ? null : pieces.peek();
            if (piece != null) {
                n = Math.min(n, piece.left);
            }
            int first = Math.min(n, ring.length - head);
            int r = dst.put(ring, head, first);
            if (r == 0 && n > first) {
                r = dst.put(ring, 0, n - first);
                if (r < 0) {
                    r = 0;
                    n = first;
                }
            }
            if (r < 0) {
                return r;
            }
            consume(piece != null && piece.packet ? piece.left : n);
        } finally {
            lock.unlock();
        }
        queue.wake(POLLOUT | POLLWRNORM);
        return n;
    }

    private void consume(int n) {
        count -= n;
        head = count == 0 ? 0 : (head + n) & (ring.length - 1);
        ArrayDeque<Piece> p = pieces;
        if (p == null) {
            return;
        }
        int left = n;
        while (left > 0) {
            Piece first = p.getFirst();
            int k = Math.min(left, first.left);
            first.left -= k;
            left -= k;
            if (first.left == 0) {
                p.removeFirst();
            }
        }
        if (p.isEmpty()) {
            pieces = null;
        }
    }

    /** Notes that {@code n} bytes have been added. */
    private void added(int n, boolean packets) {
        if (pieces == null) {
            if (!packets) {
                count += n;
                return;
            }
            pieces = new ArrayDeque<>();
            if (count > 0) {
                pieces.add(new Piece(false, count));
            }
        }
        count += n;
        for (int left = n; left > 0; left -= PIPE_BUF) {
            pieces.add(new Piece(packets, packets ? Math.min(left, PIPE_BUF) : left));
            if (!packets) {
                break;
            }
        }
    }

    public long write(IoBuffer src) {
        return write(src, false);
    }

    /**
     * Up to PIPE_BUF bytes go in together or not at all; more may go in part.
     *
     * @param packets whether every PIPE_BUF bytes are to be read on their own
     */
    public long write(IoBuffer src, boolean packets) {
        int n = (int) Math.min(src.remaining(), Integer.MAX_VALUE);
        if (n == 0) {
            return 0;
        }
        lock.lock();
        try {
            if (readers == 0) {
                return -EPIPE;
            }
            int free = capacity - count;
            if (free <= 0 || (n <= PIPE_BUF && n > free)) {
                return -EAGAIN;
            }
            int wanted = Math.min(n, free);
            if (!grow(count + wanted)) {
                if (ring.length < PIPE_BUF) {
                    return -ENOMEM;
                }
                capacity = ring.length; // no more will be had for a while
                free = capacity - count;
                if (free <= 0 || (n <= PIPE_BUF && n > free)) {
                    return -EAGAIN;
                }
                wanted = Math.min(n, free);
            }
            n = wanted;
            int tail = (head + count) & (ring.length - 1);
            int first = Math.min(n, ring.length - tail);
            int r = src.get(ring, tail, first);
            if (r == 0 && n > first) {
                r = src.get(ring, 0, n - first);
                if (r < 0) {
                    r = 0;
                    n = first;
                }
            }
            if (r < 0) {
                return r;
            }
            added(n, packets);
        } finally {
            lock.unlock();
        }
        queue.wake(POLLIN | POLLRDNORM);
        return n;
    }

    /** Makes the ring long enough for {@code need} bytes: false when the kernel has no memory for it. */
    private boolean grow(int need) {
        if (need <= ring.length) {
            return true;
        }
        int size = Math.max(1024, Integer.highestOneBit(need - 1) << 1);
        if (!charge(ring.length, size)) {
            return false;
        }
        relocate(size);
        return true;
    }

    /** Counts a longer ring: its first page among objects, so that whoever fills pipes leaves others a little. */
    private static boolean charge(int from, int to) {
        int small = first(to) - first(from);
        int large = to - from - small;
        if (!HeapRoom.OBJECTS.take(small)) {
            return false;
        }
        if (!HeapRoom.BUFFERS.take(large)) {
            HeapRoom.OBJECTS.give(small);
            return false;
        }
        return true;
    }

    private static void uncharge(int from, int to) {
        int small = first(from) - first(to);
        HeapRoom.OBJECTS.give(small);
        HeapRoom.BUFFERS.give(from - to - small);
    }

    private static int first(int size) {
        return Math.min(size, PIPE_BUF);
    }

    private void relocate(int size) {
        byte[] next = new byte[size];
        copyOut(next, count);
        ring = next;
        head = 0;
    }

    private void copyOut(byte[] dst, int n) {
        int first = Math.min(n, ring.length - head);
        System.arraycopy(ring, head, dst, 0, first);
        System.arraycopy(ring, 0, dst, first, n - first);
    }

    /** A copy of up to {@code max} bytes of what is in the pipe, which stay there; null when it is empty. */
    public byte @Nullable [] peek(int max) {
        lock.lock();
        try {
            int n = Math.min(max, count);
            if (n == 0) {
                return null;
            }
            byte[] data = new byte[n];
            copyOut(data, n);
            return data;
        } finally {
            lock.unlock();
        }
    }

    /** Takes exactly {@code n} bytes out, or none and false when there are fewer. */
    boolean take(byte[] dst, int off, int n) {
        lock.lock();
        try {
            if (count < n) {
                return false;
            }
            int first = Math.min(n, ring.length - head);
            System.arraycopy(ring, head, dst, off, first);
            System.arraycopy(ring, 0, dst, off + first, n - first);
            consume(n);
        } finally {
            lock.unlock();
        }
        queue.wake(POLLOUT | POLLWRNORM);
        return true;
    }

    /** Puts all {@code n} bytes in, or none and false when there is no room or nobody to read them. */
    boolean append(byte[] src, int off, int n) {
        lock.lock();
        try {
            if (readers == 0 || capacity - count < n || !grow(count + n)) {
                return false;
            }
            int tail = (head + count) & (ring.length - 1);
            int first = Math.min(n, ring.length - tail);
            System.arraycopy(src, off, ring, tail, first);
            System.arraycopy(src, off + first, ring, 0, n - first);
            added(n, false);
        } finally {
            lock.unlock();
        }
        queue.wake(POLLIN | POLLRDNORM);
        return true;
    }

    /** Drops up to {@code n} bytes. */
    public void skip(int n) {
        lock.lock();
        try {
            consume(Math.min(n, count));
        } finally {
            lock.unlock();
        }
        queue.wake(POLLOUT | POLLWRNORM);
    }

    /** Bytes in the pipe. */
    public int available() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of room. */
    public int free() {
        lock.lock();
        try {
            return Math.max(0, capacity - count);
        } finally {
            lock.unlock();
        }
    }

    public int capacity() {
        lock.lock();
        try {
            return capacity;
        } finally {
            lock.unlock();
        }
    }

    /** F_SETPIPE_SZ: the capacity it now has, or -errno. */
    public long setCapacity(Caller c, long size) {
        if (size < 0 || size > 1L << 31) {
            return -EINVAL;
        }
        long rounded = size <= PIPE_BUF ? PIPE_BUF : Long.highestOneBit(size - 1) << 1;
        if (rounded > MAX_CAPACITY && !c.creds().has(Cap.CAP_SYS_RESOURCE)) {
            return -EPERM;
        }
        if (rounded > 1 << 30) {
            return -ENOMEM;
        }
        lock.lock();
        try {
            if (rounded < count) {
                return -EBUSY;
            }
            capacity = (int) rounded;
            if (ring.length > rounded) {
                uncharge(ring.length, (int) rounded);
                relocate((int) rounded);
            }
        } finally {
            lock.unlock();
        }
        queue.wake(POLLOUT | POLLWRNORM);
        return rounded;
    }

    /** @param writersBefore the writers that had come when the reader opened: it sees no hang-up before the next one */
    int poll(boolean reader, boolean writer, int writersBefore) {
        lock.lock();
        try {
            int events = 0;
            if (reader) {
                if (count > 0) {
                    events |= POLLIN | POLLRDNORM;
                }
                if (writers == 0 && writersSeen != writersBefore) {
                    events |= POLLHUP;
                }
            }
            if (writer) {
                if (capacity - count >= PIPE_BUF) {
                    events |= POLLOUT | POLLWRNORM;
                }
                if (readers == 0) {
                    events |= POLLERR;
                }
            }
            return events;
        } finally {
            lock.unlock();
        }
    }
}
