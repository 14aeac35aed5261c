// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;

/** The output half of the line discipline: OPOST translations, and the column that erasing a tab needs to know. */
final class OutputProcessor {
    private static final int TAB = 8;

    private ByteQueue out;
    private int column;

    OutputProcessor(ByteQueue out) {
        this.out = out;
    }

    /** Sends what follows to another queue. */
    void redirect(ByteQueue to) {
        out = to;
    }

    int column() {
        return column;
    }

    void resetColumn() {
        column = 0;
    }

    /** One character of a program's output. */
    void put(Termios t, int c) {
        if ((t.oflag & OPOST) == 0) {
            out.add(c);
            return;
        }
        int ch = c;
        switch (ch) {
            case '\n' -> {
                if ((t.oflag & ONLRET) != 0) {
                    column = 0;
                }
                if ((t.oflag & ONLCR) != 0) {
                    column = 0;
                    out.add('\r');
                }
            }
            case '\r' -> {
                if ((t.oflag & ONOCR) != 0 && column == 0) {
                    return;
                }
                if ((t.oflag & OCRNL) != 0) {
                    ch = '\n';
                    if ((t.oflag & ONLRET) != 0) {
                        column = 0;
                    }
                } else {
                    column = 0;
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
            case '\b' -> {
                if (column > 0) {
                    column--;
                }
            }
            default -> {
                if (!isControl(ch)) {
                    if ((t.oflag & OLCUC) != 0 && ch >= 'a' && ch <= 'z') {
                        ch -= 32;
                    }
                    if (!((t.iflag & IUTF8) != 0 && isContinuation(ch))) {
                        column++;
                    }
                }
            }
        }
        out.add(ch);
    }

    /** A character that goes out as it is, counted as one column. */
    void raw(int c, int columns) {
        out.add(c);
        column = Math.max(0, column + columns);
    }

    static boolean isControl(int c) {
        return c < 32 || c == 127;
    }

    /** A byte of a UTF-8 sequence that is not its first. */
    static boolean isContinuation(int c) {
        return (c & 0xc0) == 0x80;
    }
}
