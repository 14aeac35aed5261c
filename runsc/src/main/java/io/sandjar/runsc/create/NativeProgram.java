// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.SpawnPlan;
import io.sandjar.host.Sys;
import io.sandjar.runsc.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * The native {@code runsc} as a child: a verb that has hooks comes to Java for them, and goes back there for all the rest,
 * so that the rest is written once.
 */
public final class NativeProgram {
    private static final int SETMASK = 2;

    private final String path;
    private final List<String> globals;
    private final List<String> environment;

    /**
     * @param path the program
     * @param globals flags before the verb
     * @param environment NAME=VALUE
     */
    public NativeProgram(String path, List<String> globals, List<String> environment) {
        this.path = path;
        this.globals = globals;
        this.environment = new ArrayList<>(environment);
        this.environment.add("SANDJAR_HOOKS_DONE=1");
    }

    /** Runs a verb with this process's standard streams; its exit status. */
    int run(String... words) {
        ArrayList<String> args = new ArrayList<>();
        args.add("runsc");
        args.addAll(globals);
        args.addAll(List.of(words));
        int size = 0;
        for (String s : args) {
            size += s.length() + 32;
        }
        for (String s : environment) {
            size += s.length() + 32;
        }
        SpawnPlan plan = new SpawnPlan(size);
        try {
            plan.call(0, Nr.rt_sigprocmask, SETMASK, plan.vector(), 0, 8);
            plan.call(0, Nr.execve, plan.string(path), vector(plan, args), vector(plan, environment));
            int pid = plan.run(0);
            int status = pid < 0 ? -1 : await(pid);
            if (status < 0 || !plan.failure().isEmpty()) {
                throw new Failure(1, path + ": " + (pid < 0 ? Errno.name(-pid) : plan.failure()), "");
            }
            return status;
        } finally {
            plan.free();
        }
    }

    private static long vector(SpawnPlan plan, List<String> words) {
        long[] at = new long[words.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = plan.string(words.get(i));
        }
        return plan.vector(at);
    }

    private static int await(int pid) {
        Scratch s = Scratch.take();
        try {
            int r;
            do {
                r = (int) Sys.call(Nr.waitid, 1, pid, s.address, 4 | 0x40000000, 0, 0); // P_PID, WEXITED | __WALL
            } while (r == -Errno.EINTR);
            if (r < 0) {
                return r;
            }
            int status = s.buf.getInt(24);
            return s.buf.getInt(8) == 1 ? status : 128 + (status & 0x7f); // CLD_EXITED
        } finally {
            s.give();
        }
    }
}
