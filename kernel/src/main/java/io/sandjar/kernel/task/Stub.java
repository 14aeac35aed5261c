// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Nr;

/** What the kernel and the stub agree on; mirrors stub.h (a test compares them). */
public final class Stub {
    public static final long BASE = 0x600000000000L;

    /** Above everything that belongs to the stub. */
    public static final long END = BASE + 0x1000000000L;

    public static final long TEXT_SIZE = 0x10000;
    public static final long SLOTS_BASE = 0x5f0000000000L;
    public static final int SLOT_SIZE = 0x8000;
    public static final int SLOTS_PER_CHUNK = 16;
    public static final int MAILBOX_SIZE = 0x1000;
    public static final int STACK_SIZE = SLOT_SIZE - MAILBOX_SIZE;

    /** Highest number of threads of one address space. */
    public static final int MAX_SLOTS = 65536;

    public static final int DOORBELL = Nr.epoll_ctl_old;
    public static final int BELL_START = 1;
    public static final int BELL_SIGNAL = 2;
    public static final int BELL_DONE = 3;
    public static final int BELL_FAILED = 4;
    public static final int BELL_CHILD = 5;

    /** Host signal that interrupts a guest thread (SIGURG: ignored where no stub handles it yet). */
    public static final int KICK = 23;

    public static final int OP_SYSCALL = 1;
    public static final int OP_ZERO = 2;
    public static final int OP_PROBE = 3;
    public static final int OP_THREAD = 4;
    public static final int OP_PROCESS = 5;
    public static final int OP_SIGRETURN = 6;
    public static final int OP_RESULT = 7;
    public static final int OP_TRAP_ALL = 8;
    public static final int OP_RING = 9;
    public static final int OP_PATCH = 10;
    public static final long RINGS_BASE = 0x5f8000000000L;
    public static final long RING_SPAN = 0x10000;
    public static final int OPF_IGNORE = 1;
    public static final int OPF_RAX = 2;
    public static final int OPF_RING = 4;

    /** A system call instruction, two bytes on a trap, and what lies behind the two. */
    public static final long GATE = BASE + 0x10;

    public static final long GATE_TRAP = GATE + 2;
    public static final long GATE_END = GATE + 3;

    /** Offsets in a slot's mailbox. */
    public static final int BOX_GUEST_TID = 0;

    public static final int BOX_HOST_TID = 4;
    public static final int BOX_SIGMASK = 8;
    public static final int BOX_RECHECK = 16;
    public static final int BOX_TRACE = 20;
    public static final int BOX_GUEST_PID = 24;
    public static final int BOX_FS_BASE = 40;
    public static final int BOX_ALT_STACK = 48;
    public static final int BOX_OPS = 64;
    public static final int OP_SIZE = 64;
    public static final int MAX_OPS = 40;

    /** Free room behind the operations: a ucontext (304 bytes) and an empty string. */
    public static final int BOX_UCONTEXT = 3072;

    public static final int BOX_EMPTY_STRING = 3584;

    /** Where programs may be mapped: all below the slots. */
    public static final long USER_END = 0x5e0000000000L;

    private Stub() {}

    public static long mailbox(long slot) {
        return slot + STACK_SIZE;
    }

    /** Where the thread with a slot has its ring. */
    static long ring(long slot) {
        return RINGS_BASE + (slot - SLOTS_BASE) / SLOT_SIZE * RING_SPAN;
    }

    static boolean inText(long ip) {
        return ip >= BASE && ip < BASE + TEXT_SIZE;
    }
}
