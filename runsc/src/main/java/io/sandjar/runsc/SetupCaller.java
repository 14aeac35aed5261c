// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.EINTR;

import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The guest's root user before there is a guest: makes mounts and reads /etc/passwd. */
final class SetupCaller extends Caller {
    private static final int MAX_TEXT = 1 << 20;

    private final FsContext fs;
    private final Creds creds = Creds.of(0, 0);
    private final UserMemory mem = new UserMemory(0);
    private final FdTable fds = new FdTable();

    SetupCaller(Path root) {
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
        return 1;
    }

    @Override
    public int tid() {
        return 1;
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
    public int await(WaitQueue queue, int events, Condition condition, long deadlineNanos) {
        return condition.holds() ? 0 : -EINTR;
    }

    /** The text of a small file of the guest; null if there is none or it is no plain file. */
    @Nullable
    String readText(MountNamespace mounts, String path) {
        Ref<FileDescription> out = new Ref<>();
        fs.setRoot(mounts.rootPath());
        fs.setCwd(mounts.rootPath());
        int r = Opener.open(this, PathWalk.AT_ROOT, path, 04000, 0, 0, out); // O_NONBLOCK
        if (r != 0) {
            return null;
        }
        FileDescription d = out.get();
        try {
            byte[] data = new byte[16384];
            int n = 0;
            while (n < MAX_TEXT) {
                if (n == data.length) {
                    data = java.util.Arrays.copyOf(data, n * 2);
                }
                long got = d.read(this, new KernelIo(data, n, data.length - n));
                if (got <= 0) {
                    break;
                }
                n += (int) got;
            }
            return new String(data, 0, n, StandardCharsets.ISO_8859_1);
        } finally {
            d.release();
        }
    }
}
