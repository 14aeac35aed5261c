// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;

/** Opening of FIFOs (fifo(7)): each side waits for the other. */
public final class Fifo {
    /** Flags of an open that are not flags of what it opens. */
    static final int NOT_KEPT = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

    private Fifo() {}

    /**
     * Opens the FIFO at {@code path}; permissions have been checked.
     *
     * @return 0, -ENXIO, -ERESTARTSYS or {@link Caller#BLOCK}
     */
    public static int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        Inode inode = path.inode();
        Pipe pipe = pipeOf(inode);
        boolean nonblock = (flags & O_NONBLOCK) != 0;
        int access = flags & O_ACCMODE;
        int writersBefore = pipe.writersSeen();
        int readersBefore = pipe.readersSeen();
        if (access == O_WRONLY && nonblock && pipe.readers() == 0) {
            return -ENXIO;
        }
        boolean waits =
                !nonblock && (access == O_RDONLY && pipe.writers() == 0 || access == O_WRONLY && pipe.readers() == 0);
        if (waits && !c.mayPark()) {
            // the other side must see this one while it waits, so nothing may begin before the second run
            return c.signalPending() ? -ERESTARTSYS : Caller.BLOCK;
        }
        // a reader that did not wait for a writer sees a hang-up only after one has come and gone
        int quiet = access == O_RDONLY && nonblock && pipe.writers() == 0 ? writersBefore : -1;
        PipeFile f = new PipeFile(pipe, inode, path, flags & ~NOT_KEPT, quiet);
        if (waits) {
            int r = access == O_RDONLY
                    ? c.await(pipe.queue(), POLLIN | POLLOUT, () -> pipe.writersSeen() != writersBefore, Caller.FOREVER)
                    : c.await(
                            pipe.queue(), POLLIN | POLLOUT, () -> pipe.readersSeen() != readersBefore, Caller.FOREVER);
            if (r != 0) {
                f.release();
                return r;
            }
        }
        out.set(f);
        return 0;
    }

    private static Pipe pipeOf(Inode inode) {
        synchronized (inode) {
            if (inode.binding instanceof Pipe p) {
                return p;
            }
            Pipe made = new Pipe();
            inode.binding = made;
            return made;
        }
    }
}
