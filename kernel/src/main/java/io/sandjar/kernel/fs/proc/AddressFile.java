// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/**
 * An open file of /proc/PID whose offsets stand for addresses of the process: it has a position and no end, so that one
 * seeks from the beginning or from there. What lies at an offset is said by {@code pread}.
 */
abstract class AddressFile extends FileDescription {
    protected final ProcView process;
    private final Inode file;

    /** With this object's lock. */
    protected long pos;

    AddressFile(Inode file, ProcView process, Path path, int flags) {
        super(path, flags);
        this.file = file;
        this.process = process;
    }

    @Override
    public Inode inode() {
        return file;
    }

    @Override
    public synchronized long read(Caller c, IoBuffer dst) {
        long n = pread(c, dst, pos);
        pos += Math.max(n, 0);
        return n;
    }

    @Override
    public synchronized long lseek(Caller c, long off, int whence) {
        if (whence > 1) {
            return -EINVAL;
        }
        pos = whence == 0 ? off : pos + off;
        return pos;
    }
}
