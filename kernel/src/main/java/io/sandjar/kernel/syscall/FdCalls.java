// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pipe.PipeFile;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketFile;
import io.sandjar.kernel.task.AsyncNotice;
import io.sandjar.kernel.task.DirNotice;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;

/** Descriptors themselves: closing, duplicating, flags, and the ioctls that any file has. */
public final class FdCalls {
    /** What F_SETFL may change. */
    private static final int SETFL_MASK = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;

    private FdCalls() {}

    @Syscall(nr = Nr.close)
    public static long sys_close(Task t, int fd) {
        FdTable fds = t.fds();
        // by the ring it cannot let the host close its own: such a call comes again, as a notification
        if (t.ringUse.byRing()) {
            return fds.isMapped(fd) ? Caller.CONTINUE : fds.close(t, fd);
        }
        boolean mapped = fds.takeMapped(fd);
        boolean alone = !fds.shared();
        if (mapped && !alone && !forget(t, fd)) {
            fds.setMapped(fd); // another time
        }
        int r = fds.close(t, fd);
        return mapped && alone && r == 0 ? Caller.CONTINUE : r;
    }

    /**
     * Takes the host's copy of a descriptor away before the number is free. If the host were to close it afterwards, as
     * it does for a single thread, another thread could have mapped a new file by that number meanwhile, and lose it.
     */
    private static boolean forget(Task t, int fd) {
        return t.kernel().listener().addFd(t.notifId, HostFiles.zero(), fd) >= 0;
    }

    @Syscall(nr = Nr.close_range)
    public static long sys_close_range(Task t, int first, int last, int flags) {
        long from = first & 0xffffffffL;
        long to = last & 0xffffffffL;
        if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0 || from > to) {
            return -EINVAL;
        }
        if ((flags & CLOSE_RANGE_UNSHARE) != 0 && t.fds().shared()) {
            int r = t.unshareFds();
            if (r < 0) {
                return r;
            }
        }
        FdTable fds = t.fds();
        int end = (int) Math.min(to, Integer.MAX_VALUE - 1);
        if (from > end) {
            return 0;
        }
        for (int fd = fds.next((int) from); fd >= 0 && fd <= end; fd = fds.next(fd + 1)) {
            if ((flags & CLOSE_RANGE_CLOEXEC) != 0) {
                fds.setCloseOnExec(fd, true);
            } else {
                fds.close(t, fd);
            }
        }
        return 0;
    }

    @Syscall(nr = Nr.dup)
    public static long sys_dup(Task t, int fd) {
        return dupFrom(t, fd, 0, false);
    }

    @Syscall(nr = Nr.dup2)
    public static long sys_dup2(Task t, int oldfd, int newfd) {
        if (oldfd == newfd) {
            return t.fget(oldfd) == null ? -EBADF : newfd;
        }
        return dupTo(t, oldfd, newfd, false);
    }

    @Syscall(nr = Nr.dup3)
    public static long sys_dup3(Task t, int oldfd, int newfd, int flags) {
        if ((flags & ~O_CLOEXEC) != 0 || oldfd == newfd) {
            return -EINVAL;
        }
        return dupTo(t, oldfd, newfd, flags != 0);
    }

    private static long dupFrom(Task t, int fd, int min, boolean cloexec) {
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        f.acquire();
        int r = t.fds().install(f, cloexec, min, t.rlimit(Rlimit.RLIMIT_NOFILE));
        if (r < 0) {
            f.release();
        }
        return r;
    }

    private static long dupTo(Task t, int oldfd, int newfd, boolean cloexec) {
        if (newfd < 0 || newfd >= t.rlimit(Rlimit.RLIMIT_NOFILE)) {
            return -EBADF;
        }
        FileDescription f = t.fget(oldfd);
        if (f == null) {
            return -EBADF;
        }
        int r = t.fds().reserve(newfd);
        if (r < 0) {
            return r;
        }
        f.acquire();
        FileDescription old = t.fds().replace(newfd, f, cloexec);
        if (old != null) {
            old.onClose(t);
            old.release();
        }
        return newfd;
    }

    @Syscall(nr = Nr.fcntl)
    public static long sys_fcntl(Task t, int fd, int cmd, long arg) {
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        boolean path = (f.flags() & O_PATH) != 0;
        switch (cmd) {
            case F_DUPFD, F_DUPFD_CLOEXEC -> {
                int min = (int) arg;
                return min < 0 || min >= t.rlimit(Rlimit.RLIMIT_NOFILE)
                        ? -EINVAL
                        : dupFrom(t, fd, min, cmd == F_DUPFD_CLOEXEC);
            }
            case F_GETFD -> {
                return t.fds().closeOnExec(fd);
            }
            case F_SETFD -> {
                return t.fds().setCloseOnExec(fd, (arg & FD_CLOEXEC) != 0);
            }
            case F_GETFL -> {
                return f.flags();
            }
            default -> {
                return path ? -EBADF : fcntlOpen(t, f, fd, cmd, arg);
            }
        }
    }

    private static long fcntlOpen(Task t, FileDescription f, int fd, int cmd, long arg) {
        switch (cmd) {
            case F_SETFL -> {
                int old = f.flags();
                f.setFlags((old & ~SETFL_MASK) | ((int) arg & SETFL_MASK));
                if (((old ^ f.flags()) & O_ASYNC) != 0) {
                    AsyncNotice.update(t, f, fd);
                }
                return 0;
            }
            case F_SETOWN -> {
                if ((int) arg == Integer.MIN_VALUE) {
                    return -EINVAL;
                }
                if ((int) arg != 0 && !t.pids().knows(Math.abs((int) arg))) {
                    return -ESRCH;
                }
                f.owner = (int) arg < 0 ? -t.globalPid(-(int) arg) : t.globalPid((int) arg);
                f.ownerType = (int) arg < 0 ? F_OWNER_PGRP : F_OWNER_PID;
                return 0;
            }
            case F_GETOWN -> {
                return f.owner < 0 ? -t.localPid(-f.owner) : t.localPid(f.owner);
            }
            case F_SETOWN_EX -> {
                return setOwnerEx(t, f, arg);
            }
            case F_GETOWN_EX -> {
                byte[] b = new byte[8];
                Bytes.put32(b, 0, f.ownerType);
                Bytes.put32(b, 4, t.localPid(Math.abs(f.owner)));
                return t.mem().write(arg, b);
            }
            case F_SETSIG -> {
                if (arg < 0 || arg > Sig.SIGRTMAX) {
                    return -EINVAL;
                }
                f.ownerSignal = (int) arg;
                return 0;
            }
            case F_GETSIG -> {
                return f.ownerSignal;
            }
            case F_SETPIPE_SZ -> {
                return f instanceof PipeFile p ? p.pipe().setCapacity(t, arg) : -EBADF;
            }
            case F_GETPIPE_SZ -> {
                return f instanceof PipeFile p ? p.pipe().capacity() : -EBADF;
            }
            case F_NOTIFY -> {
                return DirNotice.watch(t, f, fd, (int) arg);
            }
            case F_GETLEASE -> {
                return F_UNLCK;
            }
            case F_DUPFD_QUERY -> {
                FileDescription other = t.fget((int) arg);
                return other == null || (other.flags() & O_PATH) != 0 ? -EBADF : other == f ? 1 : 0;
            }
            case F_SETLEASE -> {
                return arg == F_UNLCK ? -EAGAIN : -EINVAL; // as on file systems without leases
            }
            default -> {
                return f.fcntl(t, fd, cmd, arg);
            }
        }
    }

    private static long setOwnerEx(Task t, FileDescription f, long arg) {
        byte[] b = new byte[8];
        int r = t.mem().read(arg, b);
        if (r < 0) {
            return r;
        }
        int type = Bytes.i32(b, 0);
        int id = Bytes.i32(b, 4);
        if (type < F_OWNER_TID || type > F_OWNER_PGRP) {
            return -EINVAL;
        }
        if (id != 0 && !t.pids().knows(id)) {
            return -ESRCH;
        }
        f.owner = type == F_OWNER_PGRP ? -t.globalPid(id) : t.globalPid(id);
        f.ownerType = type;
        return 0;
    }

    /** SIOCGSKNS: the network of a socket, as a file. */
    private static long networkOf(Task t, NetStack net) {
        return t.creds().has(net.owner(), Cap.CAP_NET_ADMIN) ? t.kernel().nsfs.open(t, net) : -EPERM;
    }

    @Syscall(nr = Nr.ioctl)
    public static long sys_ioctl(Task t, int fd, int cmd, long arg) {
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O_PATH) != 0) {
            return -EBADF;
        }
        switch (cmd) {
            case Ioctl.FIOCLEX -> {
                return t.fds().setCloseOnExec(fd, true);
            }
            case Ioctl.FIONCLEX -> {
                return t.fds().setCloseOnExec(fd, false);
            }
            case Ioctl.FIONBIO, Ioctl.FIOASYNC -> {
                int[] on = new int[1];
                int r = t.mem().readInt(arg, on);
                if (r == 0) {
                    int bit = cmd == Ioctl.FIONBIO ? O_NONBLOCK : O_ASYNC;
                    f.setFlags(on[0] != 0 ? f.flags() | bit : f.flags() & ~bit);
                    if (bit == O_ASYNC) {
                        AsyncNotice.update(t, f, fd);
                    }
                }
                return r;
            }
            case Ioctl.SIOCGSKNS -> {
                return f instanceof SocketFile s ? networkOf(t, s.socket().net()) : f.ioctl(t, cmd, arg);
            }
            default -> {
                return FileIoctls.isOne(cmd) ? FileIoctls.call(t, f, cmd, arg) : f.ioctl(t, cmd, arg);
            }
        }
    }
}
