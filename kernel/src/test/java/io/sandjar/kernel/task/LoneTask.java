// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;

/** A task without a guest, whose memory is this process's own. */
public final class LoneTask {
    private LoneTask() {}

    @SuppressWarnings("NullAway") // it has no file system
    public static Task make(Kernel kernel) {
        Container c = kernel.containers().create("lone", null);
        ProcessGroup pg = c.pids().tasks().makeProcessGroup(1, new Session(1));
        ThreadGroup g = new ThreadGroup(1, c.pids(), c, pg, 0);
        pg.members.add(g);
        UserMemory mem = new UserMemory(Sys.pid());
        Task t = new Task(kernel, g, 1, new AddressSpace(), 0, mem, Creds.of(0, 0), null, new FdTable());
        g.tasks.add(t);
        c.pids().tasks().put(g);
        c.pids().tasks().put(t);
        return t;
    }
}
