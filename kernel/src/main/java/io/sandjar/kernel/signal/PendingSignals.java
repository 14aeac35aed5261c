// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.signal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Signals that wait for delivery, of one task or one thread group. Standard signals are pending at most once,
 * real-time signals queue in order (signal(7)). Guarded by the task lock.
 */
public final class PendingSignals {
    /** Queued signals of a whole kernel, so that many processes with long queues do not take its heap. */
    public static final class Total {
        private final long most = Math.max(4096, Runtime.getRuntime().maxMemory() >> 11);
        private long now;

        public boolean full() {
            return now >= most;
        }
    }

    private long set;
    private @Nullable Total total;
    private @Nullable ArrayDeque<SigInfo> queue;

    /** Bit n-1 for signal n. */
    public long set() {
        return set;
    }

    public boolean isEmpty() {
        return set == 0;
    }

    public int queued() {
        return queue == null ? 0 : queue.size();
    }

    /** @return false when a standard signal was pending already */
    public boolean add(SigInfo info, Total counted) {
        long bit = 1L << (info.signo() - 1);
        if (info.signo() < 32 && (set & bit) != 0) {
            return false;
        }
        set |= bit;
        if (queue == null) {
            queue = new ArrayDeque<>(4);
        }
        queue.add(info);
        total = counted;
        counted.now++;
        return true;
    }

    /** A signal for whose particulars there is no room. */
    public void mark(int signo) {
        set |= 1L << (signo - 1);
    }

    /** Forgets all: nobody will take them. */
    public void clear() {
        count(-queued());
        queue = null;
        set = 0;
    }

    private void count(int by) {
        Total t = total;
        if (t != null) {
            t.now += by;
        }
    }

    /** Takes the lowest-numbered pending signal that is in {@code wanted}; null when there is none. */
    public @Nullable SigInfo take(long wanted) {
        long now = set & wanted;
        ArrayDeque<SigInfo> q = queue;
        if (now == 0 || q == null) {
            return null;
        }
        // synchronous faults first, as Linux does, then the lowest number
        long sync = now & (1L << 10 | 1L << 6 | 1L << 3 | 1L << 4 | 1L << 7 | 1L << 30);
        int signo = Long.numberOfTrailingZeros(sync != 0 ? sync : now) + 1;
        SigInfo found = null;
        boolean more = false;
        for (SigInfo i : q) {
            if (i.signo() == signo) {
                if (found == null) {
                    found = i;
                } else {
                    more = true;
                    break;
                }
            }
        }
        if (found != null) {
            q.remove(found);
            count(-1);
        }
        if (!more) {
            set &= ~(1L << (signo - 1));
        }
        return found != null ? found : SigInfo.user(signo, 0, 0, 0);
    }

    /** The signals in the order in which they came, from a position on. */
    public SigInfo[] list(long from, int most) {
        java.util.ArrayList<SigInfo> out = new java.util.ArrayList<>();
        long at = 0;
        if (queue != null) {
            for (SigInfo i : queue) {
                if (Long.compareUnsigned(at++, from) >= 0 && out.size() < most) {
                    out.add(i);
                }
            }
        }
        return out.toArray(new SigInfo[0]);
    }

    /** Drops all signals in {@code which}. */
    public void discard(long which) {
        if ((set & which) == 0) {
            return;
        }
        set &= ~which;
        if (queue != null) {
            int before = queue.size();
            queue.removeIf(i -> (which >>> (i.signo() - 1) & 1) != 0);
            count(queue.size() - before);
        }
    }
}
