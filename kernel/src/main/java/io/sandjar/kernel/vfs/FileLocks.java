// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.FlockLayout;
import java.util.HashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Advisory locks of the files of one file system: flock(2), record locks of processes and of open file descriptions
 * (fcntl(2)). Record locks of a process belong to its descriptor table, the others to the description.
 */
public final class FileLocks {
    /** A wait for a record lock, for finding circles. */
    private record Waiting(LockList list, LockList.Range wanted) {}

    private final ConcurrentHashMap<Object, LockList> records = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Object, LockList> whole = new ConcurrentHashMap<>();
    private final HashMap<Object, Waiting> waiting = new HashMap<>();

    FileLocks() {}

    // ---- flock(2) ----

    /** flock(2) with its operation: 0, -errno or {@link Caller#BLOCK}. */
    public static int flock(Caller c, FileDescription f, int operation) {
        FileLocks table = f.inode().fs.locks();
        int type;
        switch (operation & ~LOCK_NB) {
            case LOCK_SH -> type = F_RDLCK;
            case LOCK_EX -> type = F_WRLCK;
            case LOCK_UN -> type = F_UNLCK;
            default -> {
                return -EINVAL;
            }
        }
        LockList.Range wanted = new LockList.Range(f, c.globalPid(), type, 0, Long.MAX_VALUE);
        hook(f, table);
        while (true) {
            LockList list = list(table.whole, f);
            LockList.Range b = list.set(wanted);
            if (b == LockList.RETIRED) {
                continue;
            }
            if (b == null) {
                tidy(table.whole, f, type);
                return 0;
            }
            if (b == LockList.FULL) {
                return -ENOLCK;
            }
            list.drop(f); // a lock that is to be changed goes first
            if ((operation & LOCK_NB) != 0) {
                return -EAGAIN;
            }
            int r = c.await(list.queue, 1, () -> list.blocker(wanted) == null, Caller.FOREVER);
            if (r != 0) {
                return r;
            }
        }
    }

    // ---- fcntl(2) ----

    /** F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ kin with the address of a struct flock. */
    public static int fcntl(Caller c, FileDescription f, int fd, int cmd, long address) {
        byte[] b = new byte[FlockLayout.SIZEOF];
        int r = c.mem().read(address, b);
        if (r != 0) {
            return r;
        }
        boolean ofd = cmd >= F_OFD_GETLK;
        boolean get = cmd == F_GETLK || cmd == F_OFD_GETLK;
        int type = (short) Bytes.u16(b, FlockLayout.l_type);
        if (type < F_RDLCK || type > F_UNLCK || (get && !ofd && type == F_UNLCK)) {
            return -EINVAL;
        }
        if (ofd && Bytes.i32(b, FlockLayout.l_pid) != 0) {
            return -EINVAL;
        }
        long[] range = new long[2];
        r = range(c, f, b, range);
        if (r != 0) {
            return r;
        }
        Object owner = ofd ? f : c.fds();
        LockList.Range wanted = new LockList.Range(owner, ofd ? -1 : c.globalPid(), type, range[0], range[1]);
        FileLocks table = f.inode().fs.locks();
        if (get) {
            LockList list = table.records.get(f.inode().identity());
            return answer(c, address, b, type == F_UNLCK || list == null ? null : list.blocker(wanted));
        }
        if ((type == F_RDLCK && !f.readable()) || (type == F_WRLCK && !f.writable())) {
            return -EBADF;
        }
        if (ofd) {
            hook(f, table);
        }
        r = table.set(c, f, wanted, cmd == F_SETLKW || cmd == F_OFD_SETLKW, !ofd);
        if (r == 0 && !ofd && !c.fds().holds(fd, f)) { // closed meanwhile, and nobody would take the lock away
            closed(c, f);
        }
        return r;
    }

    private int set(Caller c, FileDescription f, LockList.Range wanted, boolean wait, boolean circles) {
        while (true) {
            LockList list = list(records, f);
            LockList.Range b = list.set(wanted);
            if (b == LockList.RETIRED) {
                continue;
            }
            if (b == null) {
                tidy(records, f, wanted.type());
                return 0;
            }
            if (b == LockList.FULL) {
                return -ENOLCK;
            }
            if (!wait) {
                return -EAGAIN;
            }
            if (circles && circle(wanted.owner(), b)) {
                return -EDEADLK;
            }
            if (circles) {
                note(wanted.owner(), new Waiting(list, wanted));
            }
            int r = c.await(list.queue, 1, () -> list.blocker(wanted) == null, Caller.FOREVER);
            if (circles) {
                note(wanted.owner(), null);
            }
            if (r != 0) {
                return r;
            }
        }
    }

    private void note(Object owner, @Nullable Waiting w) {
        synchronized (waiting) {
            if (w == null) {
                waiting.remove(owner);
            } else {
                waiting.put(owner, w);
            }
        }
    }

    /** Whether waiting for {@code b} would make {@code owner} wait for itself. */
    private boolean circle(Object owner, LockList.Range b) {
        LockList.Range at = b;
        for (int i = 0; i < 64; i++) {
            Waiting w;
            synchronized (waiting) {
                w = waiting.get(at.owner());
            }
            if (w == null) {
                return false;
            }
            LockList.Range next = w.list.blocker(w.wanted);
            if (next == null) {
                return false;
            }
            if (next.owner() == owner) {
                return true;
            }
            at = next;
        }
        return false;
    }

    private static int range(Caller c, FileDescription f, byte[] b, long[] out) {
        long start = Bytes.i64(b, FlockLayout.l_start);
        long len = Bytes.i64(b, FlockLayout.l_len);
        switch (Bytes.u16(b, FlockLayout.l_whence)) {
            case SEEK_SET -> {}
            case SEEK_CUR -> {
                long pos = f.lseek(c, 0, SEEK_CUR);
                start += Math.max(pos, 0);
            }
            case SEEK_END -> {
                Stat s = new Stat();
                f.stat(s);
                start += s.size;
            }
            default -> {
                return -EINVAL;
            }
        }
        if (len < 0) {
            out[0] = start + len;
            out[1] = start - 1;
        } else {
            out[0] = start;
            out[1] = len == 0 ? Long.MAX_VALUE : start + len - 1;
            if (start >= 0 && out[1] < 0) {
                return -EOVERFLOW;
            }
        }
        return out[0] < 0 ? -EINVAL : 0;
    }

    private static int answer(Caller c, long address, byte[] b, LockList.@Nullable Range r) {
        if (r == null) {
            Bytes.put16(b, FlockLayout.l_type, F_UNLCK);
        } else {
            Bytes.put16(b, FlockLayout.l_type, r.type());
            Bytes.put16(b, FlockLayout.l_whence, SEEK_SET);
            Bytes.put64(b, FlockLayout.l_start, r.start());
            Bytes.put64(b, FlockLayout.l_len, r.end() == Long.MAX_VALUE ? 0 : r.end() - r.start() + 1);
            Bytes.put32(b, FlockLayout.l_pid, r.pid() == -1 ? -1 : c.localPid(r.pid()));
        }
        return c.mem().write(address, b);
    }

    // ---- ends ----

    /** A descriptor was closed: the process loses its record locks on the file. */
    static void closed(Caller c, FileDescription f) {
        FileLocks table = f.inode().fs.locksIfAny();
        if (table != null && !table.records.isEmpty()) {
            drop(table.records, f.inode().identity(), c.fds());
        }
    }

    private static void hook(FileDescription f, FileLocks table) {
        if (f.lockHook) {
            return;
        }
        f.lockHook = true;
        Object id = f.inode().identity();
        f.addReleaseHook(() -> {
            drop(table.whole, id, f);
            drop(table.records, id, f);
        });
    }

    private static LockList list(ConcurrentHashMap<Object, LockList> map, FileDescription f) {
        Object id = f.inode().identity();
        LockList l = map.get(id);
        if (l == null) {
            LockList made = new LockList(f.inode().fs.dev(), f.inode().ino());
            l = map.putIfAbsent(id, made);
            return l == null ? made : l;
        }
        return l;
    }

    /** A list that nobody needs goes. */
    private static void tidy(ConcurrentHashMap<Object, LockList> map, FileDescription f, int type) {
        if (type == F_UNLCK) {
            Object id = f.inode().identity();
            LockList l = map.get(id);
            if (l != null && l.retire()) {
                map.remove(id, l);
            }
        }
    }

    private static void drop(ConcurrentHashMap<Object, LockList> map, Object id, Object owner) {
        LockList l = map.get(id);
        if (l != null) {
            l.drop(owner);
            if (l.retire()) {
                map.remove(id, l);
            }
        }
    }

    // ---- /proc/locks ----

    /**
     * The lines of a file system's locks.
     *
     * @param n the number of the last line before
     * @return that of the last one now
     */
    public static int describe(FileSystem fs, Caller c, int n, StringBuilder b) {
        FileLocks table = fs.locksIfAny();
        if (table == null) {
            return n;
        }
        int last = n;
        for (LockList l : table.whole.values()) {
            last = lines(l, "FLOCK  ", c, last, b);
        }
        for (LockList l : table.records.values()) {
            last = lines(l, "POSIX  ", c, last, b);
        }
        return last;
    }

    private static int lines(LockList l, String kind, Caller c, int n, StringBuilder b) {
        int last = n;
        for (LockList.Range r : l.held()) {
            boolean ofd = r.pid() == -1;
            int pid = ofd ? -1 : c.localPid(r.pid());
            if (pid == 0) {
                continue; // nobody that the reader could see
            }
            b.append(++last).append(": ").append(ofd ? "OFDLCK " : kind).append("ADVISORY  ");
            b.append(r.type() == F_WRLCK ? "WRITE " : "READ ").append(pid).append(' ');
            hex(Stat.major(l.dev), b).append(':');
            hex(Stat.minor(l.dev), b).append(':').append(l.ino).append(' ');
            b.append(r.start()).append(' ');
            if (r.end() == Long.MAX_VALUE) {
                b.append("EOF\n");
            } else {
                b.append(r.end()).append('\n');
            }
        }
        return last;
    }

    private static StringBuilder hex(int n, StringBuilder b) {
        return (n < 16 ? b.append('0') : b).append(Integer.toHexString(n));
    }
}
