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
    static final int MOST_BYTES = 4096;

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
        int i = inPiece(mem, a, len);
        if (r == null || i < 0) {
            return false;
        }
        r.read(at[i] + (int) (a - address[i]), dst, off, len);
        return true;
    }

    /** Where these bytes are in our memory; 0 when they are in no piece. */
    long find(UserMemory mem, long a, int len) {
        Ring r = ring;
        int i = inPiece(mem, a, len);
        return r == null || i < 0 ? 0 : r.dataAddress(at[i] + (int) (a - address[i]));
    }

    private int inPiece(UserMemory mem, long a, int len) {
        for (int i = 0; i < count; i++) {
            if (to[i] > from[i] && overlaps(address[i] + from[i], to[i] - from[i], a, len)) {
                flush(mem);
                return -1;
            }
        }
        for (int i = 0; i < count; i++) {
            long start = a - address[i]; // whatever the guest says, in bounds when it passes the check
            if (!out[i] && start >= 0 && start <= length[i] - len) {
                return i;
            }
        }
        return -1;
    }

    /** Whether these bytes were left for the stub. */
    boolean write(UserMemory mem, long a, byte[] src, int off, int len) {
        Ring r = ring;
        int i = outPiece(mem, a, len);
        if (r == null || i < 0) {
            return false;
        }
        r.write(at[i] + (int) (a - address[i]), src, off, len);
        fill(i, a, len);
        return true;
    }

    /** Where in our memory bytes for the guest may be left; 0: nowhere. Those that were are to be told to {@link #filled}. */
    long open(UserMemory mem, long a, int len) {
        Ring r = ring;
        int i = outPiece(mem, a, len);
        return r == null || i < 0 ? 0 : r.dataAddress(at[i] + (int) (a - address[i]));
    }

    void filled(UserMemory mem, long a, int len) {
        fill(outPiece(mem, a, len), a, len);
    }

    private int outPiece(UserMemory mem, long a, int len) {
        for (int i = 0; i < count; i++) {
            long start = a - address[i];
            if (out[i] && start >= 0 && start <= length[i] - len) {
                return from[i] == to[i] || start <= to[i] && start + len >= from[i]
                        ? i
                        : -1; // else not next to the rest
            }
        }
        for (int i = 0; i < count; i++) {
            if (overlaps(address[i], length[i], a, len)) {
                flush(mem);
                break;
            }
        }
        return -1;
    }

    private void fill(int i, long a, int len) {
        int start = (int) (a - address[i]);
        boolean first = from[i] == to[i];
        from[i] = first ? start : Math.min(from[i], start);
        to[i] = first ? start + len : Math.max(to[i], start + len);
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
