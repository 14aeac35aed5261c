// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;

/** The output half of the line discipline: OPOST translations, and the columns that erasing a tab needs to know. */
final class OutputProcessor {
    private static final int TAB = 8;

    private final Termios t;
    private final ByteQueue out;
    private int column;
    private int lineColumn;

    OutputProcessor(Termios t, ByteQueue out) {
        this.t = t;
        this.out = out;
    }

    /** Room for what {@link #put} and {@link #raw} make of a character. */
    boolean hasRoom() {
        return out.size() + TAB <= Tty.OUTPUT_LIMIT;
    }

    /** The column where the line began that is being typed. */
    int lineColumn() {
        return lineColumn;
    }

    /** What is typed from now on is a new line. */
    void beginLine() {
        lineColumn = column;
    }

    void back() {
        column = Math.max(0, column - 1);
    }

    /** One character of a program's output or of an echo. */
    void put(int c) {
        if ((t.oflag & OPOST) == 0) {
            out.add(c);
            return;
        }
        int ch = c;
        switch (ch) {
            case '\n' -> {
                if ((t.oflag & (ONLRET | ONLCR)) != 0) {
                    column = 0;
                }
                if ((t.oflag & ONLCR) != 0) {
                    out.add('\r');
                }
                lineColumn = column;
            }
            case '\r' -> {
                if ((t.oflag & ONOCR) != 0 && column == 0) {
                    return;
                }
                if ((t.oflag & OCRNL) != 0) {
                    ch = '\n';
                }
                if ((t.oflag & OCRNL) == 0 || (t.oflag & ONLRET) != 0) {
                    column = 0;
                    lineColumn = 0;
                }
            }
            case '\t' -> {
                int spaces = TAB - (column & (TAB - 1));
                column += spaces;
                if ((t.oflag & TABDLY) == XTABS) {
                    for (int i = 0; i < spaces; i++) {
                        out.add(' ');
                    }
                    return;
                }
            }
            case '\b' -> back();
            default -> ch = printable(ch);
        }
        out.add(ch);
    }

    private int printable(int c) {
        if (Characters.isControl(c)) {
            return c;
        }
        int shown = (t.oflag & OLCUC) != 0 ? Characters.capital(c) : c;
        if (!((t.iflag & IUTF8) != 0 && Characters.isContinuation(shown))) {
            column++;
        }
        return shown;
    }

    /** A character that goes out as it is, counted as so many columns. */
    void raw(int c, int columns) {
        out.add(c);
        column = Math.max(0, column + columns);
    }
}
