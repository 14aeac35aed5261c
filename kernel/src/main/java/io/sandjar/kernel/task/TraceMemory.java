// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;
import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;

/** A tracee's memory: a debugger writes its breakpoints into pages that the program itself can only read. */
public final class TraceMemory {
    private TraceMemory() {}

    /** 0 or -errno. */
    public static int read(Task o, long address, byte[] b) {
        UserMemory mem = o.mem();
        if (mem.read(address, b) == 0) {
            return 0;
        }
        return HostFiles.processMemory(mem.hostTid(), address, b, 0, b.length, false) == b.length ? 0 : -1;
    }

    /** 0 or -errno. */
    public static int write(Task o, long address, byte[] b) {
        return forced(o.mem(), address, b, 0, b.length) == b.length ? 0 : -1;
    }

    /** Writes whatever the protection of the pages is: bytes written or -errno. */
    public static long forced(UserMemory mem, long address, byte[] b, int off, int len) {
        long n = Sys.poke(mem.hostTid(), address, b, off, len);
        if (n == len) {
            return n;
        }
        return HostFiles.processMemory(mem.hostTid(), address, b, off, len, true);
    }
}
