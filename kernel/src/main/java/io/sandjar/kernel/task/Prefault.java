// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.Toucher;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way of a task out of the middle of its call into its stub, to touch memory, and back to the bell, where the call is
 * finished through the registers of its signal frame. Taken only where memory is short: see {@link
 * io.sandjar.kernel.mm.MemoryRoom}.
 */
public final class Prefault implements Toucher {
    private static final long PAGE = 4096;
    private static final int O_RDONLY = 0;

    /** Pagemap: in memory, and of nobody else. What is shared may have to be copied when it is written. */
    private static final long PRESENT = 1L << 63;

    private static final long EXCLUSIVE = 1L << 56;
    private static final long PATIENCE_NANOS = 20_000_000;

    private static final int IDLE = 0;
    private static final int KICKED = 1;
    private static final int TOUCHING = 2;
    private static final int DONE = 3;

    private final Task task;
    private volatile int state = IDLE;
    private volatile boolean atBell;
    private volatile @Nullable Thread waiter;
    private long from;
    private long length;

    Prefault(Task task) {
        this.task = task;
    }

    /** Whether the next ring is to be given to {@link #rang}. */
    public boolean waits() {
        return state != IDLE;
    }

    /** Whether the call in progress has left its notification and is to be finished in the frame. */
    public boolean atBell() {
        return atBell;
    }

    void over() {
        atBell = false;
    }

    @Override
    public void touch(long address, long len) {
        Task t = task;
        long start = address & -PAGE;
        long n = (address + len + PAGE - 1 & -PAGE) - start;
        if (state != IDLE
                || t.caller != Thread.currentThread()
                || t.dead
                || t.ringUse.byRing()
                || n <= 0
                || there(start, n)) {
            return;
        }
        from = start;
        length = n;
        long progress = t.progress;
        waiter = Thread.currentThread();
        Relieving relief = t.kernel.relieving;
        if (relief != null) {
            relief.begin();
        }
        Scratch s = Scratch.take();
        try {
            if (atBell) {
                order(s);
            } else {
                state = KICKED;
                t.inGuest = true;
                t.kernel.kick(t);
                t.kernel.listener().answer(s, t.notifId, -EINTR);
            }
        } finally {
            s.give();
        }
        while (true) {
            LockSupport.parkNanos(this, PATIENCE_NANOS);
            if (state == DONE || t.dead || gone()) {
                break;
            }
            if (relief != null) {
                relief.more(); // all others may wait for a lock that this thread's caller holds
            }
        }
        if (relief != null) {
            relief.end();
        }
        waiter = null;
        state = IDLE;
        t.progress = progress;
    }

    /** Whether the host has ended the process; not known to the kernel yet. */
    private boolean gone() {
        return state != DONE && Sys.peek(task.hostTid, task.slot, new byte[8], 0, 8) != 8;
    }

    /** Tells the stub what to touch. */
    private void order(Scratch s) {
        Task t = task;
        t.trap.ops.clear();
        t.trap.ops.call(Stub.OPF_IGNORE | Stub.OPF_RING, Nr.madvise, from, length, Mm.MADV_POPULATE_WRITE, 0, 0, 0);
        state = TOUCHING;
        t.trap.answerBell(s);
    }

    /**
     * A ring of the task while {@link #waits}.
     *
     * @return false: that is no ring of a stub's
     */
    public boolean rang(Scratch s, int kind, int signal, long info, long uc) {
        if (state == KICKED && kind == Stub.BELL_SIGNAL && signal == Stub.KICK) {
            if (task.trap.fetch(info, uc) < 0) {
                return false;
            }
            atBell = true;
            order(s);
            return true;
        }
        if (state == TOUCHING && kind == Stub.BELL_DONE) {
            state = DONE;
            LockSupport.unpark(waiter);
            return true;
        }
        return false;
    }

    /** Whether all pages are there and the process's own. */
    private boolean there(long start, long bytes) {
        int fd = Sys.openat2(HostFiles.proc(), task.hostTid + "/pagemap", O_RDONLY, 0, HostFiles.STRICT);
        if (fd < 0) {
            return false;
        }
        byte[] words = new byte[512];
        boolean all = true;
        for (long done = 0; all && done < bytes / PAGE; done += words.length / 8) {
            int n = (int) Math.min(words.length, (bytes / PAGE - done) * 8);
            all = Sys.read(fd, words, 0, n, (start / PAGE + done) * 8) == n;
            for (int i = 0; all && i < n; i += 8) {
                long w = Bytes.i64(words, i);
                all = (w & PRESENT) != 0 && (w & EXCLUSIVE) != 0;
            }
        }
        Sys.close(fd);
        return all;
    }
}
