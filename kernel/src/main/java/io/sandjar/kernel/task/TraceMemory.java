// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.HostFiles;
import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;
import org.jspecify.annotations.Nullable;

/** A tracee's memory: a debugger writes its breakpoints into pages that the program itself can only read. */
public final class TraceMemory {
    private TraceMemory() {}

    /** 0 or -errno. */
    public static int read(Task o, long address, byte[] b) {
        UserMemory mem = o.mem();
        if (mem.read(address, b) < 0
                && HostFiles.processMemory(mem.hostTid(), address, b, 0, b.length, false) != b.length) {
            return -1;
        }
        show(o, address, b, 0, b.length);
        return 0;
    }

    /** Call sites that lead to rings are shown as what the program has there. */
    public static void show(Task o, long address, byte[] b, int off, int len) {
        show(o.space, address, b, off, len);
    }

    private static void show(@Nullable AddressSpace space, long address, byte[] b, int off, int len) {
        Trampolines sites = space == null ? null : space.trampolines;
        if (sites != null) {
            sites.show(address, b, off, len);
        }
    }

    /** As much as is mapped for /proc/PID/mem: bytes read, 0 when the process has other memory by now, or -errno. */
    public static int readSome(ProcView v, long address, byte[] b, int off, int len) {
        Task t = v.task;
        UserMemory mem = v.mem;
        if (mem == null || t == null) {
            return -ESRCH;
        }
        int n;
        t.kernel().taskLock().lock(); // with which it gets a new program
        try {
            n = v.hasItsMemory() ? mem.readSome(address, b, off, len) : 0;
        } finally {
            t.kernel().taskLock().unlock();
        }
        show(v.space, address, b, off, n);
        return n;
    }

    /** Bytes written to /proc/PID/mem, 0 when the process has other memory by now, or -errno. */
    public static long forced(ProcView v, long address, byte[] b, int off, int len) {
        Task t = v.task;
        UserMemory mem = v.mem;
        if (mem == null || t == null) {
            return -ESRCH;
        }
        t.kernel().taskLock().lock();
        try {
            return v.hasItsMemory() ? forced(mem, v.space, address, b, off, len) : 0;
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** Flags of pages for /proc/PID/pagemap: bytes read, 0 when the process has other memory by now. */
    public static long pagemap(ProcView v, long offset, byte[] b, int len) {
        Task t = v.task;
        if (t == null) {
            return 0;
        }
        t.kernel().taskLock().lock();
        try {
            return v.hasItsMemory() ? HostFiles.pagemap(v.hostPid, offset, b, len) : 0;
        } finally {
            t.kernel().taskLock().unlock();
        }
    }

    /** 0 or -errno. */
    public static int write(Task o, long address, byte[] b) {
        return forced(o.mem(), o.space, address, b, 0, b.length) == b.length ? 0 : -1;
    }

    private static long forced(UserMemory mem, @Nullable AddressSpace space, long address, byte[] b, int off, int len) {
        Trampolines sites = space == null ? null : space.trampolines;
        if (sites != null) {
            sites.clear(mem, address, len);
        }
        return forced(mem, address, b, off, len);
    }

    /** Writes whatever the protection of the pages is: bytes written or -errno. */
    static long forced(UserMemory mem, long address, byte[] b, int off, int len) {
        long n = Sys.poke(mem.hostTid(), address, b, off, len);
        if (n == len) {
            return n;
        }
        return HostFiles.processMemory(mem.hostTid(), address, b, off, len, true);
    }
}
