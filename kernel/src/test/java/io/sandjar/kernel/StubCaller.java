// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A caller without a guest: its memory is this process's own, its waits park the test's thread. */
public class StubCaller extends Caller {
    public final FdTable table = new FdTable();
    public final List<Integer> raised = new ArrayList<>();
    private final UserMemory mem = new UserMemory(Sys.pid());
    public int pid = 1;

    @Override
    public Creds creds() {
        return Creds.of(0, 0);
    }

    @Override
    public UserMemory mem() {
        return mem;
    }

    @Override
    public int umask() {
        return 022;
    }

    @Override
    public FsContext fs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public int tid() {
        return pid;
    }

    @Override
    public long rlimit(int resource) {
        return 1024;
    }

    @Override
    public void raise(int sig) {
        raised.add(sig);
    }

    @Override
    public boolean signalPending() {
        return false;
    }

    @Override
    public FileDescription fget(int fd) {
        return table.acquire(fd);
    }

    @Override
    public FdTable fds() {
        return table;
    }

    @Override
    public int await(WaitPlace queue, int events, Condition condition, long deadlineNanos) {
        Thread me = Thread.currentThread();
        WaitEntry e = new WaitEntry(events) {
            @Override
            public boolean wake(int woken) {
                LockSupport.unpark(me);
                return true;
            }
        };
        queue.add(e);
        try {
            while (!condition.holds()) {
                if (deadlineNanos == FOREVER) {
                    LockSupport.park(this);
                } else {
                    long left = deadlineNanos - System.nanoTime();
                    if (left <= 0) {
                        return -ETIMEDOUT;
                    }
                    LockSupport.parkNanos(this, left);
                }
            }
            return 0;
        } finally {
            queue.remove(e);
        }
    }
}
