// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.TraceMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open /proc/PID/mem: the memory of a process at file offsets that are addresses. */
final class MemDescription extends AddressFile {
    private static final int CHUNK = 65536;

    MemDescription(Inode file, ProcView process, Path path, int flags) {
        super(file, process, path, flags);
    }

    @Override
    public synchronized long write(Caller c, IoBuffer src) {
        long n = pwrite(c, src, pos);
        pos += Math.max(n, 0);
        return n;
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        long done = 0;
        byte[] buf = new byte[(int) Math.min(dst.remaining(), CHUNK)];
        while (dst.remaining() > 0) {
            int n = TraceMemory.readSome(process, off + done, buf, 0, (int) Math.min(dst.remaining(), buf.length));
            if (n <= 0) {
                return done > 0 || n == 0 ? done : -EIO;
            }
            int r = dst.put(buf, 0, n);
            if (r < 0) {
                return r;
            }
            done += n;
        }
        return done;
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        long done = 0;
        byte[] buf = new byte[(int) Math.min(src.remaining(), CHUNK)];
        while (src.remaining() > 0) {
            int n = (int) Math.min(src.remaining(), buf.length);
            int r = src.get(buf, 0, n);
            long put = r < 0 ? r : TraceMemory.forced(process, off + done, buf, 0, n);
            if (put < n) {
                return done > 0 || put == 0 ? done : r < 0 ? r : -EIO;
            }
            done += n;
        }
        return done;
    }
}
