// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/** Host processes and threads: signals, waiting, limits, CPU time. */
public final class Processes {
    /** Figures of {@link #reap}. */
    public static final int USAGE = 16;

    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final int WALL = 0x40000000;

    private Processes() {}

    public static int kill(int pid, int sig) {
        return (int) Native.sys(Nr.kill, pid, sig, 0, 0, 0, 0);
    }

    public static int tgkill(int pid, int tid, int sig) {
        return (int) Native.sys(Nr.tgkill, pid, tid, sig, 0, 0, 0);
    }

    /**
     * Waits until a child has ended, and leaves it as it is.
     *
     * @param out pid, si_code (CLD_*), si_status
     * @return 0 or -errno (-ECHILD: there are no children)
     */
    public static int awaitAnyEnd(int[] out) {
        return wait(P_ALL, 0, WEXITED | WNOWAIT | WALL, out);
    }

    /** Whether a child has ended; it is left as it is. {@code out} as {@link #awaitAnyEnd}. */
    public static boolean pollEnd(int pid, int[] out) {
        return wait(P_PID, pid, WEXITED | WNOWAIT | WALL | WNOHANG, out) == 0 && out[0] == pid;
    }

    /**
     * Removes a child that has ended.
     *
     * @param usage user time, system time (nanoseconds), then the numbers of struct rusage from ru_maxrss (KB) to
     *     ru_nivcsw in their order: {@link #USAGE} in all
     */
    public static int reap(int pid, long[] usage) {
        Scratch s = Scratch.take();
        try {
            int at = 128; // struct rusage, behind siginfo
            int r = (int) Native.sys(Nr.waitid, P_PID, pid, s.address, WEXITED | WALL, s.address + at, 0);
            for (int i = 0; i < 2; i++) {
                long seconds = s.buf.getLong(at + 16 * i);
                usage[i] = r < 0 ? 0 : seconds * 1_000_000_000L + s.buf.getLong(at + 16 * i + 8) * 1000;
            }
            for (int i = 2; i < USAGE; i++) {
                usage[i] = r < 0 ? 0 : s.buf.getLong(at + 32 + 8 * (i - 2));
            }
            return r;
        } finally {
            s.give();
        }
    }

    private static int wait(int type, int id, int options, int[] out) {
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, 0);
            int r = (int) Native.sys(Nr.waitid, type, id, s.address, options, 0, 0);
            out[0] = s.buf.getInt(16); // si_pid, behind the padding
            out[1] = s.buf.getInt(8);
            out[2] = s.buf.getInt(24);
            return r;
        } finally {
            s.give();
        }
    }

    public static int pidfdOpen(int pid) {
        return (int) Native.sys(Nr.pidfd_open, pid, 0, 0, 0, 0, 0);
    }

    /** Copies a descriptor out of another process. */
    public static int pidfdGetfd(int pidfd, int fd) {
        return (int) Native.sys(Nr.pidfd_getfd, pidfd, fd, 0, 0, 0, 0);
    }

    /** A limit of another process; -1 is infinity. */
    public static int setLimit(int pid, int resource, long soft, long hard) {
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, soft);
            s.buf.putLong(8, hard);
            return (int) Native.sys(Nr.prlimit64, pid, resource, s.address, 0, 0, 0);
        } finally {
            s.give();
        }
    }

    /** A limit of this process: out[0] soft, out[1] hard; -1 is infinity. */
    public static int limit(int resource, long[] out) {
        Scratch s = Scratch.take();
        try {
            int r = (int) Native.sys(Nr.prlimit64, 0, resource, 0, s.address, 0, 0);
            out[0] = s.buf.getLong(0);
            out[1] = s.buf.getLong(8);
            return r;
        } finally {
            s.give();
        }
    }

    /**
     * A clock of the host, among them the CPU clocks of other processes and threads.
     *
     * @return nanoseconds, or -errno
     */
    public static long clock(int clockId) {
        Scratch s = Scratch.take();
        try {
            long r = Native.sys(Nr.clock_gettime, clockId, s.address, 0, 0, 0, 0);
            return r < 0 ? r : s.buf.getLong(0) * 1_000_000_000L + s.buf.getLong(8);
        } finally {
            s.give();
        }
    }

    /** The clock id of a process's CPU time (all threads). */
    public static int processClock(int pid) {
        return ~pid << 3 | 2;
    }

    /** The clock id of a thread's CPU time. */
    public static int threadClock(int tid) {
        return ~tid << 3 | 6;
    }
}
