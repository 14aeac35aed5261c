// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.inotify.InotifyFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.UserCounts;
import io.sandjar.kernel.vfs.UserNamespace;

/** Watching of files. */
public final class InotifyCalls {
    private static final int KNOWN = IN_ALL_EVENTS
            | IN_UNMOUNT
            | IN_Q_OVERFLOW
            | IN_IGNORED
            | IN_ONLYDIR
            | IN_DONT_FOLLOW
            | IN_EXCL_UNLINK
            | IN_MASK_CREATE
            | IN_MASK_ADD
            | IN_ISDIR
            | IN_ONESHOT;

    private InotifyCalls() {}

    @Syscall(nr = Nr.inotify_init)
    public static long sys_inotify_init(Task t) {
        return sys_inotify_init1(t, 0);
    }

    @Syscall(nr = Nr.inotify_init1)
    public static long sys_inotify_init1(Task t, int flags) {
        if ((flags & ~(IN_CLOEXEC | IN_NONBLOCK)) != 0) {
            return -EINVAL;
        }
        UserNamespace home = t.creds().userNs();
        int uid = t.creds().euid();
        UserCounts users = t.kernel().users;
        if (!users.take(UserCounts.INOTIFY_INSTANCES, home, uid)) {
            return -EMFILE;
        }
        InotifyFile f = new InotifyFile(
                t.kernel().anon.newInode(0600, t.creds()), O.O_RDONLY | flags & IN_NONBLOCK, users, home, uid);
        return PipeCalls.install(t, f, (flags & IN_CLOEXEC) != 0);
    }

    @Syscall(
            nr = Nr.inotify_add_watch,
            support = Support.PARTIAL,
            note = "sees what programs of the sandbox do, not changes of host directories from outside")
    public static long sys_inotify_add_watch(Task t, int fd, long pathname, @As(Kind.HEX) int mask) {
        if (mask == 0 || (mask & ~KNOWN) != 0) {
            return -EINVAL;
        }
        if ((mask & (IN_MASK_ADD | IN_MASK_CREATE)) == (IN_MASK_ADD | IN_MASK_CREATE)) {
            return -EINVAL;
        }
        FileDescription f = Io.open(t, fd);
        if (!(f instanceof InotifyFile n)) {
            return f == null ? -EBADF : -EINVAL;
        }
        int walk = ((mask & IN_DONT_FOLLOW) != 0 ? PathWalk.NOFOLLOW : 0)
                | ((mask & IN_ONLYDIR) != 0 ? PathWalk.DIRECTORY : 0);
        Ref<Path> found = new Ref<>();
        int r = PathArg.find(t, O.AT_FDCWD, pathname, walk, found);
        if (r == 0) {
            r = Permissions.may(t.creds(), found.get().inode(), Permissions.MAY_READ);
        }
        return r != 0 ? r : n.watch(found.get().inode(), mask);
    }

    @Syscall(nr = Nr.inotify_rm_watch)
    public static long sys_inotify_rm_watch(Task t, int fd, int wd) {
        FileDescription f = Io.open(t, fd);
        if (!(f instanceof InotifyFile n)) {
            return f == null ? -EBADF : -EINVAL;
        }
        return n.unwatch(wd);
    }
}
