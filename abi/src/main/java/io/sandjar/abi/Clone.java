// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Flags of clone, clone3, unshare, setns and of the wait calls; scheduling policies. */
public final class Clone {
    // clone (a 64-bit word in clone3)
    public static final long CLONE_NEWTIME = 0x80L;
    public static final long CSIGNAL = 0xffL;
    public static final long CLONE_VM = 0x100L;
    public static final long CLONE_FS = 0x200L;
    public static final long CLONE_FILES = 0x400L;
    public static final long CLONE_SIGHAND = 0x800L;
    public static final long CLONE_PIDFD = 0x1000L;
    public static final long CLONE_PTRACE = 0x2000L;
    public static final long CLONE_VFORK = 0x4000L;
    public static final long CLONE_PARENT = 0x8000L;
    public static final long CLONE_THREAD = 0x10000L;
    public static final long CLONE_NEWNS = 0x20000L;
    public static final long CLONE_SYSVSEM = 0x40000L;
    public static final long CLONE_SETTLS = 0x80000L;
    public static final long CLONE_PARENT_SETTID = 0x100000L;
    public static final long CLONE_CHILD_CLEARTID = 0x200000L;
    public static final long CLONE_DETACHED = 0x400000L;
    public static final long CLONE_UNTRACED = 0x800000L;
    public static final long CLONE_CHILD_SETTID = 0x1000000L;
    public static final long CLONE_NEWCGROUP = 0x2000000L;
    public static final long CLONE_NEWUTS = 0x4000000L;
    public static final long CLONE_NEWIPC = 0x8000000L;
    public static final long CLONE_NEWUSER = 0x10000000L;
    public static final long CLONE_NEWPID = 0x20000000L;
    public static final long CLONE_NEWNET = 0x40000000L;
    public static final long CLONE_IO = 0x80000000L;
    public static final long CLONE_CLEAR_SIGHAND = 0x100000000L;
    public static final long CLONE_INTO_CGROUP = 0x200000000L;

    // wait options
    public static final int WNOHANG = 0x1;
    public static final int WSTOPPED = 0x2;
    public static final int WUNTRACED = 0x2;
    public static final int WEXITED = 0x4;
    public static final int WCONTINUED = 0x8;
    public static final int WNOWAIT = 0x1000000;
    public static final int __WNOTHREAD = 0x20000000;
    public static final int __WALL = 0x40000000;
    public static final int __WCLONE = 0x80000000;

    // waitid types
    public static final int P_ALL = 0;
    public static final int P_PID = 1;
    public static final int P_PGID = 2;
    public static final int P_PIDFD = 3;

    // scheduling policies
    public static final int SCHED_NORMAL = 0;
    public static final int SCHED_FIFO = 1;
    public static final int SCHED_RR = 2;
    public static final int SCHED_BATCH = 3;
    public static final int SCHED_IDLE = 5;
    public static final int SCHED_DEADLINE = 6;
    public static final int SCHED_RESET_ON_FORK = 1073741824;

    // which of getpriority and setpriority
    public static final int PRIO_PROCESS = 0;
    public static final int PRIO_PGRP = 1;
    public static final int PRIO_USER = 2;

    // ioprio_get and ioprio_set
    public static final int IOPRIO_WHO_PROCESS = 1;
    public static final int IOPRIO_WHO_PGRP = 2;
    public static final int IOPRIO_WHO_USER = 3;

    // pidfd_open and pidfd_send_signal
    public static final int PIDFD_THREAD = 128;
    public static final int PIDFD_NONBLOCK = 2048;

    /** Offsets of struct clone_args, which clone3 takes with its size. */
    public static final int ARGS_FLAGS = 0;

    public static final int ARGS_PIDFD = 8;
    public static final int ARGS_CHILD_TID = 16;
    public static final int ARGS_PARENT_TID = 24;
    public static final int ARGS_EXIT_SIGNAL = 32;
    public static final int ARGS_STACK = 40;
    public static final int ARGS_STACK_SIZE = 48;
    public static final int ARGS_TLS = 56;
    public static final int ARGS_SET_TID = 64;
    public static final int ARGS_SET_TID_SIZE = 72;
    public static final int ARGS_CGROUP = 80;
    public static final int ARGS_SIZE_VER0 = 64;
    public static final int ARGS_SIZE_VER1 = 80;
    public static final int ARGS_SIZE_VER2 = 88;

    /** The wait status of a process that ended by itself. */
    public static int exitStatus(int code) {
        return (code & 0xff) << 8;
    }

    /** The wait status of a process that a signal ended. */
    public static int signalStatus(int sig, boolean core) {
        return (sig & 0x7f) | (core ? 0x80 : 0);
    }

    /** The wait status of a stopped process. */
    public static int stopStatus(int sig) {
        return (sig << 8) | 0x7f;
    }

    /** The wait status of a process that went on after a stop. */
    public static final int CONTINUED_STATUS = 0xffff;

    private Clone() {}
}
