// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.TraceMemory;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.UserIo;

/** Looking into other processes, and sharing less with them. */
public final class ProcessCalls {
    private static final int CHUNK = 65536;
    private static final int KCMP_FILE = 0;
    private static final int KCMP_VM = 1;
    private static final int KCMP_FILES = 2;
    private static final int KCMP_FS = 3;
    private static final int KCMP_SIGHAND = 4;
    private static final int KCMP_IO = 5;
    private static final int KCMP_SYSVSEM = 6;

    private ProcessCalls() {}

    @Syscall(nr = Nr.process_vm_readv)
    public static long sys_process_vm_readv(
            Task t, int pid, long lvec, @As(Kind.DEC) long liovcnt, long rvec, @As(Kind.DEC) long riovcnt, long flags) {
        return transfer(t, pid, lvec, liovcnt, rvec, riovcnt, flags, false);
    }

    @Syscall(nr = Nr.process_vm_writev)
    public static long sys_process_vm_writev(
            Task t, int pid, long lvec, @As(Kind.DEC) long liovcnt, long rvec, @As(Kind.DEC) long riovcnt, long flags) {
        return transfer(t, pid, lvec, liovcnt, rvec, riovcnt, flags, true);
    }

    private static long transfer(
            Task t, int pid, long lvec, long liovcnt, long rvec, long riovcnt, long flags, boolean out) {
        if (flags != 0
                || (liovcnt & 0xffffffffL) > 1024
                || riovcnt < 0
                || riovcnt > 1024) { // 32 bits of the first count
            return -EINVAL;
        }
        UserIo local = new UserIo(t.mem(), 0, 0);
        int r = local.reset(t.mem(), lvec, (int) liovcnt, Io.MAX_RW_COUNT);
        if (r < 0) {
            return r;
        }
        int riov = (int) riovcnt;
        byte[] pieces = new byte[riov * 16];
        r = t.mem().read(rvec, pieces);
        if (r < 0) {
            return r;
        }
        Ref<Task> other = new Ref<>();
        r = pid == 0 ? -ESRCH : Access.inspect(t, pid, other);
        if (r < 0) {
            return r;
        }
        byte[] buf = new byte[(int) Math.min(CHUNK, Math.max(local.remaining(), 1))];
        long done = 0;
        for (int i = 0; i < riov && local.remaining() > 0; i++) {
            long base = io.sandjar.abi.Bytes.i64(pieces, i * 16);
            long len = io.sandjar.abi.Bytes.i64(pieces, i * 16 + 8);
            if (len < 0) {
                return done > 0 ? done : -EINVAL;
            }
            while (len > 0 && local.remaining() > 0) {
                int n = (int) Math.min(Math.min(len, local.remaining()), buf.length);
                long moved =
                        out ? put(t, local, other.get(), base, buf, n) : fetch(t, local, other.get(), base, buf, n);
                if (moved <= 0) {
                    return done > 0 ? done : moved == -ESRCH ? -ESRCH : -EFAULT;
                }
                done += moved;
                if (moved < n) {
                    return done;
                }
                base += moved;
                len -= moved;
            }
        }
        return done;
    }

    private static long fetch(Task t, UserIo local, Task other, long from, byte[] buf, int n) {
        long got = Access.copy(t, other, from, buf, n, false);
        TraceMemory.show(other, from, buf, 0, (int) got);
        return got <= 0 ? got : local.put(buf, 0, (int) got) < 0 ? -EFAULT : got;
    }

    private static long put(Task t, UserIo local, Task other, long to, byte[] buf, int n) {
        return local.get(buf, 0, n) < 0 ? -EFAULT : Access.copy(t, other, to, buf, n, true);
    }

    private static boolean hasUndo(Task t) {
        return t.namespaces().ipc.systemV.hasUndo(t.globalPid());
    }

    private static final int KCMP_EPOLL_TFD = 7;

    /** Compares a descriptor of one with what the other has in an epoll instance. */
    private static long epollTarget(Task t, Task a, Task b, int fd, long slot) {
        byte[] s = new byte[12];
        if (t.mem().read(slot, s) < 0) {
            return -EFAULT;
        }
        FileDescription x = a.fds().acquire(fd);
        if (x == null) {
            return -EBADF;
        }
        t.hold(x);
        FileDescription e = b.fds().acquire(io.sandjar.abi.Bytes.i32(s, 0));
        if (e == null) {
            return -EBADF;
        }
        t.hold(e);
        if (!(e instanceof io.sandjar.kernel.fs.epoll.Epoll set)) {
            return -EINVAL;
        }
        Object y = set.target(io.sandjar.abi.Bytes.i32(s, 4), io.sandjar.abi.Bytes.i32(s, 8));
        return y == null ? -ENOENT : order(x, y);
    }

    @Syscall(nr = Nr.kcmp)
    public static long sys_kcmp(
            Task t,
            @As(Kind.DEC) int pid1,
            @As(Kind.DEC) int pid2,
            @As(Kind.DEC) int type,
            @As(Kind.DEC) long idx1,
            @As(Kind.DEC) long idx2) {
        Ref<Task> a = new Ref<>();
        Ref<Task> b = new Ref<>();
        int r = pid1 == 0 || pid2 == 0 ? -ESRCH : Access.inspect(t, pid1, a);
        if (r == 0) {
            r = Access.inspect(t, pid2, b);
        }
        if (r < 0) {
            return r;
        }
        switch (type) {
            case KCMP_FILE -> {
                FileDescription x = a.get().fds().acquire((int) idx1);
                if (x != null) {
                    t.hold(x);
                }
                FileDescription y = b.get().fds().acquire((int) idx2);
                if (y != null) {
                    t.hold(y);
                }
                return x == null || y == null ? -EBADF : order(x, y);
            }
            case KCMP_EPOLL_TFD -> {
                return epollTarget(t, a.get(), b.get(), (int) idx1, idx2);
            }
            case KCMP_VM -> {
                return order(a.get().addressSpace(), b.get().addressSpace());
            }
            case KCMP_FILES -> {
                return order(a.get().fds(), b.get().fds());
            }
            case KCMP_FS -> {
                return order(a.get().fs(), b.get().fs());
            }
            case KCMP_SIGHAND -> {
                return order(a.get().group().handlers(), b.get().group().handlers());
            }
            case KCMP_SYSVSEM -> { // without a list of what to undo they have the same one: none
                return hasUndo(a.get()) || hasUndo(b.get())
                        ? order(a.get().group(), b.get().group())
                        : 0;
            }
            case KCMP_IO -> {
                return 0; // contexts of block devices, of which nobody has one
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    /** 0 for the same object, else 1 or 2 in an arbitrary but stable order. */
    private static long order(Object a, Object b) {
        return a == b ? 0 : System.identityHashCode(a) < System.identityHashCode(b) ? 1 : 2;
    }

    @Syscall(nr = Nr.reboot, support = Support.REFUSED, note = "EPERM: there is no machine to turn off")
    public static long sys_reboot(Task t, int magic1, int magic2, @As(Kind.HEX) int cmd, long arg) {
        return -EPERM;
    }

    @Syscall(nr = Nr.vhangup)
    public static long sys_vhangup(Task t) {
        if (!t.creds().has(Cap.CAP_SYS_TTY_CONFIG)) {
            return -EPERM;
        }
        if (t.group().terminal() instanceof Tty tty) {
            tty.hangUpSlaves();
        }
        return 0;
    }

    @Syscall(nr = Nr.quotactl, support = Support.REFUSED, note = "ENOSYS: no file system has quotas")
    public static long sys_quotactl(Task t, @As(Kind.HEX) int cmd, long special, int id, long addr) {
        return -ENOSYS;
    }
}
