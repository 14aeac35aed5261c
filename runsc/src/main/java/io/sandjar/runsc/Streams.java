// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.trace.TextSink;
import io.sandjar.kernel.tty.HostTerminal;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.FileDescription;
import org.jspecify.annotations.Nullable;

/**
 * The user's standard streams as the guest's. Where the output is a terminal the guest gets a terminal of its own in front
 * of the user's, and with it job control. Where it is not, the terminal stays as it is: in {@code sandjar do x | less} it
 * is less that reads the keyboard.
 */
final class Streams implements TextSink {
    private final @Nullable HostTerminal terminal;

    /** Fills the descriptors 0 to 2 of pid 1. */
    Streams(Task init, DevPts terminals) {
        HostStdio stdio = new HostStdio(init.kernel().net.poller());
        Tty tty = null;
        if (HostTerminal.isTerminal(1)) {
            tty = terminals.newConsole(init.creds().uid(), init.creds().gid());
            tty.adopt(init);
        }
        for (int fd = 0; fd <= 2; fd++) {
            Ref<FileDescription> d = new Ref<>();
            int r = tty != null && HostTerminal.isTerminal(fd)
                    ? terminals.openSlave(init, tty, O.O_RDWR | O.O_NOCTTY, d)
                    : stdio.open(fd, d);
            if (r == 0) {
                init.fds().replace(fd, d.get(), false);
            }
        }
        terminal = tty == null ? null : new HostTerminal(tty, HostTerminal.isTerminal(0) ? 0 : 1, 1);
    }

    /** Takes the user's terminal over. */
    void start() {
        if (terminal != null) {
            terminal.start();
        }
    }

    /** Lines on the user's stderr, also while the terminal is raw. */
    @Override
    public void text(String text) {
        Out.err(terminal != null && HostTerminal.isTerminal(2) ? text.replace("\n", "\r\n") : text);
    }

    /** The user's window has another size. */
    void resized() {
        if (terminal != null) {
            terminal.resized();
        }
    }

    /** The user's shell is about to take the terminal. */
    void suspended() {
        if (terminal != null) {
            terminal.suspend();
        }
    }

    /** We were continued. */
    void resumed() {
        if (terminal != null) {
            terminal.resume();
        }
    }

    /** Writes out what is left and gives the terminal back. */
    void close() {
        if (terminal != null) {
            terminal.close();
        }
    }
}
