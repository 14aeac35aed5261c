// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.mm.UserMemory;
import org.jspecify.annotations.Nullable;

/** The kernel itself as a caller, before there is a guest: all privileges, no memory, no descriptors. */
public final class KernelCaller extends Caller {
    private final Creds creds = Creds.of(0, 0);
    private final UserMemory mem = new UserMemory(-1);
    private final FdTable fds = new FdTable();
    private final FsContext fs;

    public KernelCaller(Path root) {
        fs = new FsContext(root, root, 0);
    }

    @Override
    public Creds creds() {
        return creds;
    }

    @Override
    public UserMemory mem() {
        return mem;
    }

    @Override
    public int umask() {
        return 0;
    }

    @Override
    public FsContext fs() {
        return fs;
    }

    @Override
    public int pid() {
        return 0;
    }

    @Override
    public int tid() {
        return 0;
    }

    @Override
    public long rlimit(int resource) {
        return Long.MAX_VALUE;
    }

    @Override
    public void raise(int sig) {}

    @Override
    public boolean signalPending() {
        return false;
    }

    @Override
    public @Nullable FileDescription fget(int fd) {
        return null;
    }

    @Override
    public FdTable fds() {
        return fds;
    }

    @Override
    public int await(WaitPlace queue, int events, Condition condition, long deadlineNanos) {
        return condition.holds() ? 0 : -EAGAIN;
    }
}
