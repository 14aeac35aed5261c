// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import io.sandjar.host.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of guest memory that a call by ring brought along, and those that its stub fills afterwards. Only the plain
 * cases are served from here; whatever is not within one piece, or would need an order between them, makes {@link
 * UserMemory} reach into the guest as for other calls. The bounds are read once from the ring; the bytes are the guest's.
 */
final class RingWindows {
    private static final int MOST_BYTES = 4096;

    private final long[] address = new long[Ring.WINDOWS];
    private final int[] length = new int[Ring.WINDOWS];
    private final int[] at = new int[Ring.WINDOWS];
    private final boolean[] out = new boolean[Ring.WINDOWS];
    private final int[] from = new int[Ring.WINDOWS];
    private final int[] to = new int[Ring.WINDOWS];
    private @Nullable Ring ring;
    private int count;

    /** Takes over what the guest says; nonsense is as good as nothing. */
    void open(Ring r) {
        int n = r.windows();
        count = 0;
        ring = r;
        if (n < 0 || n > Ring.WINDOWS) {
            return;
        }
        int offset = 0;
        for (int i = 0; i < n; i++) {
            int len = r.windowLength(i);
            if (len <= 0 || len > MOST_BYTES || offset + len > Ring.DATA_SIZE) {
                return;
            }
            address[i] = r.windowAddress(i);
            length[i] = len;
            out[i] = r.windowIsOut(i);
            at[i] = offset;
            from[i] = 0;
            to[i] = 0;
            offset += len + 15 & ~15;
            count = i + 1;
        }
    }

    /** Whether these bytes were copied from a piece. */
    boolean read(UserMemory mem, long a, byte[] dst, int off, int len) {
        Ring r = ring;
        if (r == null || count == 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (to[i] > from[i] && overlaps(address[i] + from[i], to[i] - from[i], a, len)) {
                flush(mem);
                return false;
            }
        }
        for (int i = 0; i < count; i++) {
            long start = a - address[i]; // whatever the guest says, in bounds when it passes the check
            if (!out[i] && start >= 0 && start <= length[i] - len) {
                r.read(at[i] + (int) start, dst, off, len);
                return true;
            }
        }
        return false;
    }

    /** Whether these bytes were left for the stub. */
    boolean write(UserMemory mem, long a, byte[] src, int off, int len) {
        Ring r = ring;
        if (r == null || count == 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            long distance = a - address[i];
            if (out[i] && distance >= 0 && distance <= length[i] - len) {
                int start = (int) distance;
                boolean first = from[i] == to[i];
                if (!first && (start > to[i] || start + len < from[i])) {
                    return false; // not next to the rest: at once
                }
                r.write(at[i] + start, src, off, len);
                from[i] = first ? start : Math.min(from[i], start);
                to[i] = first ? start + len : Math.max(to[i], start + len);
                return true;
            }
        }
        for (int i = 0; i < count; i++) {
            if (overlaps(address[i], length[i], a, len)) {
                flush(mem);
                break;
            }
        }
        return false;
    }

    private static boolean overlaps(long a, int m, long b, int n) {
        return b - a < m && a - b < n;
    }

    /** Writes what was left for the stub, and serves nothing from here on. */
    private void flush(UserMemory mem) {
        Ring r = ring;
        int n = count;
        count = 0;
        for (int i = 0; r != null && i < n; i++) {
            if (to[i] > from[i]) {
                byte[] b = new byte[to[i] - from[i]];
                r.read(at[i] + from[i], b, 0, b.length);
                mem.write(address[i] + from[i], b, 0, b.length);
            }
        }
    }

    /** The call is over: tells the stub what is left for it. */
    void close() {
        Ring r = ring;
        ring = null;
        for (int i = 0; r != null && i < count; i++) {
            r.fill(i, from[i], to[i]);
        }
        count = 0;
    }
}
