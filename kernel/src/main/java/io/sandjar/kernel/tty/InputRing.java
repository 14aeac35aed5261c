// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Tty.*;

import java.util.Arrays;

/**
 * What was typed and not read yet: a ring with a bit per place that marks the ends of lines. An end of file is kept as a
 * marked NUL that is never copied out. Positions count up. Guarded by the terminal's lock.
 */
final class InputRing {
    /** Longest line, and the most that is kept for a reader. */
    static final int SIZE = 4096;

    private static final int MASK = SIZE - 1;

    private final Termios t;
    private final byte[] ring = new byte[SIZE];
    private final long[] ends = new long[SIZE / 64];

    // tail <= lineStart <= head
    private int tail;
    private int lineStart;
    private int head;

    InputRing(Termios t) {
        this.t = t;
    }

    // ---- for who types ----

    int head() {
        return head;
    }

    /** Where the line begins that is not complete yet. */
    int lineStart() {
        return lineStart;
    }

    int at(int position) {
        return ring[position & MASK] & 0xff;
    }

    void add(int c) {
        ring[head & MASK] = (byte) c;
        head++;
    }

    /** Adds the last character of a line. */
    void addEnd(int c) {
        int i = head & MASK;
        ends[i >>> 6] |= 1L << i;
        add(c);
        lineStart = head;
    }

    /** Takes back what was typed from {@code position} on. */
    void backTo(int position) {
        head = position;
    }

    /**
     * How many characters may be typed now. A line that is too long loses its last character again and again, so that its
     * end can still be typed.
     */
    int room() {
        int room = SIZE - (head - tail);
        if ((t.iflag & PARMRK) != 0) {
            room = (room + 2) / 3;
        }
        room--;
        if (room > 0) {
            return room;
        }
        if (!t.canonical() || lineStart != tail) {
            return 0;
        }
        if (room < 0) {
            head--;
        }
        return 1;
    }

    void clear() {
        head = 0;
        tail = 0;
        lineStart = 0;
        Arrays.fill(ends, 0);
    }

    /** What is there becomes readable as the new settings say. */
    void modeChanged() {
        Arrays.fill(ends, 0);
        if (!t.canonical() || head == tail) {
            lineStart = tail;
        } else {
            int i = (head - 1) & MASK;
            ends[i >>> 6] |= 1L << i;
            lineStart = head;
        }
    }

    // ---- for readers ----

    private boolean endsAt(int position) {
        int i = position & MASK;
        return (ends[i >>> 6] >>> i & 1) != 0;
    }

    /** Whether the reader counts lines rather than bytes. */
    private boolean byLines() {
        return t.canonical() && (t.lflag & EXTPROC) == 0;
    }

    /** Whether there is a line, or at least {@code min} bytes where bytes count. */
    boolean available(int min) {
        return byLines() ? lineStart != tail : head - tail >= Math.max(1, min);
    }

    /** What FIONREAD tells. */
    int readableBytes() {
        if (!byLines()) {
            return head - tail;
        }
        int n = lineStart - tail;
        for (int p = tail; p != lineStart; p++) {
            if (endsAt(p) && at(p) == 0) {
                n--;
            }
        }
        return n;
    }

    /** Copies the bytes that are there, or at most one line: a count (0 is end of file) or -EAGAIN. */
    int read(byte[] dst, int off, int n) {
        if (byLines()) {
            return readLine(dst, off, n);
        }
        int k = Math.min(n, head - tail);
        if (k == 0) {
            return -EAGAIN;
        }
        for (int i = 0; i < k; i++) {
            dst[off + i] = (byte) at(tail + i);
        }
        tail += k;
        if (tail - lineStart > 0) {
            lineStart = tail;
        }
        boolean endOfFile = t.canonical() && k == 1 && tail == head && t.is(dst[off] & 0xff, VEOF);
        return endOfFile ? 0 : k; // EXTPROC: who is at the other end has put it there
    }

    private int readLine(byte[] dst, int off, int n) {
        if (lineStart == tail) {
            return -EAGAIN;
        }
        int k = 0;
        while (tail != lineStart) {
            boolean end = endsAt(tail);
            int c = at(tail);
            if (end && c == 0) {
                take();
                break;
            }
            if (k == n) {
                break;
            }
            dst[off + k++] = (byte) c;
            take();
            if (end) {
                break;
            }
        }
        return k;
    }

    private void take() {
        int i = tail & MASK;
        ends[i >>> 6] &= ~(1L << i);
        tail++;
    }
}
