// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The host's descriptors that guests can make the kernel hold: open files of the host, large files in memory, host sockets.
 * Some of what this process may have is left over, so that programs can be run and files looked at when a guest has taken
 * all that it can get. Static, because the limit is the JVM's.
 */
public final class HostFds {
    private static final int RESERVE = 512;
    private static final int LIMIT = limit();
    private static final AtomicInteger USED = new AtomicInteger();

    private HostFds() {}

    private static int limit() {
        Scratch s = Scratch.take();
        try {
            long r = Sys.call(Nr.prlimit64, 0, Rlimit.RLIMIT_NOFILE, 0, s.address, 0, 0);
            long soft = r < 0 ? 1024 : s.buf.getLong(0);
            int most = soft < 0 || soft > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) soft;
            return most - Math.min(RESERVE, most / 4);
        } finally {
            s.give();
        }
    }

    /** Whether a guest may have one more: where not, the answer is ENFILE. */
    public static boolean hasRoom() {
        return USED.get() < LIMIT;
    }

    /** The same for what outlives its process, a file in memory: some are left for open files. */
    public static boolean hasLastingRoom() {
        return USED.get() < LIMIT / 4 * 3;
    }

    /** Counts descriptors that are held from now on, or negative those that are closed. */
    public static void count(int n) {
        USED.addAndGet(n);
    }
}
