// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A task without a guest, whose memory is this process's own. */
public final class LoneTask {
    private LoneTask() {}

    public static Task make(Kernel kernel) {
        return make(kernel, null);
    }

    /** @param fs its root and working directory */
    @SuppressWarnings("NullAway") // it may do without
    public static Task make(Kernel kernel, @Nullable FsContext fs) {
        Container c = kernel.containers().create("lone", null);
        ProcessGroup pg = c.pids().tasks().makeProcessGroup(1, new Session(1));
        ThreadGroup g = new ThreadGroup(1, c.pids(), c, pg, 0);
        pg.members.add(g);
        Arrays.fill(g.softLimits, 1 << 20);
        UserMemory mem = new UserMemory(Sys.pid());
        Task t = new Task(kernel, g, 1, new AddressSpace(), 0, mem, Creds.of(0, 0), fs, new FdTable());
        g.tasks.add(t);
        c.pids().tasks().put(g);
        c.pids().tasks().put(t);
        return t;
    }

    /** There is no stub that would do what a call has queued for it. */
    public static void forgetOperations(Task t) {
        t.trap.ops.clear();
    }
}
