// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.Sys;
import io.sandjar.kernel.vfs.IoBuffer;

/**
 * A pipe as the memory side of another file's read or write (splice(2)). No lock is held over a transfer, so a third
 * party that reads or fills the pipe meanwhile makes it fail with EFAULT, or lose bytes when the file then refuses them.
 */
public final class PipeIo extends IoBuffer {
    private final Pipe pipe;
    private long remaining;

    /** @param n at most what is in the pipe when it is to be read, at most its room when it is to be written */
    public PipeIo(Pipe pipe, long n) {
        this.pipe = pipe;
        this.remaining = n;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    public int put(byte[] src, int off, int n) {
        if (!pipe.append(src, off, n)) {
            return pipe.free() < n ? -EFAULT : -ENOMEM;
        }
        remaining -= n;
        return 0;
    }

    @Override
    public int get(byte[] dst, int off, int n) {
        if (!pipe.take(dst, off, n)) {
            return -EFAULT;
        }
        remaining -= n;
        return 0;
    }

    @Override
    public long fromHost(int hostFd, long off, long n) {
        byte[] data = new byte[(int) Math.min(n, remaining)];
        long r = Sys.read(hostFd, data, 0, data.length, off);
        if (r <= 0) {
            return r;
        }
        int e = put(data, 0, (int) r);
        return e < 0 ? e : r;
    }

    @Override
    public long toHost(int hostFd, long off, long n) {
        byte[] data = pipe.peek((int) Math.min(n, remaining));
        if (data == null) {
            return -EFAULT;
        }
        long r = Sys.write(hostFd, data, 0, data.length, off);
        if (r > 0) {
            pipe.skip((int) r);
            remaining -= r;
        }
        return r;
    }
}
