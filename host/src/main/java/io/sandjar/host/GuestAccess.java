// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;

/**
 * Which of the host's ways to other processes are open. Profiles of container engines refuse some of them to who has no
 * CAP_SYS_PTRACE - pidfd_getfd(2), older ones process_vm_readv(2) as well - although Linux would allow both between a
 * process and its children. There is a second way for each, which is used where the first is refused: asked once, by trying.
 */
public final class GuestAccess {
    private static final byte[] ZEROS = new byte[65536];
    private static volatile boolean files;

    private GuestAccess() {}

    /** Whether descriptors can be taken out of a child. */
    public static boolean descriptors() {
        int pidfd = Processes.pidfdOpen(Sys.pid());
        if (pidfd < 0) {
            return false;
        }
        int r = Processes.pidfdGetfd(pidfd, pidfd);
        if (r >= 0) {
            Sys.close(r);
        }
        Sys.close(pidfd);
        return r >= 0;
    }

    /** Whether memory can be copied by process_vm_readv(2) and process_vm_writev(2). */
    public static boolean memory() {
        long r = Sys.call(Nr.process_vm_readv, Sys.pid(), 0, 0, 0, 0, 0);
        return r != -EPERM && r != -ENOSYS;
    }

    /** Chooses the way to memory. To be called while the host's /proc can be opened. */
    static void choose(int proc) {
        if (proc >= 0 && !memory()) {
            Native.memoryByFiles(proc);
            files = true;
        }
    }

    /**
     * Memory is reached by /proc/PID/mem: it does not mind the protection of pages, so that writing to a page that its
     * process may only read succeeds.
     */
    public static boolean byFiles() {
        return files;
    }

    static long zero(int tid, long address, long len) {
        long done = 0;
        while (done < len) {
            int n = (int) Math.min(ZEROS.length, len - done);
            long r = Native.poke(tid, address + done, ZEROS, 0, n);
            if (r <= 0) {
                return done > 0 ? done : r;
            }
            done += r;
        }
        return done;
    }
}
