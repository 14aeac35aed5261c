// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Poll;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.abi.SigeventLayout;
import io.sandjar.abi.Time;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.ipc.PosixQueue;
import io.sandjar.kernel.ipc.QueueFile;
import io.sandjar.kernel.net.SocketFile;
import io.sandjar.kernel.net.netlink.NetlinkSocket;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Deadline;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** POSIX message queues. */
public final class MqCalls {
    /** struct mq_attr: flags, most messages, longest message, messages now, four reserved. */
    private static final int ATTR_SIZE = 64;

    private static final int MAX_QUEUES = 256;

    private MqCalls() {}

    private static int readName(Task t, long address, Ref<String> out) {
        int r = t.mem().readString(address, O.PATH_MAX - 1, out);
        if (r < 0) {
            return r;
        }
        String n = out.get();
        return n.isEmpty()
                ? -ENOENT
                : n.length() > O.NAME_MAX
                        ? -ENAMETOOLONG
                        : n.indexOf('/') >= 0 || n.equals(".") || n.equals("..") ? -EACCES : 0;
    }

    @Syscall(nr = Nr.mq_open)
    public static long sys_mq_open(
            Task t, @As(Kind.STR) long name, @As(Kind.OPEN_FLAGS) int oflag, @As(Kind.OCTAL) int mode, long attr) {
        Ref<String> text = new Ref<>();
        int r = readName(t, name, text);
        if (r < 0) {
            return r;
        }
        int max = PosixQueue.MAX_MESSAGES;
        int size = PosixQueue.MAX_SIZE;
        byte[] b = new byte[ATTR_SIZE];
        if (attr != 0 && t.mem().read(attr, b) < 0) {
            return -EFAULT;
        }
        if ((oflag & O.O_CREAT) != 0 && attr != 0) {
            boolean hard = t.creds().has(Cap.CAP_SYS_RESOURCE);
            long m = Bytes.i64(b, 8);
            long s = Bytes.i64(b, 16);
            if (m <= 0
                    || s <= 0
                    || m > (hard ? PosixQueue.HARD_MESSAGES : PosixQueue.MAX_MESSAGES)
                    || s > (hard ? PosixQueue.HARD_SIZE : PosixQueue.MAX_SIZE)) {
                return -EINVAL;
            }
            max = (int) m;
            size = (int) s;
        }
        HashMap<String, PosixQueue> all = t.namespaces().ipc.queues;
        PosixQueue q;
        synchronized (all) {
            q = all.get(text.get());
            if (q == null) {
                if ((oflag & O.O_CREAT) == 0) {
                    return -ENOENT;
                }
                if (all.size() >= MAX_QUEUES) {
                    return -ENOSPC;
                }
                if (!hasRoom(t, all, PosixQueue.charge(max, size))) {
                    return -EMFILE;
                }
                q = new PosixQueue(t.creds(), mode & 0777 & ~t.umask(), max, size);
                all.put(text.get(), q);
            } else if ((oflag & (O.O_CREAT | O.O_EXCL)) == (O.O_CREAT | O.O_EXCL)) {
                return -EEXIST;
            } else if (!q.may(t.creds(), (O.readable(oflag) ? 4 : 0) | (O.writable(oflag) ? 2 : 0))) {
                return -EACCES;
            }
        }
        int flags = oflag & (O.O_ACCMODE | O.O_NONBLOCK);
        QueueFile f = new QueueFile(t.kernel().anon.newInode(O.S_IFREG | q.mode(), t.creds()), q, text.get(), flags);
        return PipeCalls.install(t, f, (oflag & O.O_CLOEXEC) != 0);
    }

    /** Whether the caller's user may have another queue of this size (RLIMIT_MSGQUEUE), with those that have a name. */
    private static boolean hasRoom(Task t, HashMap<String, PosixQueue> all, long bytes) {
        long used = bytes;
        for (PosixQueue q : all.values()) {
            used += q.uid() == t.creds().fsuid() ? q.charge() : 0;
        }
        return Long.compareUnsigned(used, t.rlimit(Rlimit.RLIMIT_MSGQUEUE)) <= 0;
    }

    @Syscall(nr = Nr.mq_unlink)
    public static long sys_mq_unlink(Task t, @As(Kind.STR) long name) {
        Ref<String> text = new Ref<>();
        int r = readName(t, name, text);
        if (r < 0) {
            return r;
        }
        HashMap<String, PosixQueue> all = t.namespaces().ipc.queues;
        synchronized (all) {
            PosixQueue q = all.get(text.get());
            if (q == null) {
                return -ENOENT;
            }
            if (q.uid() != t.creds().fsuid()
                    && !(t.creds().hasHere(Cap.CAP_FOWNER) && t.creds().userNs().localUid(q.uid()) != -1)) {
                return -EACCES;
            }
            all.remove(text.get());
            q.unlink();
            return 0;
        }
    }

    /** The queue behind a descriptor; null for EBADF. */
    private static @Nullable QueueFile find(Task t, int mqdes, boolean write, boolean any) {
        FileDescription f = t.fget(mqdes);
        return f instanceof QueueFile q && (any || (write ? f.writable() : f.readable())) ? q : null;
    }

    /** The time of an absolute CLOCK_REALTIME timeout, FOREVER for none, -EINVAL or -EFAULT. */
    private static long timeout(Task t, long timeout) {
        return timeout == 0 ? Caller.FOREVER : Waits.timespec(t, timeout);
    }

    private static Deadline deadline(long nanos) {
        return nanos == Caller.FOREVER ? Deadline.NEVER : Deadline.of(Time.CLOCK_REALTIME, nanos);
    }

    @Syscall(nr = Nr.mq_timedsend)
    public static long sys_mq_timedsend(
            Task t,
            @As(Kind.FD) int mqdes,
            @As(Kind.IN) long msg_ptr,
            long msg_len,
            int msg_prio,
            @As(Kind.TIMESPEC) long timeout) {
        long limit = timeout(t, timeout);
        if (limit < 0) {
            return limit;
        }
        if (msg_prio < 0 || msg_prio >= PosixQueue.MAX_PRIORITY) {
            return -EINVAL;
        }
        QueueFile f = find(t, mqdes, true, false);
        if (f == null) {
            return -EBADF;
        }
        PosixQueue q = f.messages();
        if (msg_len < 0 || msg_len > q.messageSize()) {
            return -EMSGSIZE;
        }
        byte[] text = new byte[(int) msg_len];
        int r = t.mem().read(msg_ptr, text);
        if (r < 0) {
            return r;
        }
        PosixQueue.Message m = new PosixQueue.Message(msg_prio, text);
        while (true) {
            r = q.send(m);
            if (r != -EAGAIN || f.nonblocking()) {
                return r;
            }
            int w = deadline(limit).await(t, q.queue, Poll.POLLOUT, () -> q.count() < q.maxMessages());
            if (w != 0) {
                return w;
            }
        }
    }

    @Syscall(nr = Nr.mq_timedreceive)
    public static long sys_mq_timedreceive(
            Task t,
            @As(Kind.FD) int mqdes,
            @As(Kind.OUT) long msg_ptr,
            long msg_len,
            long msg_prio,
            @As(Kind.TIMESPEC) long timeout) {
        long limit = timeout(t, timeout);
        if (limit < 0) {
            return limit;
        }
        QueueFile f = find(t, mqdes, false, false);
        if (f == null) {
            return -EBADF;
        }
        PosixQueue q = f.messages();
        if (Long.compareUnsigned(msg_len, q.messageSize()) < 0) {
            return -EMSGSIZE;
        }
        while (true) {
            PosixQueue.Message m = q.receive();
            if (m != null) {
                int r = t.mem().write(msg_ptr, m.text());
                if (r == 0 && msg_prio != 0) {
                    r = t.mem().writeInt(msg_prio, m.priority());
                }
                return r < 0 ? r : m.text().length;
            }
            if (f.nonblocking()) {
                return -EAGAIN;
            }
            q.receivers(1);
            int w = deadline(limit).await(t, q.queue, Poll.POLLIN, () -> q.count() > 0);
            q.receivers(-1);
            if (w != 0) {
                return w;
            }
        }
    }

    @Syscall(nr = Nr.mq_notify)
    public static long sys_mq_notify(Task t, @As(Kind.FD) int mqdes, long sevp) {
        byte[] b = new byte[SigeventLayout.SIZEOF];
        if (sevp != 0 && t.mem().read(sevp, b) < 0) {
            return -EFAULT;
        }
        QueueFile f = find(t, mqdes, false, true);
        if (f == null) {
            return -EBADF;
        }
        if (sevp == 0) {
            f.messages().unregister(t.globalPid());
            return 0;
        }
        int notify = Bytes.i32(b, SigeventLayout.sigev_notify);
        int signo = Bytes.i32(b, SigeventLayout.sigev_signo);
        if (notify == Sig.SIGEV_NONE) {
            return f.messages().register(t.globalPid(), () -> {});
        }
        if (notify != Sig.SIGEV_SIGNAL) {
            return notify == Sig.SIGEV_THREAD ? notifyThread(t, f, b) : -EINVAL;
        }
        if (!Sig.isValid(signo)) {
            return -EINVAL;
        }
        Kernel k = t.kernel();
        ThreadGroup g = t.group();
        SigInfo info = new SigInfo(
                signo,
                Sig.SI_MESGQ,
                0,
                t.group().pid(),
                t.creds().uid(),
                Bytes.i64(b, SigeventLayout.sigev_value),
                0,
                0,
                0);
        return f.messages().register(t.globalPid(), () -> k.signals().sendToGroup(g, info));
    }

    private static long notifyThread(Task t, QueueFile f, byte[] sigevent) {
        byte[] cookie = new byte[ThreadNotice.SIZE];
        int r = t.mem().read(Bytes.i64(sigevent, SigeventLayout.sigev_value), cookie);
        FileDescription d = t.fget(Bytes.i32(sigevent, SigeventLayout.sigev_signo));
        if (r < 0 || d == null) {
            return r < 0 ? r : -EBADF;
        }
        if (!(d instanceof SocketFile s)) {
            return -ENOTSOCK;
        }
        if (!(s.socket() instanceof NetlinkSocket n)) {
            return -EINVAL;
        }
        s.acquire();
        r = f.messages().register(t.globalPid(), new ThreadNotice(s, n, cookie));
        if (r < 0) {
            s.release();
        }
        return r;
    }

    @Syscall(nr = Nr.mq_getsetattr)
    public static long sys_mq_getsetattr(Task t, @As(Kind.FD) int mqdes, long newattr, long oldattr) {
        byte[] in = new byte[ATTR_SIZE];
        int r = newattr == 0 ? 0 : t.mem().read(newattr, in);
        if (r < 0) {
            return r;
        }
        QueueFile f = find(t, mqdes, false, true);
        if (f == null) {
            return -EBADF;
        }
        if ((Bytes.i64(in, 0) & ~(long) O.O_NONBLOCK) != 0) {
            return -EINVAL;
        }
        byte[] out = new byte[ATTR_SIZE];
        Bytes.put64(out, 0, f.flags() & O.O_NONBLOCK);
        Bytes.put64(out, 8, f.messages().maxMessages());
        Bytes.put64(out, 16, f.messages().messageSize());
        Bytes.put64(out, 24, f.messages().count());
        if (newattr != 0) {
            f.setFlags(f.flags() & ~O.O_NONBLOCK | Bytes.i32(in, 0) & O.O_NONBLOCK);
        }
        return oldattr == 0 ? 0 : t.mem().write(oldattr, out);
    }
}
