// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

/** What a master in packet mode (TIOCPKT) is told of the slave besides its output. Guarded by the terminal's lock. */
final class PacketMode {
    private static final int START_KEY = 17;
    private static final int STOP_KEY = 19;

    private final Tty tty;
    private boolean on;
    private int status;

    PacketMode(Tty tty) {
        this.tty = tty;
    }

    boolean on() {
        return on;
    }

    void set(boolean now) {
        if (now && !on) {
            status = 0;
        }
        on = now;
    }

    /** Whether there is something to tell. */
    boolean pending() {
        return on && status != 0;
    }

    /** What there is to tell, once. */
    int take() {
        int s = status;
        status = 0;
        return s;
    }

    void event(int bits) {
        replace(0, bits);
    }

    /** Tells {@code now} instead of {@code before}. */
    void replace(int before, int now) {
        if (on) {
            status = (status & ~before) | now;
            tty.masterQueue.wake(POLLIN | POLLRDNORM | POLLPRI);
        }
    }

    void settingsChanged(Termios before, Termios now) {
        boolean flow = normalFlow(now);
        if (flow != normalFlow(before)) {
            replace(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
        }
        if (((before.lflag | now.lflag) & EXTPROC) != 0) {
            event(TIOCPKT_IOCTL);
        }
    }

    /** Whether ^S and ^Q do what they usually do. */
    private static boolean normalFlow(Termios t) {
        return (t.iflag & IXON) != 0 && t.cc(VSTOP) == STOP_KEY && t.cc(VSTART) == START_KEY;
    }
}
