// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Mm.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.SembufLayout;
import io.sandjar.kernel.ipc.IpcTable;
import io.sandjar.kernel.ipc.SemaphoreSet;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/** System V semaphores. */
public final class SemCalls {
    private static final int GETPID = 11;
    private static final int GETVAL = 12;
    private static final int GETALL = 13;
    private static final int GETNCNT = 14;
    private static final int GETZCNT = 15;
    private static final int SETVAL = 16;
    private static final int SETALL = 17;
    private static final int SEM_STAT = 18;
    private static final int SEM_INFO = 19;
    private static final int SEM_STAT_ANY = 20;
    private static final int SEM_UNDO = 0x1000;
    private static final int MAX_OPS = 500;

    private SemCalls() {}

    private static IpcTable<SemaphoreSet> table(Task t) {
        return t.namespaces().ipc.systemV.semaphores;
    }

    @Syscall(nr = Nr.semget)
    public static long sys_semget(Task t, int key, int nsems, @As(Kind.OCTAL) int semflg) {
        if (nsems < 0 || nsems > SemaphoreSet.MAX_SEMS) {
            return -EINVAL;
        }
        boolean[] bad = new boolean[1];
        int id = table(t).get(t.creds(), key, semflg, k -> {
            bad[0] = nsems == 0;
            return bad[0] ? null : new SemaphoreSet(k, t.creds(), semflg, nsems);
        });
        if (bad[0]) {
            return -EINVAL;
        }
        SemaphoreSet s = id < 0 ? null : table(t).find(id);
        return s != null && nsems > s.size() ? -EINVAL : id;
    }

    @Syscall(nr = Nr.semop)
    public static long sys_semop(Task t, int semid, long sops, long nsops) {
        return semop(t, semid, sops, nsops, Caller.FOREVER);
    }

    @Syscall(nr = Nr.semtimedop)
    public static long sys_semtimedop(Task t, int semid, long sops, long nsops, @As(Kind.TIMESPEC) long timeout) {
        long nanos = timeout == 0 ? -1 : Waits.timespec(t, timeout);
        return timeout != 0 && nanos < 0 ? nanos : semop(t, semid, sops, nsops, Waits.deadline(t, nanos));
    }

    private static long semop(Task t, int semid, long sops, long nsops, long deadline) {
        if (nsops == 0 || semid < 0) {
            return -EINVAL;
        }
        if (nsops < 0 || nsops > MAX_OPS) {
            return -E2BIG;
        }
        byte[] b = new byte[(int) nsops * SembufLayout.SIZEOF];
        int r = t.mem().read(sops, b);
        if (r < 0) {
            return r;
        }
        SemaphoreSet s = table(t).find(semid);
        if (s == null) {
            return -EINVAL;
        }
        SemaphoreSet.Op[] ops = new SemaphoreSet.Op[(int) nsops];
        boolean alters = false;
        for (int i = 0; i < ops.length; i++) {
            int at = i * SembufLayout.SIZEOF;
            int flags = Bytes.u16(b, at + SembufLayout.sem_flg);
            ops[i] = new SemaphoreSet.Op(
                    Bytes.u16(b, at),
                    (short) Bytes.u16(b, at + SembufLayout.sem_op),
                    (flags & IPC_NOWAIT) != 0,
                    (flags & SEM_UNDO) != 0);
            alters |= ops[i].op() != 0;
            if (ops[i].num() >= s.size()) {
                return -EFBIG;
            }
        }
        if (!s.may(t.creds(), alters ? 2 : 4)) {
            return -EACCES;
        }
        Waits.keep(t, deadline);
        while (true) {
            r = s.operate(ops, t.globalPid());
            if (r != SemaphoreSet.WAIT) {
                if (t.group().exiting()) { // what is to be undone at the end was undone before this call
                    t.namespaces().ipc.systemV.exited(t.globalPid());
                }
                return r;
            }
            int token = s.beginWait(ops);
            int w = t.await(s.queue, 1, () -> s.wouldEnd(ops), deadline);
            s.endWait(token);
            if (w != 0) {
                return w == -ETIMEDOUT ? -EAGAIN : w == -ERESTARTSYS ? -EINTR : w;
            }
        }
    }

    @Syscall(nr = Nr.semctl)
    public static long sys_semctl(Task t, int semid, int semnum, int cmd, long arg) {
        switch (cmd) {
            case IPC_INFO, SEM_INFO -> {
                byte[] b = new byte[40];
                int[] v = {
                    32000,
                    32000,
                    1024000000,
                    32000,
                    32000,
                    MAX_OPS,
                    MAX_OPS,
                    20,
                    SemaphoreSet.MAX_VALUE,
                    SemaphoreSet.MAX_VALUE
                };
                if (cmd == SEM_INFO) {
                    v[7] = table(t).used();
                    v[9] = 0;
                    for (SemaphoreSet s : table(t).all()) {
                        v[9] += s.size();
                    }
                }
                for (int i = 0; i < v.length; i++) {
                    Bytes.put32(b, i * 4, v[i]);
                }
                int r = t.mem().write(arg, b);
                return r < 0 ? r : table(t).highest();
            }
            case SEM_STAT, SEM_STAT_ANY -> {
                SemaphoreSet s = table(t).at(semid);
                return s == null ? -EINVAL : stat(t, s, arg, cmd == SEM_STAT_ANY, s.id());
            }
            default -> {
                SemaphoreSet s = table(t).find(semid);
                return s == null ? -EINVAL : control(t, s, semnum, cmd, arg);
            }
        }
    }

    private static long stat(Task t, SemaphoreSet s, long arg, boolean any, int result) {
        if (!any && !s.may(t.creds(), 4)) {
            return -EACCES;
        }
        int r = t.mem().write(arg, s.stat(t.creds().userNs()));
        return r < 0 ? r : result;
    }

    private static long control(Task t, SemaphoreSet s, int num, int cmd, long arg) {
        switch (cmd) {
            case IPC_STAT -> {
                return stat(t, s, arg, false, 0);
            }
            case IPC_SET, IPC_RMID -> {
                if (!s.mayChange(t.creds())) {
                    return -EPERM;
                }
                if (cmd == IPC_RMID) {
                    table(t).remove(s);
                    return 0;
                }
                byte[] b = new byte[s.stat().length];
                int r = t.mem().read(arg, b);
                if (r == 0) {
                    r = s.setPerm(b, t.creds().userNs());
                    if (r < 0) {
                        return r;
                    }
                }
                return r;
            }
            case GETALL, SETALL -> {
                return all(t, s, cmd == SETALL, arg);
            }
            case GETVAL, GETPID, GETNCNT, GETZCNT, SETVAL -> {
                if (!s.may(t.creds(), cmd == SETVAL ? 2 : 4)) {
                    return -EACCES;
                }
                if (num < 0 || num >= s.size()) {
                    return -EINVAL;
                }
                if (cmd == SETVAL) {
                    int v = (int) arg;
                    if (v < 0 || v > SemaphoreSet.MAX_VALUE) {
                        return -ERANGE;
                    }
                    s.set(num, new int[] {v}, t.globalPid());
                    return 0;
                }
                return switch (cmd) {
                    case GETVAL -> s.value(num);
                    case GETPID -> t.localPid(s.pid(num));
                    default -> s.waiters(num, cmd == GETZCNT);
                };
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static long all(Task t, SemaphoreSet s, boolean set, long arg) {
        if (!s.may(t.creds(), set ? 2 : 4)) {
            return -EACCES;
        }
        byte[] b = new byte[s.size() * 2];
        int[] values = s.values();
        if (!set) {
            for (int i = 0; i < values.length; i++) {
                Bytes.put16(b, i * 2, values[i]);
            }
            return t.mem().write(arg, b);
        }
        int r = t.mem().read(arg, b);
        if (r < 0) {
            return r;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Bytes.u16(b, i * 2);
            if (values[i] > SemaphoreSet.MAX_VALUE) {
                return -ERANGE;
            }
        }
        s.set(-1, values, t.globalPid());
        return 0;
    }
}
