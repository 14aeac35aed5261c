// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.util.ArrayList;

/**
 * Robust mutexes of threads that end (get_robust_list(2)). The list is registered with the host, which would look after
 * it if the words held its own thread ids; they hold the guest's. So the kernel marks the words, and because waiters
 * sleep in the host's futex, it kicks every thread outside the kernel: a kicked wait starts again and finds its word
 * changed.
 */
public final class RobustLists {
    private static final int MAX_ENTRIES = 2048;
    private static final int HEAD_SIZE = 24;
    private static final int TID_MASK = 0x3fffffff;
    private static final int OWNER_DIED = 0x40000000;
    private static final int WAITERS = 0x80000000;

    private RobustLists() {}

    /** Where its list begins; 0 when it has none. */
    public static long head(Task t) {
        int tid = t.hostTid;
        if (tid == 0) {
            return 0;
        }
        Scratch s = Scratch.take();
        try {
            return Sys.call(Nr.get_robust_list, tid, s.address, s.address + 8) < 0 ? 0 : s.buf.getLong(0);
        } finally {
            s.give();
        }
    }

    /** Marks what {@code t} still holds; the process must still be there. @return whether there was anything */
    static boolean release(Task t) {
        long head = head(t);
        byte[] b = new byte[HEAD_SIZE];
        if (head == 0 || t.mem.read(head, b) < 0) {
            return false;
        }
        long entry = Bytes.i64(b, 0);
        long offset = Bytes.i64(b, 8);
        long pending = Bytes.i64(b, 16);
        boolean any = false;
        long[] next = new long[1];
        for (int i = 0; i < MAX_ENTRIES && (entry & ~1L) != head && entry != 0; i++) {
            long at = entry & ~1L;
            int r = t.mem.readLong(at, next);
            if (at != (pending & ~1L)) {
                any |= mark(t, at + offset);
            }
            if (r < 0) {
                break;
            }
            entry = next[0];
        }
        if (pending != 0) {
            any |= mark(t, (pending & ~1L) + offset);
        }
        return any;
    }

    private static boolean mark(Task t, long address) {
        int[] word = new int[1];
        if (t.mem.readInt(address, word) < 0 || (word[0] & TID_MASK) != t.tid()) {
            return false;
        }
        t.mem.writeInt(address, word[0] & WAITERS | OWNER_DIED);
        return true;
    }

    /** Wakes whoever may sleep on a word that was marked. */
    static void wakeWaiters(Kernel kernel, Task except) {
        ArrayList<Task> all = new ArrayList<>();
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : kernel.containers().allGroups()) {
                all.addAll(g.tasks);
            }
        } finally {
            kernel.taskLock().unlock();
        }
        for (Task t : all) {
            if (t != except && !t.dead && t.inGuest) {
                kernel.kick(t);
            }
        }
    }
}
