// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Sig;

/**
 * The input half of the line discipline (termios(3)): collects lines, edits them, echoes, and turns characters into
 * signals. What is typed lies in a ring; a bit per place marks the ends of lines. An end of file is kept as a marked
 * NUL that is never copied out. Guarded by the terminal's lock.
 */
final class LineDiscipline {
    /** Longest line, and the most that is kept for a reader. */
    static final int SIZE = 4096;

    private static final int MASK = SIZE - 1;
    private static final int MOST_ECHO = 4096;

    private final Termios t;
    private final Events events;
    private final OutputProcessor output;
    private final ByteQueue out;
    private final byte[] ring = new byte[SIZE];
    private final long[] ends = new long[SIZE / 64];

    /** Positions count up; an index into the ring is position & MASK. Order: tail <= lineStart <= head. */
    private int tail;

    private int lineStart;
    private int head;

    private boolean literalNext;
    private boolean erasing;
    private int lineColumn;

    LineDiscipline(Termios t, ByteQueue out, Events events) {
        this.t = t;
        this.out = out;
        this.output = new OutputProcessor(out);
        this.events = events;
    }

    /** What input can lead to. */
    interface Events {
        void signal(int sig);

        /** Throws away output that is on its way. */
        void flushOutput();

        void stop();

        void start();

        boolean stopped();
    }

    OutputProcessor output() {
        return output;
    }

    // ---- input ----

    /** Takes characters as far as there is room; the number taken. */
    int receive(byte[] src, int off, int n) {
        int i = 0;
        while (i < n && makeRoom()) {
            receive(src[off + i] & 0xff);
            i++;
        }
        return i;
    }

    /** A line that is too long loses its last character again and again, so that its end can still be typed. */
    private boolean makeRoom() {
        int room = SIZE - 1 - (head - tail);
        if ((t.iflag & PARMRK) != 0) {
            room -= 2;
        }
        if (room > 0) {
            return true;
        }
        if (!t.canonical() || lineStart != tail) {
            return false;
        }
        if (room < 0) {
            head--;
        }
        return true;
    }

    private void receive(int typed) {
        int c = typed;
        if ((t.iflag & ISTRIP) != 0) {
            c &= 0x7f;
        }
        if ((t.iflag & IUCLC) != 0 && (t.lflag & IEXTEN) != 0 && c >= 'A' && c <= 'Z') {
            c += 32;
        }
        if ((t.lflag & EXTPROC) != 0) {
            store(c);
            return;
        }
        if (literalNext) {
            literalNext = false;
            ordinary(c);
            return;
        }
        if (events.stopped() && (t.iflag & (IXON | IXANY)) == (IXON | IXANY) && !flowOrSignal(c)) {
            events.start();
        }
        if ((t.iflag & IXON) != 0) {
            if (t.is(c, VSTART)) {
                events.start();
                return;
            }
            if (t.is(c, VSTOP)) {
                events.stop();
                return;
            }
        }
        if ((t.lflag & ISIG) != 0 && signal(c)) {
            return;
        }
        if (c == '\r') {
            if ((t.iflag & IGNCR) != 0) {
                return;
            }
            if ((t.iflag & ICRNL) != 0) {
                c = '\n';
            }
        } else if (c == '\n' && (t.iflag & INLCR) != 0) {
            c = '\r';
        }
        if (t.canonical() && canonical(c)) {
            return;
        }
        ordinary(c);
    }

    private boolean flowOrSignal(int c) {
        return t.is(c, VSTART) || t.is(c, VSTOP) || t.is(c, VINTR) || t.is(c, VQUIT) || t.is(c, VSUSP);
    }

    private boolean signal(int c) {
        int sig = t.is(c, VINTR) ? Sig.SIGINT : t.is(c, VQUIT) ? Sig.SIGQUIT : t.is(c, VSUSP) ? Sig.SIGTSTP : 0;
        if (sig == 0) {
            return false;
        }
        events.signal(sig);
        if ((t.lflag & NOFLSH) == 0) {
            flushInput();
            events.flushOutput();
        }
        if ((t.iflag & IXON) != 0 && events.stopped()) {
            events.start();
        }
        if ((t.lflag & ECHO) != 0) {
            echo(c);
        }
        return true;
    }

    /** Editing and line ends. @return whether the character was used up */
    private boolean canonical(int c) {
        boolean extended = (t.lflag & IEXTEN) != 0;
        boolean echo = (t.lflag & ECHO) != 0;
        if (t.is(c, VERASE)) {
            erase(Erase.CHARACTER);
            return true;
        }
        if (t.is(c, VKILL)) {
            erase(Erase.LINE);
            return true;
        }
        if (extended && t.is(c, VWERASE)) {
            erase(Erase.WORD);
            return true;
        }
        if (extended && t.is(c, VLNEXT)) {
            literalNext = true;
            if (echo) {
                finishErasing();
                if ((t.lflag & ECHOCTL) != 0) {
                    output.raw('^', 0);
                    output.raw('\b', 0);
                }
            }
            return true;
        }
        if (extended && echo && t.is(c, VREPRINT)) {
            finishErasing();
            echo(c);
            echoRaw('\n');
            for (int p = lineStart; p != head; p++) {
                echo(at(p));
            }
            return true;
        }
        if (c == '\n') {
            if ((t.lflag & (ECHO | ECHONL)) != 0) {
                echoRaw('\n');
            }
            endLine(c);
            return true;
        }
        if (t.is(c, VEOF)) {
            endLine(0);
            return true;
        }
        if (t.is(c, VEOL) || (extended && t.is(c, VEOL2))) {
            if (echo) {
                if (lineStart == head) {
                    lineColumn = output.column();
                }
                echo(c);
            }
            if ((t.iflag & PARMRK) != 0 && c == 0xff) {
                store(c);
            }
            endLine(c);
            return true;
        }
        return false;
    }

    private void ordinary(int c) {
        if ((t.lflag & ECHO) != 0) {
            finishErasing();
            if (lineStart == head) {
                lineColumn = output.column();
            }
            echo(c);
        }
        if ((t.iflag & (PARMRK | ISTRIP)) == PARMRK && c == 0xff) {
            store(c);
        }
        store(c);
    }

    private void store(int c) {
        ring[head & MASK] = (byte) c;
        head++;
    }

    private void endLine(int c) {
        int i = head & MASK;
        ends[i >>> 6] |= 1L << i;
        store(c);
        lineStart = head;
    }

    /** A break condition; terminals of ours have them only by ioctl. */
    void breakCondition() {
        if ((t.iflag & IGNBRK) != 0) {
            return;
        }
        if ((t.iflag & BRKINT) != 0) {
            events.signal(Sig.SIGINT);
            if ((t.lflag & NOFLSH) == 0) {
                flushInput();
                events.flushOutput();
            }
            return;
        }
        if ((t.iflag & PARMRK) != 0) {
            store(0xff);
            store(0);
        }
        store(0);
    }

    // ---- erasing ----

    private enum Erase {
        CHARACTER,
        WORD,
        LINE
    }

    private void erase(Erase kind) {
        if (head == lineStart) {
            return;
        }
        boolean echo = (t.lflag & ECHO) != 0;
        if (kind == Erase.LINE) {
            if (!echo) {
                head = lineStart;
                return;
            }
            if ((t.lflag & (ECHOK | ECHOKE | ECHOE)) != (ECHOK | ECHOKE | ECHOE)) {
                head = lineStart;
                finishErasing();
                echo(t.cc(VKILL));
                if ((t.lflag & ECHOK) != 0) {
                    echoRaw('\n');
                }
                return;
            }
        }
        boolean inWord = false;
        while (head != lineStart) {
            int p = head - 1;
            int c = at(p);
            while ((t.iflag & IUTF8) != 0 && OutputProcessor.isContinuation(c) && p != lineStart) {
                p--;
                c = at(p);
            }
            if ((t.iflag & IUTF8) != 0 && OutputProcessor.isContinuation(c)) {
                break; // the start of the character is missing: leave it alone
            }
            if (kind == Erase.WORD) {
                if (isWord(c)) {
                    inWord = true;
                } else if (inWord) {
                    break;
                }
            }
            int end = head;
            head = p;
            if (echo) {
                echoErasure(kind, c, end);
            }
            if (kind == Erase.CHARACTER) {
                break;
            }
        }
        if (head == lineStart && echo) {
            finishErasing();
        }
    }

    /** Shows that the character {@code c}, which began at head and ended before {@code end}, is gone. */
    private void echoErasure(Erase kind, int c, int end) {
        if ((t.lflag & ECHOPRT) != 0) {
            if (!erasing) {
                echoByte('\\');
                erasing = true;
            }
            echo(c);
            for (int p = head + 1; p != end; p++) {
                echoByte(at(p));
            }
        } else if (kind == Erase.CHARACTER && (t.lflag & ECHOE) == 0) {
            echo(t.cc(VERASE));
        } else if (c == '\t') {
            eraseTab();
        } else if (OutputProcessor.isControl(c)) {
            if ((t.lflag & ECHOCTL) != 0) {
                rubOut();
                rubOut();
            }
        } else {
            rubOut();
        }
    }

    private void rubOut() {
        if (tooMuchEcho()) {
            return;
        }
        output.raw('\b', -1);
        output.raw(' ', 1);
        output.raw('\b', -1);
    }

    /** Goes back to where the tab began: behind the previous tab, or counted from the start of the line. */
    private void eraseTab() {
        int width = 0;
        boolean afterTab = false;
        for (int p = head; p != lineStart; ) {
            p--;
            int c = at(p);
            if (c == '\t') {
                afterTab = true;
                break;
            }
            if (OutputProcessor.isControl(c)) {
                if ((t.lflag & ECHOCTL) != 0) {
                    width += 2;
                }
            } else if ((t.iflag & IUTF8) == 0 || !OutputProcessor.isContinuation(c)) {
                width++;
            }
        }
        if (!afterTab) {
            width += lineColumn;
        }
        for (int back = 8 - (width & 7); back > 0; back--) {
            output.raw('\b', -1);
        }
    }

    private static boolean isWord(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || c == '_'
                || (c >= 0xc0 && c != 0xd7 && c != 0xf7);
    }

    // ---- echo ----

    private boolean tooMuchEcho() {
        return out.size() > Tty.OUTPUT_LIMIT + MOST_ECHO;
    }

    private void finishErasing() {
        if (erasing) {
            erasing = false;
            echoByte('/');
        }
    }

    private void echo(int c) {
        if ((t.lflag & ECHOCTL) != 0 && OutputProcessor.isControl(c) && c != '\t') {
            if (!tooMuchEcho()) {
                output.raw('^', 1);
                output.raw(c ^ 0100, 1);
            }
        } else {
            echoByte(c);
        }
    }

    private void echoRaw(int c) {
        echoByte(c);
    }

    private void echoByte(int c) {
        if (!tooMuchEcho()) {
            output.put(t, c);
        }
    }

    // ---- reading ----

    private int at(int position) {
        return ring[position & MASK] & 0xff;
    }

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
            dst[off + i] = ring[(tail + i) & MASK];
        }
        tail += k;
        lineStart = tail;
        return k;
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

    void flushInput() {
        head = 0;
        tail = 0;
        lineStart = 0;
        literalNext = false;
        erasing = false;
        java.util.Arrays.fill(ends, 0);
    }

    /** The settings changed; what is there becomes readable in the new way. */
    void settingsChanged(int oldLflag) {
        if (((oldLflag ^ t.lflag) & (ICANON | EXTPROC)) == 0) {
            return;
        }
        java.util.Arrays.fill(ends, 0);
        if (!t.canonical() || head == tail) {
            lineStart = tail;
        } else {
            int i = (head - 1) & MASK;
            ends[i >>> 6] |= 1L << i;
            lineStart = head;
        }
        erasing = false;
        literalNext = false;
    }
}
