// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;

/** Erases characters, words and lines that are being typed, and shows it (ECHOE, ECHOK, ECHOKE, ECHOPRT). */
final class LineEraser {
    private final Termios t;
    private final InputRing ring;
    private final EchoQueue echoes;

    /** With ECHOPRT: what was erased last stands between {@code \} and a {@code /} that is still to come. */
    private boolean printing;

    LineEraser(Termios t, InputRing ring, EchoQueue echoes) {
        this.t = t;
        this.ring = ring;
        this.echoes = echoes;
    }

    void character() {
        erase(VERASE);
    }

    void word() {
        erase(VWERASE);
    }

    void line() {
        boolean echo = (t.lflag & ECHO) != 0;
        boolean byCharacters = echo && (t.lflag & (ECHOK | ECHOKE | ECHOE)) == (ECHOK | ECHOKE | ECHOE);
        if (byCharacters) {
            erase(VKILL);
            return;
        }
        if (ring.head() == ring.lineStart()) {
            return;
        }
        ring.backTo(ring.lineStart());
        if (echo) {
            finish();
            echoes.character(t.cc(VKILL));
            if ((t.lflag & ECHOK) != 0) {
                echoes.plain('\n');
            }
        }
    }

    /** Something else is typed. */
    void finish() {
        if (printing) {
            printing = false;
            echoes.plain('/');
        }
    }

    void forget() {
        printing = false;
    }

    /** Erases as far as the key {@code kind} does. */
    private void erase(int kind) {
        if (ring.head() == ring.lineStart()) {
            return;
        }
        boolean echo = (t.lflag & ECHO) != 0;
        boolean inWord = false;
        while (ring.head() != ring.lineStart()) {
            int p = startOfLast();
            int c = ring.at(p);
            if (continues(c)) {
                break; // the start of the character is missing: leave it alone
            }
            if (kind == VWERASE) {
                if (Characters.isWord(c)) {
                    inWord = true;
                } else if (inWord) {
                    break;
                }
            }
            int end = ring.head();
            ring.backTo(p);
            if (echo) {
                show(kind, c, end);
            }
            if (kind == VERASE) {
                break;
            }
        }
        if (echo && ring.head() == ring.lineStart()) {
            finish();
        }
    }

    private int startOfLast() {
        int p = ring.head() - 1;
        while (p != ring.lineStart() && continues(ring.at(p))) {
            p--;
        }
        return p;
    }

    private boolean continues(int c) {
        return (t.iflag & IUTF8) != 0 && Characters.isContinuation(c);
    }

    /** Shows that the character {@code c}, which began at head and ended before {@code end}, is gone. */
    private void show(int kind, int c, int end) {
        if ((t.lflag & ECHOPRT) != 0) {
            if (!printing) {
                echoes.plain('\\');
                printing = true;
            }
            echoes.character(c);
            for (int p = ring.head() + 1; p != end; p++) {
                echoes.plain(ring.at(p));
                echoes.back();
            }
        } else if (kind == VERASE && (t.lflag & ECHOE) == 0) {
            echoes.character(t.cc(VERASE));
        } else if (c == '\t') {
            tab();
        } else if (!Characters.isControl(c)) {
            rubOut();
        } else if ((t.lflag & ECHOCTL) != 0) {
            rubOut();
            rubOut();
        }
    }

    private void rubOut() {
        echoes.plain('\b');
        echoes.plain(' ');
        echoes.plain('\b');
    }

    private void tab() {
        int columns = 0;
        for (int p = ring.head(); p != ring.lineStart(); ) {
            p--;
            int c = ring.at(p);
            if (c == '\t') {
                echoes.eraseTab(columns, true);
                return;
            }
            if (Characters.isControl(c)) {
                columns += (t.lflag & ECHOCTL) != 0 ? 2 : 0;
            } else if (!continues(c)) {
                columns++;
            }
        }
        echoes.eraseTab(columns, false);
    }
}
