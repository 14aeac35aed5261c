// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;

/** The user's standard input, output and error as the guest's, and the user's terminal as its terminal. */
final class Streams {
    private final FdTable fds = new FdTable();

    Streams() {
        HostStdio stdio = new HostStdio();
        for (int fd = 0; fd <= 2; fd++) {
            Ref<FileDescription> d = new Ref<>();
            if (stdio.open(fd, d) == 0) {
                fds.replace(fd, d.get(), false);
            }
        }
    }

    FdTable fds() {
        return fds;
    }

    /** The user's window has another size. */
    void resized() {}

    /** The user's shell is about to take the terminal. */
    void suspended() {}

    /** We are in the foreground again. */
    void resumed() {}

    /** Writes out what is left and gives the terminal back. */
    void close() {}
}
