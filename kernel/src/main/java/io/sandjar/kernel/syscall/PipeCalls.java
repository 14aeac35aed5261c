// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;

/** Making of pipes. */
public final class PipeCalls {
    /** A pipe of notices: there are none, as without CONFIG_WATCH_QUEUE. */
    private static final int O_NOTIFICATION_PIPE = O_EXCL;

    private PipeCalls() {}

    @Syscall(nr = Nr.pipe)
    public static long sys_pipe(Task t, long fds) {
        return sys_pipe2(t, fds, 0);
    }

    @Syscall(nr = Nr.pipe2)
    public static long sys_pipe2(Task t, long fds, int flags) {
        if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0) {
            return (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) == O_NOTIFICATION_PIPE ? -ENOPKG : -EINVAL;
        }
        Ref<FileDescription> readEnd = new Ref<>();
        Ref<FileDescription> writeEnd = new Ref<>();
        t.kernel().pipes.pipe(t.creds(), flags & ~O_CLOEXEC, readEnd, writeEnd);
        return installPair(t, readEnd.get(), writeEnd.get(), (flags & O_CLOEXEC) != 0, fds);
    }

    /**
     * Gives two descriptions descriptors and tells the guest the numbers at {@code address}; takes over both references
     * whatever comes of it.
     */
    static long installPair(Task t, FileDescription a, FileDescription b, boolean cloexec, long address) {
        long limit = t.rlimit(Rlimit.RLIMIT_NOFILE);
        int first = t.fds().install(a, cloexec, 0, limit);
        if (first < 0) {
            a.release();
            b.release();
            return first;
        }
        int second = t.fds().install(b, cloexec, 0, limit);
        if (second < 0) {
            b.release();
            t.fds().close(t, first);
            return second;
        }
        byte[] out = new byte[8];
        Bytes.put32(out, 0, first);
        Bytes.put32(out, 4, second);
        int r = t.mem().write(address, out);
        if (r < 0) {
            t.fds().close(t, first);
            t.fds().close(t, second);
        }
        return r;
    }

    /** Gives a new description a descriptor; its reference is taken over whatever comes of it. */
    static long install(Task t, FileDescription f, boolean cloexec) {
        int fd = t.fds().install(f, cloexec, 0, t.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            f.release();
        }
        return fd;
    }
}
