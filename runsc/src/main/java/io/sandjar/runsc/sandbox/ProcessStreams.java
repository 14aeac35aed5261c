// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.tty.HostTerminal;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of a container's process: descriptors of the host that came with the request, or a terminal of the
 * guest in front of a pseudo terminal of the host, whose other end the engine holds.
 */
final class ProcessStreams {
    private static final String[] NAMES = {"stdin", "stdout", "stderr"};
    private static final String PRESERVED = "preserve:";
    private static final int NULL = 0;

    private final DevPts terminals;
    private final @Nullable Tty tty;
    private final @Nullable HostTerminal terminal;

    /**
     * Fills the table of a process that has been made.
     *
     * @param init whether it is the container's first process, whose terminal is /dev/console
     */
    ProcessStreams(Task t, DevPts terminals, Donated donated, boolean init) {
        this.terminals = terminals;
        FdTable fds = t.fds();
        HostStdio stdio = new HostStdio(t.kernel().net.poller());
        int console = donated.take("console");
        if (console >= 0) {
            int uid = t.creds().uid();
            int gid = t.creds().gid();
            tty = init ? terminals.newConsole(uid, gid) : terminals.newTerminal(uid, gid);
            tty.adopt(t);
            terminal = HostTerminal.owning(tty, console);
        } else {
            tty = null;
            terminal = null;
        }
        for (int fd = 0; fd < NAMES.length; fd++) {
            Ref<FileDescription> d = new Ref<>();
            int r = tty == null
                    ? open(stdio, donated.take(NAMES[fd]), d)
                    : terminals.openSlave(t, tty, O.O_RDWR | O.O_NOCTTY, d);
            if (r < 0) {
                throw new Refusal(NAMES[fd] + ": " + Errors.text(r));
            }
            fds.replace(fd, d.get(), false);
        }
        preserve(stdio, donated, fds);
    }

    private static int open(HostStdio stdio, int hostFd, Ref<FileDescription> out) {
        if (hostFd < 0) {
            return stdio.open(NULL, out);
        }
        int r = stdio.open(hostFd, out); // which makes a copy
        Sys.close(hostFd);
        return r;
    }

    private static void preserve(HostStdio stdio, Donated donated, FdTable fds) {
        List<String> labels = donated.beginningWith(PRESERVED);
        for (int i = 0; i < labels.size(); i++) {
            String label = labels.get(i);
            int fd = Words.number(label, PRESERVED.length());
            if (fd < NAMES.length || fd > 65535) {
                throw new Refusal("malformed request: " + label);
            }
            Ref<FileDescription> d = new Ref<>();
            int r = open(stdio, donated.take(label), d);
            if (r < 0) {
                throw new Refusal("descriptor " + fd + ": " + Errors.text(r));
            }
            fds.replace(fd, d.get(), false);
        }
    }

    /** The process is about to run: takes the host's terminal over. */
    void start() {
        if (terminal != null) {
            terminal.start();
        }
    }

    /** The engine has changed the size of the terminal. */
    void resized() {
        if (terminal != null) {
            terminal.resized();
        }
    }

    /** The process has ended: writes out what is left and gives everything back. */
    void close() {
        if (terminal != null && tty != null) {
            terminal.close();
            tty.hangUp();
            terminals.masterClosed(tty);
        }
    }
}
