// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Mm.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.MsqidDsLayout;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.ipc.IpcTable;
import io.sandjar.kernel.ipc.MessageQueue;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/** System V message queues. */
public final class MsgCalls {
    private static final int MSG_STAT = 11;
    private static final int MSG_INFO = 12;
    private static final int MSG_STAT_ANY = 13;
    private static final int MSG_NOERROR = 010000;
    private static final int MSG_EXCEPT = 020000;
    private static final int MSG_COPY = 040000;

    private MsgCalls() {}

    private static IpcTable<MessageQueue> table(Task t) {
        return t.namespaces().ipc.systemV.messages;
    }

    @Syscall(nr = Nr.msgget)
    public static long sys_msgget(Task t, int key, @As(Kind.OCTAL) int msgflg) {
        return table(t).get(t.creds(), key, msgflg, k -> new MessageQueue(k, t.creds(), msgflg));
    }

    @Syscall(nr = Nr.msgsnd)
    public static long sys_msgsnd(Task t, int msqid, long msgp, long msgsz, @As(Kind.HEX) int msgflg) {
        long[] type = new long[1];
        int r = t.mem().readLong(msgp, type);
        if (r < 0) {
            return r;
        }
        if (msgsz < 0 || msgsz > MessageQueue.MAX_SIZE || type[0] < 1) {
            return -EINVAL;
        }
        byte[] text = new byte[(int) msgsz];
        r = t.mem().read(msgp + 8, text);
        MessageQueue q = table(t).find(msqid);
        if (r < 0 || q == null) {
            return r < 0 ? r : -EINVAL;
        }
        if (!q.may(t.creds(), 2)) {
            return -EACCES;
        }
        MessageQueue.Message m = new MessageQueue.Message(type[0], text);
        while (true) {
            r = q.send(m, t.globalPid());
            if (r != -EAGAIN || (msgflg & IPC_NOWAIT) != 0) {
                return r;
            }
            int w = t.await(q.queue, 1, () -> q.roomFor(text.length), Caller.FOREVER);
            if (w != 0) {
                return w == -ERESTARTSYS ? -ERESTARTNOHAND : w;
            }
        }
    }

    @Syscall(nr = Nr.msgrcv)
    public static long sys_msgrcv(Task t, int msqid, long msgp, long msgsz, long msgtyp, @As(Kind.HEX) int msgflg) {
        boolean copy = (msgflg & MSG_COPY) != 0;
        if (copy && ((msgflg & IPC_NOWAIT) == 0 || (msgflg & MSG_EXCEPT) != 0)) {
            return -EINVAL;
        }
        MessageQueue q = table(t).find(msqid);
        if (msgsz < 0 || q == null) {
            return -EINVAL;
        }
        if (!q.may(t.creds(), 4)) {
            return -EACCES;
        }
        boolean except = (msgflg & MSG_EXCEPT) != 0;
        int[] error = new int[1];
        while (true) {
            boolean cut = (msgflg & MSG_NOERROR) != 0;
            MessageQueue.Message m = copy
                    ? q.copy(msgtyp, msgsz, cut, error)
                    : q.receive(msgtyp, except, msgsz, cut, t.globalPid(), error);
            if (m != null) {
                int n = (int) Math.min(m.text().length, msgsz);
                int r = t.mem().writeLong(msgp, m.type());
                r = r < 0 ? r : t.mem().write(msgp + 8, m.text(), 0, n);
                return r < 0 ? r : n;
            }
            if (error[0] != -ENOMSG || (msgflg & IPC_NOWAIT) != 0) {
                return error[0];
            }
            int w = t.await(q.queue, 1, () -> q.has(msgtyp, except), Caller.FOREVER);
            if (w != 0) {
                return w == -ERESTARTSYS ? -ERESTARTNOHAND : w;
            }
        }
    }

    @Syscall(nr = Nr.msgctl)
    public static long sys_msgctl(Task t, int msqid, int cmd, long buf) {
        if (cmd == IPC_INFO || cmd == MSG_INFO) {
            byte[] b = new byte[32];
            int[] v = {0, 0, MessageQueue.MAX_SIZE, MessageQueue.DEFAULT_BYTES, 32000, 16, 0};
            if (cmd == MSG_INFO) {
                v[0] = table(t).used();
            }
            for (int i = 0; i < v.length; i++) {
                Bytes.put32(b, i * 4, v[i]);
            }
            int r = t.mem().write(buf, b);
            return r < 0 ? r : table(t).highest();
        }
        boolean byIndex = cmd == MSG_STAT || cmd == MSG_STAT_ANY;
        MessageQueue q = byIndex ? table(t).at(msqid) : table(t).find(msqid);
        if (q == null) {
            return -EINVAL;
        }
        switch (cmd) {
            case IPC_STAT, MSG_STAT, MSG_STAT_ANY -> {
                if (cmd != MSG_STAT_ANY && !q.may(t.creds(), 4)) {
                    return -EACCES;
                }
                byte[] b = q.stat(t.creds().userNs());
                localise(t, b, MsqidDsLayout.msg_lspid);
                localise(t, b, MsqidDsLayout.msg_lrpid);
                int r = t.mem().write(buf, b);
                return r < 0 || !byIndex ? r : q.id();
            }
            case IPC_RMID -> {
                if (!q.mayChange(t.creds())) {
                    return -EPERM;
                }
                table(t).remove(q);
                return 0;
            }
            case IPC_SET -> {
                byte[] b = new byte[MsqidDsLayout.SIZEOF];
                int r = t.mem().read(buf, b);
                if (r < 0) {
                    return r;
                }
                long max = Bytes.i64(b, MsqidDsLayout.msg_qbytes);
                if (!q.mayChange(t.creds())
                        || (max > Math.max(q.maxBytes(), MessageQueue.DEFAULT_BYTES)
                                && !t.creds().has(Cap.CAP_SYS_RESOURCE))) {
                    return -EPERM;
                }
                r = q.setPerm(b, t.creds().userNs());
                if (r < 0) {
                    return r;
                }
                q.setMaxBytes(max);
                q.queue.wake(1);
                return 0;
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    /** Makes a global pid in a structure the caller's own. */
    static void localise(Task t, byte[] b, int at) {
        Bytes.put32(b, at, t.localPid(Bytes.i32(b, at)));
    }
}
