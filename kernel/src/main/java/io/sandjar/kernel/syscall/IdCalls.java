// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Groups;
import io.sandjar.kernel.task.Task;

/** Numbers of processes and threads, process groups and sessions. */
public final class IdCalls {
    private IdCalls() {}

    @Syscall(nr = Nr.getpid)
    public static long sys_getpid(Task t) {
        return t.pid();
    }

    @Syscall(nr = Nr.gettid)
    public static long sys_gettid(Task t) {
        return t.tid();
    }

    /** The stub answers it, so that the host knows the address; this is for calls that miss the stub. */
    @Syscall(nr = Nr.set_tid_address)
    public static long sys_set_tid_address(Task t, long tidptr) {
        return t.tid();
    }

    @Syscall(nr = Nr.getppid)
    public static long sys_getppid(Task t) {
        return Groups.getppid(t);
    }

    @Syscall(nr = Nr.getpgrp)
    public static long sys_getpgrp(Task t) {
        return Groups.getpgid(t, 0);
    }

    @Syscall(nr = Nr.getpgid)
    public static long sys_getpgid(Task t, int pid) {
        return Groups.getpgid(t, pid);
    }

    @Syscall(nr = Nr.setpgid)
    public static long sys_setpgid(Task t, int pid, @As(Kind.DEC) int pgid) {
        return Groups.setpgid(t, pid, pgid);
    }

    @Syscall(nr = Nr.getsid)
    public static long sys_getsid(Task t, int pid) {
        return Groups.getsid(t, pid);
    }

    @Syscall(nr = Nr.setsid)
    public static long sys_setsid(Task t) {
        return Groups.setsid(t);
    }
}
