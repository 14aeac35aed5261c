// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Sig;
import io.sandjar.host.Fds;
import io.sandjar.host.GuestAccess;
import io.sandjar.host.Processes;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * How the listener of the first stub process comes to the kernel: by pidfd_getfd(2), or, where a container's profile refuses
 * that, over a socket from a helper process of the stub's (stub.c: {@code hand_over}).
 */
final class ListenerTransfer {
    private static final long START_NANOS = 10_000_000_000L;

    /** The stub's end and ours, or -1. */
    private int theirs = -1;

    private int ours = -1;

    ListenerTransfer() throws IOException {
        if (!GuestAccess.descriptors()) {
            int[] pair = new int[2];
            int r = Fds.pair(pair);
            if (r < 0) {
                throw new IOException("socketpair: " + io.sandjar.abi.Errno.name(-r));
            }
            ours = pair[0];
            theirs = Boot.high(pair[1]);
        }
    }

    /** The first word that the stub is started with. */
    String order() {
        return theirs < 0 ? "f" : "s";
    }

    /** What the stub has to find at descriptor 5; -1 for nothing. */
    int socket() {
        return theirs;
    }

    /**
     * The listener.
     *
     * @param pid the process that puts itself under the filter
     */
    int take(int pid) throws IOException {
        return theirs < 0 ? fetch(pid) : receive(pid);
    }

    private int receive(int pid) throws IOException {
        Sys.close(theirs);
        int[] fds = new int[Fds.MAX_FDS];
        int[] count = new int[1];
        byte[] data = new byte[8];
        try {
            int r = Fds.receive(ours, data, fds, count);
            if (r > 0 && count[0] == 1) {
                // to the end of the record stream: then the helper has closed the socket, which guests would inherit
                Fds.receive(ours, data, new int[Fds.MAX_FDS], count);
                return fds[0];
            }
            long deadline = System.nanoTime() + START_NANOS;
            while (r == 0 && System.nanoTime() - deadline < 0) {
                throwIfEnded(pid);
                LockSupport.parkNanos(20_000);
            }
            throw new IOException("the guest process did not hand over its seccomp listener"
                    + (r < 0 ? ": " + io.sandjar.abi.Errno.name(-r) : ""));
        } finally {
            Sys.close(ours);
        }
    }

    private static int fetch(int pid) throws IOException {
        int pidfd = Processes.pidfdOpen(pid);
        if (pidfd < 0) {
            throw new IOException("pidfd_open: " + io.sandjar.abi.Errno.name(-pidfd));
        }
        try {
            long deadline = System.nanoTime() + START_NANOS;
            while (true) {
                int fd = Processes.pidfdGetfd(pidfd, 0);
                if (fd >= 0) {
                    return fd;
                }
                if (fd != -EBADF) {
                    throw new IOException("cannot fetch the seccomp listener (pidfd_getfd: "
                            + io.sandjar.abi.Errno.name(-fd) + "); does this host forbid ptrace between processes?");
                }
                throwIfEnded(pid);
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("the guest process did not come up");
                }
                LockSupport.parkNanos(20_000);
            }
        } finally {
            Sys.close(pidfd);
        }
    }

    private static void throwIfEnded(int pid) throws IOException {
        int[] end = new int[3];
        if (Processes.pollEnd(pid, end) && end[0] == pid) {
            throw new IOException(why(end));
        }
    }

    private static String why(int[] end) {
        if (end[1] == Sig.CLD_EXITED && end[2] > 100) {
            return "the host refuses the seccomp filter: " + io.sandjar.abi.Errno.name(end[2] - 100)
                    + " (Linux 5.19 or newer with CONFIG_SECCOMP_FILTER is needed)";
        }
        return "the guest process ended at once: status " + end[2];
    }
}
