// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The messages that wait for a receiver: datagrams, or records of a seqpacket connection. */
public final class RecordQueue {
    /** What Linux accounts for a message beside its bytes. */
    private static final int OVERHEAD = 256;

    private final OrderedLock lock = new OrderedLock(LockLevel.OBJECT);
    private final ArrayDeque<Rec> records = new ArrayDeque<>(2);
    private volatile int count;
    private volatile int bytes;
    private volatile int firstLen;
    private volatile int limit;
    private final int maxCount;
    private final BufferMemory memory;
    private volatile boolean finished;
    private boolean dead;
    private volatile @Nullable Runnable onRoom;

    /** One message. Immutable but for the files of its control data. */
    public static final class Rec {
        public final byte[] data;
        public final byte[] source;
        public final @Nullable Ancillary ancillary;

        /** For the receiving family: destination of a datagram, for IP_PKTINFO. */
        public final @Nullable Object extra;

        /** Arrival, milliseconds since the epoch times a million plus nanoseconds: CLOCK_REALTIME. */
        public final long timeNanos;

        public Rec(byte[] data, byte[] source, @Nullable Ancillary ancillary, @Nullable Object extra, long timeNanos) {
            this.data = data;
            this.source = source;
            this.ancillary = ancillary;
            this.extra = extra;
            this.timeNanos = timeNanos;
        }
    }

    /**
     * @param limit bytes, overhead included
     * @param maxCount messages
     */
    public RecordQueue(NetStack net, int limit, int maxCount) {
        this.memory = net.memory();
        this.limit = limit;
        this.maxCount = maxCount;
    }

    /** What is done when there is room after there was none. */
    public void setOnRoom(Runnable action) {
        onRoom = action;
    }

    public void setLimit(int newLimit) {
        limit = newLimit;
    }

    public int count() {
        return count;
    }

    public int bytes() {
        return bytes - count * OVERHEAD;
    }

    /** Length of the message that comes next; 0 for none. */
    public int firstLength() {
        return firstLen;
    }

    public boolean finished() {
        return finished;
    }

    public boolean full() {
        return count >= maxCount || bytes >= limit;
    }

    public boolean hasRoom() {
        return count < maxCount && bytes <= limit - limit / 3;
    }

    /** The bytes of a message from the sender's memory: 0 or -EFAULT. */
    public static int copyIn(IoBuffer src, Ref<byte[]> out) {
        return src.getAll(out);
    }

    /** 0, -EAGAIN for no room, -EPIPE when the receiver is gone, -ENOBUFS. */
    public int put(Rec r) {
        lock.lock();
        try {
            if (dead) {
                return -EPIPE;
            }
            if (count >= maxCount || (count > 0 && bytes + r.data.length + OVERHEAD > limit)) {
                return -EAGAIN;
            }
            if (!memory.take(r.data.length + OVERHEAD, true)) {
                return -ENOBUFS;
            }
            if (count == 0) {
                firstLen = r.data.length;
            }
            records.addLast(r);
            bytes += r.data.length + OVERHEAD;
            count++;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Copies the first message out and takes it away.
     *
     * @param files gets the control data of the message, with files that are the caller's; left null when there is none
     * @param got gets the message
     * @return bytes copied, -EAGAIN for none (0 when none will come), -EFAULT
     */
    public long take(IoBuffer dst, boolean peek, Ref<Rec> got, Ref<Ancillary> files) {
        boolean tell = false;
        lock.lock();
        try {
            boolean wasFull = full();
            boolean hadRoom = hasRoom();
            Rec r = records.peekFirst();
            if (r == null) {
                return finished ? 0 : -EAGAIN;
            }
            int n = (int) Math.min(dst.remaining(), r.data.length);
            int e = n == 0 ? 0 : dst.put(r.data, 0, n);
            if (e < 0) {
                return e;
            }
            got.set(r);
            Ancillary a = r.ancillary;
            if (a != null) {
                Ancillary mine = new Ancillary();
                if (a.creds) {
                    mine.setCreds(a.pid, a.uid, a.gid);
                }
                if (a.hasFiles()) {
                    mine.setFiles(peek ? a.copyFiles() : a.takeFiles());
                }
                files.set(mine);
            }
            if (!peek) {
                records.removeFirst();
                bytes -= r.data.length + OVERHEAD;
                memory.give(r.data.length + OVERHEAD);
                count--;
                Rec next = records.peekFirst();
                firstLen = next == null ? 0 : next.data.length;
                tell = (wasFull && !full()) || (!hadRoom && hasRoom());
            }
            return n;
        } finally {
            lock.unlock();
            Runnable action = onRoom;
            if (tell && action != null) {
                action.run();
            }
        }
    }

    public void finish() {
        lock.lock();
        finished = true;
        lock.unlock();
    }

    /** Forgets all messages (a datagram socket that connects elsewhere) or, at the end, also refuses new ones. */
    public int kill(NetStack net, boolean forEver) {
        Rec[] old;
        lock.lock();
        try {
            if (forEver) {
                dead = true;
                finished = true;
            }
            old = records.toArray(new Rec[0]);
            records.clear();
            memory.give(bytes);
            count = 0;
            bytes = 0;
            firstLen = 0;
        } finally {
            lock.unlock();
        }
        for (Rec r : old) {
            if (r.ancillary != null) {
                net.rights().dropped(r.ancillary);
            }
        }
        return old.length;
    }

    public void forEachAncillary(java.util.function.Consumer<Ancillary> action) {
        lock.lock();
        try {
            for (Rec r : records) {
                if (r.ancillary != null) {
                    action.accept(r.ancillary);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
