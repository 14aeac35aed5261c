// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.TraceMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/**
 * An open /proc/PID/pagemap: eight bytes for each page, as the host has them. Numbers of page frames are the host's, so
 * nobody gets them: as on Linux without CAP_SYS_ADMIN they read as 0.
 */
final class PagemapDescription extends AddressFile {
    private static final int ENTRY = 8;
    private static final int CHUNK = 8192;

    /** Bits 55 to 63: soft-dirty, exclusive, of a file, swapped, present and the like. */
    private static final long FLAGS = 0xff80000000000000L;

    PagemapDescription(Inode file, ProcView process, Path path, int flags) {
        super(file, process, path, flags);
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        if (off % ENTRY != 0 || dst.remaining() % ENTRY != 0) {
            return -EINVAL;
        }
        long end = (Mm.USER_END >> Mm.PAGE_SHIFT) * ENTRY;
        byte[] b = new byte[CHUNK];
        long done = 0;
        while (dst.remaining() > 0 && off >= 0 && off + done < end) {
            int wanted = (int) Math.min(Math.min(dst.remaining(), b.length), end - off - done);
            long n = TraceMemory.pagemap(process, off + done, b, wanted) & -ENTRY;
            if (n <= 0) {
                break; // the process is gone
            }
            strip(b, (int) n, (off + done) / ENTRY << Mm.PAGE_SHIFT);
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
            long at = address + ((long) i / ENTRY << Mm.PAGE_SHIFT);
            boolean hidden = at >= Stub.SLOTS_BASE && at < MapsText.HIDDEN_END;
            Bytes.put64(b, i, hidden ? 0 : Bytes.i64(b, i) & FLAGS);
        }
    }
}
