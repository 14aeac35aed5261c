// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.hooks;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Sig;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Processes;
import io.sandjar.host.Scratch;
import io.sandjar.host.SpawnPlan;
import io.sandjar.host.Sys;
import io.sandjar.runsc.ErrnoText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a hook: a program with exactly the arguments and the environment that it was given, a text on its standard
 * input, and an end that is waited for, but not longer than it may take. Input and output are files in memory, so
 * neither a hook that reads nothing nor one whose grandchildren keep its output open can hold anybody up. It has a
 * process group of its own, which goes with it when its time is over.
 */
final class HookProcess {
    /** So much of the end of its output goes into an error. */
    private static final int TAIL = 1024;

    private static final int SETMASK = 2;

    private final String path;
    private final List<String> args;
    private final List<String> env;
    private final String directory;
    private final int[] namespaces;

    /**
     * @param args with args[0]; empty: the path alone
     * @param directory where it starts
     * @param namespaces descriptors of namespaces that it enters
     */
    HookProcess(String path, List<String> args, List<String> env, String directory, int[] namespaces) {
        this.path = path;
        this.args = args.isEmpty() ? List.of(path) : args;
        this.env = env;
        this.directory = directory;
        this.namespaces = namespaces;
    }

    /**
     * Runs it to its end.
     *
     * @param timeoutSeconds 0: as long as it takes
     * @return null, or what went wrong
     */
    @Nullable
    String run(byte[] input, long timeoutSeconds) {
        int in = Sys.memfd("hook-input", 1);
        int out = Sys.memfd("hook-output", 1);
        try {
            if (in < 0 || out < 0) {
                return "memfd_create: " + ErrnoText.of(in < 0 ? in : out);
            }
            int done = 0;
            while (done < input.length) {
                long n = Sys.write(in, input, done, input.length - done, -1);
                if (n <= 0) {
                    return "its input cannot be written: " + ErrnoText.of((int) n);
                }
                done += (int) n;
            }
            Sys.call(Nr.lseek, in, 0, 0);
            return start(in, out, timeoutSeconds);
        } finally {
            if (in >= 0) {
                Sys.close(in);
            }
            if (out >= 0) {
                Sys.close(out);
            }
        }
    }

    private @Nullable String start(int in, int out, long timeoutSeconds) {
        SpawnPlan plan = new SpawnPlan(size(args) + size(env));
        try {
            for (int fd : namespaces) {
                plan.call(0, Nr.setns, fd, 0);
            }
            plan.call(0, Nr.setpgid, 0, 0)
                    .call(0, Nr.chdir, plan.string(directory))
                    .call(0, Nr.dup2, in, 0)
                    .call(0, Nr.dup2, out, 1)
                    .call(0, Nr.dup2, out, 2)
                    .call(SpawnPlan.IGNORE_ERROR, Nr.close_range, 3, ~0, 4) // CLOSE_RANGE_CLOEXEC
                    .call(0, Nr.rt_sigprocmask, SETMASK, plan.vector(), 0, 8)
                    .call(0, Nr.execve, plan.string(path), vector(plan, args), vector(plan, env));
            int pid = plan.run(0);
            if (pid < 0) {
                return "clone: " + ErrnoText.of(pid);
            }
            if (!plan.failure().isEmpty()) {
                Processes.reap(pid, new long[Processes.USAGE]);
                return plan.failure();
            }
            return await(pid, out, timeoutSeconds);
        } finally {
            plan.free();
        }
    }

    private static @Nullable String await(int pid, int out, long timeoutSeconds) {
        boolean ended = timeoutSeconds <= 0 || ended(pid, timeoutSeconds * 1000);
        if (!ended) {
            Processes.kill(-pid, Sig.SIGKILL);
            Processes.kill(pid, Sig.SIGKILL);
        }
        int[] end = new int[3];
        int r = end(pid, end);
        String what;
        if (!ended) {
            what = "did not end within its timeout of " + timeoutSeconds + " s and was killed";
        } else if (r < 0) {
            what = "waitid: " + ErrnoText.of(r);
        } else if (end[1] != 1) { // not CLD_EXITED
            what = "killed by " + Sig.name(end[2]);
        } else if (end[2] != 0) {
            what = "exit status " + end[2];
        } else {
            return null;
        }
        String text = tail(out);
        return text.isEmpty() ? what : what + ": " + text;
    }

    /** Waits for the end and takes the child away. */
    private static int end(int pid, int[] out) {
        Scratch s = Scratch.take();
        try {
            int r;
            do {
                s.buf.putLong(0, 0);
                r = (int) Sys.call(Nr.waitid, 1, pid, s.address, 4 | 0x40000000, 0, 0); // P_PID, WEXITED | __WALL
            } while (r == -Errno.EINTR);
            out[1] = s.buf.getInt(8);
            out[2] = s.buf.getInt(24);
            return r;
        } finally {
            s.give();
        }
    }

    /** Whether a process ends in time. */
    private static boolean ended(int pid, long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        int pidfd = Processes.pidfdOpen(pid);
        Scratch s = Scratch.take();
        try {
            while (true) {
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                s.buf.putInt(0, pidfd);
                s.buf.putInt(4, Poll.POLLIN);
                long r = Sys.call(Nr.poll, s.address, 1, Math.min(left, Integer.MAX_VALUE));
                if (r > 0) {
                    return true;
                }
            }
        } finally {
            s.give();
            Sys.close(pidfd);
        }
    }

    /** The end of the output, without the end of its last line. */
    private static String tail(int fd) {
        HostStat st = new HostStat();
        if (HostFs.statx(fd, "", st) != 0) {
            return "";
        }
        byte[] data = new byte[TAIL];
        long n = Sys.read(fd, data, 0, TAIL, Math.max(0, st.size - TAIL));
        return n <= 0 ? "" : new String(data, 0, (int) n, StandardCharsets.ISO_8859_1).strip();
    }

    private static long vector(SpawnPlan plan, List<String> words) {
        long[] at = new long[words.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = plan.string(words.get(i));
        }
        return plan.vector(at);
    }

    private static int size(List<String> words) {
        int n = 0;
        for (String w : words) {
            n += w.length() + 32;
        }
        return n;
    }
}
