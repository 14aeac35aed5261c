// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.host.HostFiles;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/**
 * An open /proc/PID/pagemap: eight bytes for each page, as the host has them. Numbers of page frames are the host's, so
 * nobody gets them: as on Linux without CAP_SYS_ADMIN they read as 0.
 */
final class PagemapDescription extends FileDescription {
    private static final int ENTRY = 8;
    private static final int PAGE_SHIFT = 12;
    private static final int CHUNK = 8192;

    /** Bits 55 to 63: soft-dirty, exclusive, of a file, swapped, present and the like. */
    private static final long FLAGS = 0xff80000000000000L;

    /** Pages below this address are of the guest or of the stub; there are none above it. */
    private static final long ADDRESSES_END = 0x7ffffffff000L;

    private final Inode file;
    private final ProcView process;
    private long pos;

    PagemapDescription(Inode file, ProcView process, Path path, int flags) {
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
    public long pread(Caller c, IoBuffer dst, long off) {
        if (off % ENTRY != 0 || dst.remaining() % ENTRY != 0) {
            return -EINVAL;
        }
        long end = (ADDRESSES_END >> PAGE_SHIFT) * ENTRY;
        byte[] b = new byte[CHUNK];
        long done = 0;
        while (dst.remaining() > 0 && off >= 0 && off + done < end) {
            int wanted = (int) Math.min(Math.min(dst.remaining(), b.length), end - off - done);
            long n = HostFiles.pagemap(process.hostPid, off + done, b, wanted) & -ENTRY;
            if (n <= 0) {
                break; // the process is gone
            }
            strip(b, (int) n, (off + done) / ENTRY << PAGE_SHIFT);
            int r = dst.put(b, 0, (int) n);
            if (r < 0) {
                return r;
            }
            done += n;
        }
        return done;
    }

    /** @param address of the first page */
    private static void strip(byte[] b, int length, long address) {
        for (int i = 0; i < length; i += ENTRY) {
            long at = address + ((long) i / ENTRY << PAGE_SHIFT);
            boolean hidden = at >= Stub.SLOTS_BASE && at < MapsText.HIDDEN_END;
            Bytes.put64(b, i, hidden ? 0 : Bytes.i64(b, i) & FLAGS);
        }
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
