// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.eventfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;

/** A counter that is written by adding and read by emptying it or, as a semaphore, by taking one. */
public final class EventFile extends FileDescription {
    /** The counter stops one short of the highest unsigned value. */
    private static final long MAX = -2L;

    private final Inode inode;
    private final boolean semaphore;
    private final WaitQueue queue = new WaitQueue();
    private long count;

    /** @param flags O_RDWR and perhaps O_NONBLOCK */
    public EventFile(Inode inode, int flags, int initial, boolean semaphore) {
        super(null, flags);
        this.inode = inode;
        this.semaphore = semaphore;
        this.count = initial & 0xffffffffL;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    /** Accepted, and of no effect: it stays at 0. */
    @Override
    public long lseek(Caller c, long off, int whence) {
        return 0;
    }

    @Override
    public String describe() {
        return "anon_inode:[eventfd]";
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        if (dst.remaining() < 8) {
            return -EINVAL;
        }
        byte[] out = new byte[8];
        synchronized (this) {
            if (count == 0) {
                return -EAGAIN;
            }
            long taken = semaphore ? 1 : count;
            count -= taken;
            Bytes.put64(out, 0, taken);
        }
        queue.wake(POLLOUT | POLLWRNORM);
        int r = dst.put(out, 0, 8);
        return r < 0 ? r : 8;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        if (src.remaining() != 8) {
            return -EINVAL;
        }
        byte[] in = new byte[8];
        int r = src.get(in, 0, 8);
        if (r < 0) {
            return r;
        }
        long add = Bytes.i64(in, 0);
        if (add == -1L) {
            return -EINVAL;
        }
        synchronized (this) {
            if (Long.compareUnsigned(MAX - count, add) < 0) {
                return -EAGAIN;
            }
            count += add;
        }
        queue.wake(POLLIN | POLLRDNORM);
        return 8;
    }

    /** Adds as the kernel does: up to the highest value and never waiting. */
    public void add(long n) {
        synchronized (this) {
            count = Long.compareUnsigned(MAX - count, n) < 0 ? MAX : count + n;
        }
        queue.wake(POLLIN | POLLRDNORM);
    }

    @Override
    public synchronized int poll() {
        int events = count != 0 ? POLLIN | POLLRDNORM : 0;
        if (count == -1L) {
            return events | POLLERR;
        }
        return Long.compareUnsigned(MAX, count) > 0 ? events | POLLOUT | POLLWRNORM : events;
    }

    @Override
    public WaitQueue waitQueue() {
        return queue;
    }

    @Override
    public boolean pollable() {
        return true;
    }
}
