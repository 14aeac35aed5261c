// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;

/** exit(2) of a thread and of a process. */
final class ExitCalls {
    private ExitCalls() {}

    @Syscall(nr = Nr.exit)
    static long sys_exit(Task t, int status) {
        t.kernel().tracing().stops.exiting(t, (status & 0xff) << 8);
        if (t.trap.inTrap()) {
            t.trap.exitByStub(status);
            return 0;
        }
        if (t.kernel().exits().exitThread(t, (status & 0xff) << 8)) {
            return Task.CONTINUE; // the host clears the thread id and wakes those who join
        }
        t.kernel().exits().exitGroup(t.group(), t.group().leaderStatus());
        return 0; // nobody hears it
    }

    @Syscall(nr = Nr.exit_group)
    static long sys_exit_group(Task t, int status) {
        t.kernel().tracing().stops.exiting(t, (status & 0xff) << 8);
        t.kernel().exits().exitGroup(t.group(), (status & 0xff) << 8);
        return 0; // nobody hears it
    }
}
