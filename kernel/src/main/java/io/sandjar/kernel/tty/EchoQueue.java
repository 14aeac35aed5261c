// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.ECHOCTL;

/**
 * Echoes that wait: what a key showed becomes output when the keys that came together with it have been looked at, and
 * not while output is stopped. Kept as steps rather than bytes, because what becomes of them depends on the column and
 * the settings at that time. Who types on and on while output is stopped loses the oldest.
 */
final class EchoQueue {
    private static final int MOST = 4096;
    private static final int ARGUMENT = 0xff;

    // steps; the low byte is the argument
    private static final int CHARACTER = 0;
    private static final int CONTROL = 0x100;
    private static final int VERBATIM = 0x200;
    private static final int BACK = 0x300;
    private static final int BEGIN_LINE = 0x400;
    private static final int ERASE_TAB = 0x500;

    private static final int AFTER_TAB = 0x80;
    private static final int ALL_ONES = 0xff;

    private final Termios t;
    private final OutputProcessor output;
    private short[] steps = new short[64];
    private int first;
    private int count;

    EchoQueue(Termios t, OutputProcessor output) {
        this.t = t;
        this.output = output;
    }

    void clear() {
        first = 0;
        count = 0;
    }

    /** A character as it is shown: control characters as ^X if ECHOCTL says so. */
    void character(int c) {
        boolean named = (t.lflag & ECHOCTL) != 0 && Characters.isControl(c) && c != '\t';
        if (named) {
            add(CONTROL | c);
        } else {
            plain(c);
        }
    }

    /** A character that only output processing may change. */
    void plain(int c) {
        add((c == ALL_ONES ? VERBATIM : CHARACTER) | c);
    }

    /** The column goes back by one without anything being shown. */
    void back() {
        add(BACK);
    }

    /** Here begins the line that is being typed. */
    void beginLine() {
        add(BEGIN_LINE);
    }

    /**
     * Goes back to where a tab began.
     *
     * @param columns what stands between it and the tab before, or the beginning of the line
     */
    void eraseTab(int columns, boolean afterTab) {
        add(ERASE_TAB | (columns & 7) | (afterTab ? AFTER_TAB : 0));
    }

    private void add(int step) {
        if (count == MOST) {
            first = (first + 1) & (steps.length - 1);
            count--;
        } else if (count == steps.length) {
            grow();
        }
        steps[(first + count) & (steps.length - 1)] = (short) step;
        count++;
    }

    private void grow() {
        short[] next = new short[steps.length * 2];
        for (int i = 0; i < count; i++) {
            next[i] = steps[(first + i) & (steps.length - 1)];
        }
        steps = next;
        first = 0;
    }

    /** Makes output of what waits, as far as there is room. */
    void show() {
        while (count > 0 && output.hasRoom()) {
            int step = steps[first];
            first = (first + 1) & (steps.length - 1);
            count--;
            show(step & ~ARGUMENT, step & ARGUMENT);
        }
    }

    private void show(int step, int c) {
        switch (step) {
            case CONTROL -> {
                output.raw('^', 1);
                output.raw(c ^ 0100, 1);
            }
            case VERBATIM -> output.raw(c, 1);
            case BACK -> output.back();
            case BEGIN_LINE -> output.beginLine();
            case ERASE_TAB -> {
                int from = (c & AFTER_TAB) != 0 ? c : c + output.lineColumn();
                for (int n = 8 - (from & 7); n > 0; n--) {
                    output.raw('\b', -1);
                }
            }
            default -> output.put(c);
        }
    }
}
