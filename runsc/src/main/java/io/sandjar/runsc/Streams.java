// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.tty.HostTerminal;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Opener;
import org.jspecify.annotations.Nullable;

/**
 * The user's standard input, output and error as the guest's, and the user's terminal as its terminal. The terminal is
 * taken over only when the output goes there: in {@code sandjar do x | less} it is less that reads the keyboard.
 */
final class Streams {
    private final FdTable fds = new FdTable();
    private final @Nullable Tty tty;
    private final @Nullable HostTerminal terminal;

    /**
     * @param c who opens the guest's terminal
     */
    Streams(Caller c, DevPts terminals) {
        HostStdio stdio = new HostStdio();
        if (HostTerminal.isTerminal(1)) {
            tty = terminals.newConsole(c.creds().uid(), c.creds().gid());
            terminal = new HostTerminal(tty, HostTerminal.isTerminal(0) ? 0 : 1, 1);
        } else {
            tty = null;
            terminal = null;
        }
        for (int fd = 0; fd <= 2; fd++) {
            Ref<FileDescription> d = new Ref<>();
            int r = tty != null && HostTerminal.isTerminal(fd)
                    ? Opener.open(c, O.AT_FDCWD, "/dev/pts/" + tty.index(), O.O_RDWR | O.O_NOCTTY, 0, 0, d)
                    : stdio.open(fd, d);
            if (r == 0) {
                fds.replace(fd, d.get(), false);
            }
        }
    }

    FdTable fds() {
        return fds;
    }

    /** Takes the terminal over for the guest's first process. */
    void start(Caller init) {
        if (tty != null && terminal != null) {
            tty.adopt(init);
            terminal.start();
        }
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

    /** We are in the foreground again. */
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
