// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Sig;
import java.util.Arrays;

/**
 * The input half of the line discipline (termios(3)): collects lines, edits them, echoes, and turns characters into
 * signals. Guarded by the terminal's lock.
 */
final class LineDiscipline {
    private static final int ALL_ONES = 0xff;

    private final Termios t;
    private final Events events;
    private final InputRing ring;
    private final EchoQueue echoes;
    private final LineEraser eraser;

    /** The characters that mean something with the settings of now. */
    private final boolean[] special = new boolean[256];

    private boolean literalNext;

    LineDiscipline(Termios t, OutputProcessor output, Events events) {
        this.t = t;
        this.events = events;
        this.ring = new InputRing(t);
        this.echoes = new EchoQueue(t, output);
        this.eraser = new LineEraser(t, ring, echoes);
        findSpecials();
    }

    /** What input can lead to. */
    interface Events {
        void signal(int sig);

        /** Throws away output that is on its way, and tells that input was thrown away, because of a signal. */
        void flushed();

        void stop();

        /** Lets output go on that {@link #stop} held, unless a program holds it too. */
        void start();

        boolean stopped();
    }

    /** What readers see. */
    InputRing ring() {
        return ring;
    }

    /** Takes characters as far as there is room; the number taken. */
    int receive(byte[] src, int off, int n) {
        int done = 0;
        while (done < n) {
            int batch = Math.min(ring.room(), n - done);
            if (batch == 0) {
                break;
            }
            for (int i = 0; i < batch; i++) {
                receive(src[off + done + i] & 0xff);
            }
            done += batch;
            if ((t.lflag & (ECHO | ECHONL)) != 0) {
                showEchoes();
            }
        }
        return done;
    }

    /** Makes output of the echoes that wait, unless output is stopped. */
    void showEchoes() {
        if (!events.stopped()) {
            echoes.show();
        }
    }

    private boolean has(int localFlag) {
        return (t.lflag & localFlag) != 0;
    }

    private void receive(int typed) {
        boolean literal = literalNext;
        literalNext = false;
        int c = typed;
        if ((t.iflag & ISTRIP) != 0) {
            c &= 0x7f;
        }
        if ((t.iflag & IUCLC) != 0 && has(IEXTEN)) {
            c = Characters.small(c);
        }
        if (!literal && has(EXTPROC)) {
            ring.add(c);
        } else if (literal || !special[c]) {
            ordinary(c, false);
        } else {
            special(c);
        }
    }

    private void special(int typed) {
        int c = typed;
        if ((t.iflag & IXON) != 0 && flow(c)) {
            return;
        }
        if (has(ISIG) && signal(c)) {
            return;
        }
        startByAny();
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
        if (!t.canonical() || !canonical(c)) {
            ordinary(c, c == '\n');
        }
    }

    private boolean flow(int c) {
        if (t.is(c, VSTART)) {
            events.start();
            showEchoes();
            return true;
        }
        if (t.is(c, VSTOP)) {
            events.stop();
            return true;
        }
        return false;
    }

    private void startByAny() {
        if ((t.iflag & (IXON | IXANY)) == (IXON | IXANY) && events.stopped()) {
            events.start();
            showEchoes();
        }
    }

    private boolean signal(int c) {
        int sig = t.is(c, VINTR) ? Sig.SIGINT : t.is(c, VQUIT) ? Sig.SIGQUIT : t.is(c, VSUSP) ? Sig.SIGTSTP : 0;
        if (sig == 0) {
            return false;
        }
        events.signal(sig);
        if (!has(NOFLSH)) {
            echoes.clear();
            flushInput();
            events.flushed();
        }
        if ((t.iflag & IXON) != 0) {
            events.start();
        }
        if (has(ECHO)) {
            echoes.character(c);
        } else {
            showEchoes();
        }
        return true;
    }

    /** Editing and line ends. @return whether the character was used up */
    private boolean canonical(int c) {
        boolean extended = has(IEXTEN);
        if (t.is(c, VERASE)) {
            eraser.character();
        } else if (t.is(c, VKILL)) {
            eraser.line();
        } else if (extended && t.is(c, VWERASE)) {
            eraser.word();
        } else if (extended && t.is(c, VLNEXT)) {
            literalNext = true;
            if (has(ECHO)) {
                eraser.finish();
                if (has(ECHOCTL)) {
                    echoes.plain('^');
                    echoes.plain('\b');
                }
            }
        } else if (extended && has(ECHO) && t.is(c, VREPRINT)) {
            reprint(c);
        } else if (c == '\n') {
            if (has(ECHO | ECHONL)) {
                echoes.plain('\n');
            }
            ring.addEnd(c);
        } else if (t.is(c, VEOF)) {
            ring.addEnd(0);
        } else if (t.is(c, VEOL) || (extended && t.is(c, VEOL2))) {
            if (has(ECHO)) {
                echoInLine(c);
            }
            doubleAllOnes(c);
            ring.addEnd(c);
        } else {
            return false;
        }
        return true;
    }

    private void reprint(int c) {
        eraser.finish();
        echoes.character(c);
        echoes.plain('\n');
        for (int p = ring.lineStart(); p != ring.head(); p++) {
            echoes.character(ring.at(p));
        }
    }

    /** A character that is only itself; {@code newLine} if it came to be one by the settings. */
    private void ordinary(int c, boolean newLine) {
        startByAny();
        if (has(ECHO)) {
            eraser.finish();
            if (newLine) {
                echoes.plain(c);
            } else {
                echoInLine(c);
            }
        }
        doubleAllOnes(c);
        ring.add(c);
    }

    private void echoInLine(int c) {
        if (ring.lineStart() == ring.head()) {
            echoes.beginLine();
        }
        echoes.character(c);
    }

    private void doubleAllOnes(int c) {
        if ((t.iflag & PARMRK) != 0 && c == ALL_ONES) {
            ring.add(c);
        }
    }

    void flushInput() {
        ring.clear();
        eraser.forget();
    }

    /** The settings changed; what is there becomes readable in the new way. */
    void settingsChanged(int oldLflag) {
        findSpecials();
        if (((oldLflag ^ t.lflag) & (ICANON | EXTPROC)) != 0) {
            ring.modeChanged();
            eraser.forget();
            literalNext = false;
        }
    }

    private void findSpecials() {
        Arrays.fill(special, false);
        special['\r'] = (t.iflag & (IGNCR | ICRNL)) != 0;
        special['\n'] = (t.iflag & INLCR) != 0 || t.canonical();
        if (t.canonical()) {
            mark(VERASE, VKILL, VEOF, VEOL);
            if (has(IEXTEN)) {
                mark(VWERASE, VLNEXT, VEOL2);
                if (has(ECHO)) {
                    mark(VREPRINT);
                }
            }
        }
        if ((t.iflag & IXON) != 0) {
            mark(VSTART, VSTOP);
        }
        if (has(ISIG)) {
            mark(VINTR, VQUIT, VSUSP);
        }
        special[0] = false;
    }

    private void mark(int... indices) {
        for (int i : indices) {
            special[t.cc(i)] = true;
        }
    }
}
