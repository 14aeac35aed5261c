// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.aio;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Aio;
import io.sandjar.abi.Bytes;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.mm.UserMemory;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * An I/O context: a ring of events in the guest's own memory, known by its address. The guest may read events from the
 * ring without a call, as libaio and others do, by moving the head; the tail is the kernel's, and of the head only what
 * it is modulo the size of the ring is believed. Guarded by its monitor, a leaf.
 */
public final class AioContext {
    private final long address;
    private final int slots;
    private final UserMemory mem;
    private final AioTotals totals;
    private final int counted;
    private final WaitQueue queue = new WaitQueue();
    private final HashSet<AioRequest> waiting = new HashSet<>();
    private final byte[] scratch = new byte[Aio.EVENT_SIZEOF];
    private int tail;
    private int seenHead;
    private int inFlight;
    private boolean closed;

    /**
     * @param address of the mapping, which has room for the head of the ring and {@code slots} events
     * @param mem the guest's memory, good as long as the process lives
     * @param counted events that {@code totals} has counted for it
     */
    public AioContext(long address, int slots, UserMemory mem, AioTotals totals, int counted) {
        this.address = address;
        this.slots = slots;
        this.mem = mem;
        this.totals = totals;
        this.counted = counted;
    }

    public long address() {
        return address;
    }

    /** Bytes of the mapping. */
    public long size() {
        return sizeOf(slots);
    }

    /** Bytes of the mapping of a ring. */
    public static long sizeOf(int slots) {
        return (Aio.RING_SIZEOF + (long) slots * Aio.EVENT_SIZEOF + 4095) & -4096L;
    }

    /** The slots of a ring that is to hold so many events: what fits into whole pages, one of them always empty. */
    public static int slotsFor(int events) {
        return (int) ((sizeOf(events + 1) - Aio.RING_SIZEOF) / Aio.EVENT_SIZEOF);
    }

    public WaitQueue queue() {
        return queue;
    }

    /** Writes the head of the empty ring: 0 or -EFAULT. */
    public int begin() {
        byte[] b = new byte[Aio.RING_SIZEOF];
        Bytes.put32(b, Aio.ring_nr, slots);
        Bytes.put32(b, Aio.ring_magic, Aio.RING_MAGIC);
        Bytes.put32(b, Aio.ring_compat_features, 1);
        Bytes.put32(b, Aio.ring_header_length, Aio.RING_SIZEOF);
        return mem.write(address, b);
    }

    /** How many events are in the ring; asks the guest where the head is. */
    private int filled() {
        if (mem.read(address + Aio.ring_head, scratch, 0, 4) < 0) {
            return -EFAULT;
        }
        seenHead = Integer.remainderUnsigned(Bytes.i32(scratch, 0), slots);
        return between(seenHead, tail);
    }

    private int between(int head, int end) {
        return end >= head ? end - head : end - head + slots;
    }

    /** Takes a place for an event that will come: 0, -EAGAIN when the ring may become full, -EINVAL when it is gone. */
    public synchronized int reserve() {
        if (closed) {
            return -EINVAL;
        }
        int n = between(seenHead, tail);
        if (n + inFlight >= slots - 1) {
            n = filled();
            if (n < 0 || n + inFlight >= slots - 1) {
                return -EAGAIN;
            }
        }
        inFlight++;
        return 0;
    }

    /** Gives a place back for which there will be no event. */
    public synchronized void giveBack() {
        inFlight--;
    }

    /** Puts an event into the place that was reserved for it. */
    public void complete(AioRequest r, long result) {
        synchronized (this) {
            waiting.remove(r);
            inFlight--;
            if (closed) {
                return;
            }
            Bytes.put64(scratch, 0, r.data());
            Bytes.put64(scratch, 8, r.object());
            Bytes.put64(scratch, 16, result);
            Bytes.put64(scratch, 24, 0);
            mem.write(slot(tail), scratch, 0, Aio.EVENT_SIZEOF);
            tail = tail + 1 == slots ? 0 : tail + 1;
            Bytes.put32(scratch, 0, tail);
            mem.write(address + Aio.ring_tail, scratch, 0, 4);
        }
        queue.wake(POLLIN);
    }

    private long slot(int i) {
        return address + Aio.RING_SIZEOF + (long) i * Aio.EVENT_SIZEOF;
    }

    /** Whether so many events seem to be there, or never will be; cheap, and wrong only where the guest reaps itself. */
    public synchronized boolean has(int events) {
        return closed || between(seenHead, tail) >= Math.min(events, slots - 1);
    }

    /**
     * Moves events to guest memory, but only if there are enough.
     *
     * @return their number, 0 where there are fewer than {@code min}, -EFAULT, -EINVAL when the context is gone
     */
    public synchronized int collect(UserMemory to, long events, int min, int max) {
        if (closed) {
            return -EINVAL;
        }
        int n = filled();
        if (n < Math.min(min, slots - 1) || n == 0) {
            return Math.min(n, 0);
        }
        int take = Math.min(n, max);
        int first = Math.min(take, slots - seenHead);
        int r = move(to, events, seenHead, first);
        if (r == 0 && take > first) {
            r = move(to, events + (long) first * Aio.EVENT_SIZEOF, 0, take - first);
        }
        if (r < 0) {
            return r;
        }
        seenHead = (seenHead + take) % slots;
        Bytes.put32(scratch, 0, seenHead);
        r = mem.write(address + Aio.ring_head, scratch, 0, 4);
        return r < 0 ? r : take;
    }

    private int move(UserMemory to, long address, int from, int n) {
        byte[] b = new byte[n * Aio.EVENT_SIZEOF];
        int r = mem.read(slot(from), b);
        return r < 0 ? r : to.write(address, b);
    }

    /** Notes a request that waits; false when the context is gone. */
    synchronized boolean await(AioRequest r) {
        return !closed && waiting.add(r);
    }

    /** The request that waits for an iocb, which from now on belongs to the caller; null when there is none. */
    public synchronized @Nullable AioRequest take(long object) {
        for (AioRequest r : waiting) {
            if (r.object() == object && r.cancellable()) {
                waiting.remove(r);
                return r;
            }
        }
        return null;
    }

    /** Ends it: what waits is dropped, who waits for events is told. */
    public void close() {
        AioRequest[] left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            left = waiting.toArray(new AioRequest[0]);
            waiting.clear();
        }
        for (AioRequest r : left) {
            r.drop();
        }
        totals.remove(counted);
        queue.wake(POLLIN);
    }
}
