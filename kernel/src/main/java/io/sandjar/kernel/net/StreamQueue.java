// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The bytes on their way in one direction of a stream. A ring that grows with its use, so that an idle connection has
 * none. Guest bytes are copied once in and once out, under the queue's lock.
 */
public final class StreamQueue {
    private static final byte[] NONE = {};
    private static final int FIRST = 4096;

    /** A drained ring beyond this is given back. */
    private static final int KEEP = 256 * 1024;

    private final OrderedLock lock = new OrderedLock(LockLevel.OBJECT);
    private byte[] ring = NONE;
    private int head;
    private volatile int used;
    private volatile int limit;

    /** Bytes taken out since the beginning: the position of {@link #head}. */
    private long position;

    /** Nothing more will come. */
    private volatile boolean finished;

    /** The reader is gone: what is put is refused. */
    private boolean dead;

    private @Nullable ArrayDeque<Mark> marks;
    private final BufferMemory memory;

    /** Who is to be told when there is room again: the waiters of the writing socket. */
    private volatile @Nullable WaitQueue writer;

    /** Position of the urgent byte (tcp(7)), -1 for none, and whether it was received out of band. */
    private long urgent = -1;

    private int urgentByte = -1;

    /** Control data that belongs to a range of bytes. */
    private static final class Mark {
        final long start;
        long end;
        final Ancillary ancillary;

        Mark(long start, long end, Ancillary ancillary) {
            this.start = start;
            this.end = end;
            this.ancillary = ancillary;
        }
    }

    public StreamQueue(NetStack net, int limit) {
        this.memory = net.memory();
        this.limit = limit;
    }

    public void setWriter(WaitQueue waiters) {
        writer = waiters;
    }

    public void setLimit(int bytes) {
        limit = bytes;
    }

    public int limit() {
        return limit;
    }

    public int used() {
        return used;
    }

    public boolean finished() {
        return finished;
    }

    /** Whether enough is free that a writer should be told. */
    public boolean hasRoom() {
        return used <= limit - limit / 3;
    }

    /**
     * Takes bytes from a writer.
     *
     * @param ancillary control data of these bytes; the queue's when the result is positive
     * @return bytes taken, -EAGAIN for no room, -EPIPE when the reader is gone, -EFAULT, -ENOBUFS
     */
    public long put(IoBuffer src, @Nullable Ancillary ancillary) {
        return put(src, ancillary, null);
    }

    /** The same; {@code seen} gets a copy of the bytes that were taken. */
    public long put(IoBuffer src, @Nullable Ancillary ancillary, @Nullable Ref<byte[]> seen) {
        lock.lock();
        try {
            if (dead) {
                return -EPIPE;
            }
            int room = limit - used;
            if (room <= 0) {
                return -EAGAIN;
            }
            int n = reserve((int) Math.min(src.remaining(), room));
            if (n == 0) {
                return -ENOBUFS;
            }
            int tail = head + used;
            if (tail >= ring.length) {
                tail -= ring.length;
            }
            int first = Math.min(n, ring.length - tail);
            int r = src.get(ring, tail, first);
            if (r == 0 && n > first) {
                r = src.get(ring, 0, n - first);
            }
            if (r < 0) {
                return r;
            }
            if (ancillary != null) {
                mark(ancillary, n);
            }
            if (seen != null) {
                byte[] copy = new byte[n];
                System.arraycopy(ring, tail, copy, 0, first);
                System.arraycopy(ring, 0, copy, first, n - first);
                seen.set(copy);
            }
            used += n;
            return n;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that were put since the beginning. */
    public long total() {
        lock.lock();
        try {
            return position + used;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that were taken since the beginning. */
    public long taken() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything out. */
    public byte[] takeAll() {
        lock.lock();
        try {
            byte[] all = new byte[used];
            copyOut(all, used);
            drop(used);
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Puts all bytes, whatever the limit is: false when the reader is gone or there is no memory. */
    public boolean putAll(byte[] data) {
        lock.lock();
        try {
            if (dead || reserve(data.length) < data.length) {
                return false;
            }
            int tail = head + used;
            if (tail >= ring.length) {
                tail -= ring.length;
            }
            int first = Math.min(data.length, ring.length - tail);
            System.arraycopy(data, 0, ring, tail, first);
            System.arraycopy(data, first, ring, 0, data.length - first);
            used += data.length;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void mark(Ancillary ancillary, int n) {
        ArrayDeque<Mark> m = marks;
        if (m == null) {
            m = new ArrayDeque<>(4);
            marks = m;
        }
        long start = position + used;
        Mark last = m.peekLast();
        if (last != null
                && last.end == start
                && !last.ancillary.hasFiles()
                && !ancillary.hasFiles()
                && last.ancillary.sameCreds(ancillary)) {
            last.end = start + n;
        } else {
            m.addLast(new Mark(start, start + n, ancillary));
        }
    }

    /** Makes room for up to {@code n} bytes: for how many. */
    private int reserve(int n) {
        int need = used + n;
        if (need <= ring.length) {
            return n;
        }
        int size = Math.max(FIRST, ring.length);
        while (size < need) {
            size *= 2;
        }
        if (!memory.take(size - ring.length, size > FIRST)) {
            if (ring.length > 0) {
                return ring.length - used;
            }
            memory.take(FIRST, false);
            size = FIRST;
        }
        byte[] next = new byte[size];
        copyOut(next, used);
        ring = next;
        head = 0;
        return Math.min(n, size - used);
    }

    private void dropRing() {
        memory.give(ring.length);
        ring = NONE;
    }

    private void copyOut(byte[] dst, int n) {
        int first = Math.min(n, ring.length - head);
        System.arraycopy(ring, head, dst, 0, first);
        System.arraycopy(ring, 0, dst, first, n - first);
    }

    /**
     * Gives bytes to a reader.
     *
     * @param byCreds whether bytes of different senders must not be mixed (SO_PASSCRED)
     * @param taken gets the control data of the bytes; its files are the caller's. null to drop nothing: only when
     *     the queue never has any
     * @return bytes, 0 at the end (or when none are wanted), -EAGAIN when empty, -EFAULT
     */
    public long take(IoBuffer dst, boolean peek, int skip, boolean byCreds, @Nullable Ancillary taken) {
        boolean tell = false;
        lock.lock();
        try {
            boolean before = hasRoom();
            int have = used - skip;
            if (have <= 0) {
                return finished ? 0 : -EAGAIN;
            }
            int n = (int) Math.min(dst.remaining(), have);
            if (n == 0) {
                return 0;
            }
            if (urgent >= position && skip == 0) {
                n = toUrgent(n, peek);
                if (n == 0) {
                    return finished ? 0 : -EAGAIN;
                }
            }
            if (marks != null && taken != null && skip == 0) {
                n = clip(n, byCreds, peek, taken);
            }
            int from = head + skip;
            if (from >= ring.length) {
                from -= ring.length;
            }
            int first = Math.min(n, ring.length - from);
            int r = dst.put(ring, from, first);
            if (r == 0 && n > first) {
                r = dst.put(ring, 0, n - first);
            }
            if (r < 0) {
                return r;
            }
            if (!peek) {
                drop(n);
                tell = !before && hasRoom();
            }
            return n;
        } finally {
            lock.unlock();
            if (tell) {
                tellWriter();
            }
        }
    }

    private void tellWriter() {
        WaitQueue w = writer;
        if (w != null) {
            w.wake(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND);
        }
    }

    // ---- urgent data ----

    /** The last byte that was put is urgent. */
    public void markUrgent(boolean inline) {
        lock.lock();
        try {
            if (used > 0) {
                urgent = position + used - 1;
                int at = head + used - 1;
                urgentByte = inline ? -1 : ring[at >= ring.length ? at - ring.length : at] & 0xff;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A read ends before the urgent byte; one that begins there passes over it unless it is inline. */
    private int toUrgent(int n, boolean peek) {
        if (urgent > position) {
            return (int) Math.min(n, urgent - position);
        }
        if (urgentByte == -1 || peek) {
            urgent = urgentByte == -1 ? -1 : urgent;
            return n;
        }
        urgent = -1;
        urgentByte = -1;
        drop(1);
        return Math.min(n, used);
    }

    /** Takes the urgent byte; -1 for none. */
    public int takeUrgent(boolean peek) {
        lock.lock();
        try {
            int b = urgentByte >= 256 ? -1 : urgentByte;
            if (b >= 0 && !peek) {
                urgentByte = 256;
            }
            return b;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is urgent news that was not yet received. */
    public boolean urgentPending() {
        return urgent >= 0 && urgentByte >= 0 && urgentByte < 256;
    }

    /** Whether the next byte is the urgent one (SIOCATMARK). */
    public boolean atMark() {
        lock.lock();
        try {
            return urgent >= 0 && urgent == position;
        } finally {
            lock.unlock();
        }
    }

    /** Takes up to {@code n} bytes away without giving them to anybody (MSG_TRUNC of TCP). */
    public long discard(long n) {
        lock.lock();
        try {
            if (used == 0) {
                return finished ? 0 : -EAGAIN;
            }
            int k = (int) Math.min(n, used);
            drop(k);
            return k;
        } finally {
            lock.unlock();
            tellWriter();
        }
    }

    /** How far a read of at most {@code n} bytes may go, with the control data of the way. */
    private int clip(int n, boolean byCreds, boolean peek, Ancillary taken) {
        ArrayDeque<Mark> all = marks;
        if (all == null) {
            return n;
        }
        while (!all.isEmpty() && all.getFirst().end <= position) {
            all.removeFirst();
        }
        long at = position;
        long end = position + n;
        for (Mark m : all) {
            if (m.start >= end) {
                break;
            }
            if (byCreds && m.ancillary.creds) {
                if (m.start > at) {
                    return (int) (m.start - position);
                }
                if (at > position && !m.ancillary.sameCreds(taken)) {
                    return (int) (at - position);
                }
                taken.setCreds(m.ancillary.pid, m.ancillary.uid, m.ancillary.gid);
                at = m.end;
            } else if (byCreds && at > position && m.start == at) {
                return (int) (at - position);
            }
            if (m.ancillary.hasFiles()) {
                taken.setFiles(peek ? m.ancillary.copyFiles() : m.ancillary.takeFiles());
                return (int) (Math.min(end, m.end) - position);
            }
        }
        return byCreds && at > position && at < end ? (int) (at - position) : n;
    }

    private void drop(int n) {
        position += n;
        used -= n;
        head += n;
        if (head >= ring.length) {
            head -= ring.length;
        }
        if (used == 0) {
            head = 0;
            if (ring.length > KEEP) {
                dropRing();
            }
        }
    }

    /** The writer has ended. */
    public void finish() {
        lock.lock();
        finished = true;
        lock.unlock();
    }

    /**
     * The reader has gone. Control data that nobody will take goes to {@code orphans}.
     *
     * @return bytes that were not read
     */
    public int kill(NetStack net) {
        ArrayDeque<Mark> m;
        int n;
        lock.lock();
        try {
            dead = true;
            finished = true;
            n = used;
            used = 0;
            dropRing();
            head = 0;
            m = marks;
            marks = null;
        } finally {
            lock.unlock();
        }
        if (m != null) {
            for (Mark x : m) {
                net.rights().dropped(x.ancillary);
            }
        }
        return n;
    }

    /** The control data that lies in the queue, for the collector of cycles. */
    public void forEachAncillary(java.util.function.Consumer<Ancillary> action) {
        lock.lock();
        try {
            if (marks != null) {
                for (Mark m : marks) {
                    action.accept(m.ancillary);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
