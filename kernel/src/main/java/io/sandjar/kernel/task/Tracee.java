// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Ptrace;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.vfs.Creds;
import org.jspecify.annotations.Nullable;

/** What the kernel knows of a thread because somebody traces it (ptrace(2)). Guarded by the task lock. */
public final class Tracee {
    /** Kinds of a stop at a call. */
    static final int NONE = 0;

    static final int ENTRY = 1;
    static final int EXIT = 2;
    static final int SECCOMP = 3;

    final Task task;

    /** The thread that gives the orders. */
    final Task tracer;

    /** Who wanted it: what the tracee may become while it is traced depends on him. */
    final Creds by;

    final boolean seized;
    int options;

    /** It stands still until the tracer lets it go on. */
    volatile boolean stopped;

    /** wait(2) has told the stop. */
    boolean told;

    /** Signal of the stop, and its event in the second byte. */
    int code;

    /** PTRACE_LISTEN: it stays where it is, and wait(2) has nothing to tell. */
    boolean listening;

    /** What PTRACE_GETSIGINFO shows; null in a group-stop. */
    @Nullable
    SigInfo info;

    /** What PTRACE_GETEVENTMSG shows. */
    long message;

    /** The message is a root id. */
    boolean messageIsId;

    /** How it was told to go on: CONT, SYSCALL, SINGLESTEP, ... */
    int mode = Ptrace.CONT;

    /** The signal with which it was told to go on. */
    int signal;

    /** Which end of a call it stands at. */
    int phase;

    /** PTRACE_SECCOMP's data, for PTRACE_GET_SYSCALL_INFO. */
    int seccompData;

    /** The call in progress as the tracer may change it; -1 for none. */
    long callNr = -1;

    // ---- stops that are due ----

    /** PTRACE_EVENT_*, 0 for none. */
    int event;

    long eventMessage;

    /** A call has ended. */
    boolean exitDue;

    /** PTRACE_INTERRUPT, or the first stop of a new thread that is seized from its start. */
    boolean interrupt;

    /** The stop of the process was shown. */
    boolean groupTold;

    /** The trap flag in the registers is the tracer's. */
    boolean stepping;

    /** New base of the FS segment. */
    boolean fsBaseSet;

    long fsBase;

    /** Debug registers as the tracer set them. */
    final long[] debug = new long[8];

    /** What lay at the watched addresses when it went on. */
    final long[] watched = new long[4];

    /** The trap flag was set when it left its program. */
    boolean stepped;

    /** It has ended with {@link #exitStatus}, and wait(2) has not told so. */
    boolean ended;

    int exitStatus;

    /** Its root id. */
    int tid;

    Tracee(Task task, Task tracer, Creds by, boolean seized, int options) {
        this.task = task;
        this.tracer = tracer;
        this.by = by;
        this.seized = seized;
        this.options = options;
        this.tid = task.rootTid();
    }

    boolean wants(int event) {
        return (options & 1 << event) != 0;
    }

    /** Whether it is to stop before it goes on. */
    boolean due() {
        return event != 0 || exitDue || interrupt || (task.group.state == ThreadGroup.State.STOPPED && !groupTold);
    }

    /** Whether every call has to come by the stub. */
    boolean wantsCalls() {
        return mode == Ptrace.SYSCALL
                || mode == Ptrace.SYSEMU
                || mode == Ptrace.SYSEMU_SINGLESTEP
                || (options & (Ptrace.O_TRACESECCOMP | Ptrace.O_TRACEEXIT)) != 0;
    }

    boolean steps() {
        return mode == Ptrace.SINGLESTEP || mode == Ptrace.SYSEMU_SINGLESTEP;
    }
}
