// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;

/** Path arguments of system calls. */
final class PathArg {
    private PathArg() {}

    /** Reads a path: 0 or -errno. */
    static int read(Task t, long address, Ref<String> out) {
        int r = t.mem().readPath(address, out);
        return Math.min(r, 0);
    }

    /** Walks to the file that a path argument names. {@code walkFlags} are those of {@link PathWalk}. */
    static int find(Task t, int dirfd, long address, int walkFlags, Ref<Path> out) {
        Ref<String> path = new Ref<>();
        int r = read(t, address, path);
        return r != 0 ? r : PathWalk.find(t, dirfd, path.get(), walkFlags, out);
    }

    /** As {@link #find} with AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH of {@code atFlags}. */
    static int findAt(Task t, int dirfd, long address, int atFlags, Ref<Path> out) {
        int f = (atFlags & AT_SYMLINK_NOFOLLOW) != 0 ? PathWalk.NOFOLLOW : 0;
        if ((atFlags & AT_EMPTY_PATH) != 0) {
            f |= PathWalk.EMPTY;
            if (address == 0) {
                return PathWalk.find(t, dirfd, "", f, out);
            }
        }
        return find(t, dirfd, address, f, out);
    }

    /** The file behind a descriptor; one that was opened with O_PATH is -EBADF. */
    static int ofFd(Task t, int fd, Ref<Path> out) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        out.set(Anonymous.path(f));
        return 0;
    }
}
