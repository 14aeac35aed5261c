// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.inotify;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.InotifyEventLayout;
import io.sandjar.abi.Ioctl;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.UserCounts;
import io.sandjar.kernel.vfs.UserNamespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** A queue of events of watched files. Guarded by the monitor of {@code events}, a leaf. */
public final class InotifyFile extends FileDescription {
    /** As /proc/sys/fs/inotify/max_queued_events. */
    private static final int MAX_EVENTS = 16384;

    /** What tells when an event is wanted; the rest of a mask are flags. */
    private static final int CONDITIONS = IN_ALL_EVENTS | IN_UNMOUNT;

    private static final int EVENT_BYTES = 90;
    private static final int OVERFLOW_BYTES = 400;
    private static final int WATCH_BYTES = 250;

    private final Inode inode;
    private final WaitQueue queue = new WaitQueue();
    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private final HashMap<Integer, WatchedInode> watches = new HashMap<>();
    private final HashMap<Object, WatchedInode> byInode = new HashMap<>();
    private final UserCounts users;
    private final UserNamespace home;
    private final int uid;
    private int lastWd;
    private int bytes;
    private boolean over;

    /** One event, as it is read. */
    private record Event(
            int wd, int mask, int cookie, @Nullable String name) {
        int heapBytes() {
            return EVENT_BYTES + (name == null ? 0 : name.length());
        }

        int size() {
            return InotifyEventLayout.SIZEOF + (name == null ? 0 : (name.length() + 16) & -16);
        }
    }

    /** @param users where it, counted already, and its watches count for {@code uid} in {@code home} */
    public InotifyFile(Inode inode, int flags, UserCounts users, UserNamespace home, int uid) {
        super(null, flags);
        this.inode = inode;
        this.users = users;
        this.home = home;
        this.uid = uid;
    }

    @Override
    protected int heapBytes() {
        return 600;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    /** Accepted, and of no effect: it stays at 0. */
    @Override
    public long lseek(Caller c, long off, int whence) {
        return 0;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public String describe() {
        return "anon_inode:inotify";
    }

    /** inotify_add_watch(2) on an inode: the watch descriptor, -EEXIST or -ENOSPC. */
    public int watch(Inode target, int mask) {
        WatchedInode made;
        synchronized (events) {
            WatchedInode w = byInode.get(target.identity());
            if (w != null) {
                if ((mask & IN_MASK_CREATE) != 0) {
                    return -EEXIST;
                }
                w.mask = (mask & IN_MASK_ADD) != 0 ? w.mask | mask : mask;
                return w.wd;
            }
            if (!users.take(UserCounts.INOTIFY_WATCHES, home, uid)) {
                return -ENOSPC;
            }
            if (!HeapRoom.OBJECTS.take(WATCH_BYTES)) {
                users.give(UserCounts.INOTIFY_WATCHES, home, uid);
                return -ENOSPC;
            }
            made = new WatchedInode(this, target, ++lastWd, mask);
            watches.put(made.wd, made);
            byInode.put(target.identity(), made);
        }
        target.fs.notify.add(target, made);
        return made.wd;
    }

    /** inotify_rm_watch(2). */
    public int unwatch(int wd) {
        WatchedInode w;
        synchronized (events) {
            w = watches.get(wd);
        }
        if (w == null) {
            return -EINVAL;
        }
        end(w);
        return 0;
    }

    private void end(WatchedInode w) {
        w.target.fs.notify.remove(w.target, w);
        synchronized (events) {
            if (watches.remove(w.wd) == null) {
                return;
            }
            byInode.remove(w.target.identity(), w);
            forgetWatch();
            put(new Event(w.wd, IN_IGNORED, 0, null));
        }
        queue.wake(POLLIN | POLLRDNORM);
    }

    private void forgetWatch() {
        users.give(UserCounts.INOTIFY_WATCHES, home, uid);
        HeapRoom.OBJECTS.give(WATCH_BYTES);
    }

    /** Queues an event; the same as the last one is not repeated. */
    private void put(Event e) {
        Event last = events.peekLast();
        if (over || e.equals(last)) {
            return;
        }
        if (events.size() >= MAX_EVENTS || !HeapRoom.OBJECTS.has(OVERFLOW_BYTES)) {
            if (last == null || last.mask == IN_Q_OVERFLOW) {
                return;
            }
            e = new Event(-1, IN_Q_OVERFLOW, 0, null);
        }
        events.add(e);
        bytes += e.size();
        HeapRoom.OBJECTS.count(e.heapBytes());
    }

    private void report(WatchedInode w, int mask, int cookie, @Nullable String name) {
        if ((mask & w.mask & CONDITIONS) == 0) {
            if ((mask & IN_DELETE_SELF) != 0) {
                end(w);
            }
            return;
        }
        synchronized (events) {
            if (watches.get(w.wd) != w) {
                return;
            }
            put(new Event(w.wd, mask & (w.mask & CONDITIONS | IN_ISDIR), cookie, name));
        }
        queue.wake(POLLIN | POLLRDNORM);
        if ((w.mask & IN_ONESHOT) != 0 || (mask & IN_DELETE_SELF) != 0) {
            end(w);
        }
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        long n = 0;
        while (true) {
            Event e;
            synchronized (events) {
                e = events.peek();
                if (e == null || e.size() > dst.remaining()) {
                    return n > 0 ? n : e == null ? -EAGAIN : -EINVAL;
                }
                events.remove();
                HeapRoom.OBJECTS.give(e.heapBytes());
                bytes -= e.size();
            }
            byte[] b = encode(e);
            int r = dst.put(b, 0, b.length);
            if (r < 0) {
                return n > 0 ? n : r;
            }
            n += b.length;
        }
    }

    private static byte[] encode(Event e) {
        byte[] b = new byte[e.size()];
        Bytes.put32(b, InotifyEventLayout.wd, e.wd);
        Bytes.put32(b, InotifyEventLayout.mask, e.mask);
        Bytes.put32(b, InotifyEventLayout.cookie, e.cookie);
        Bytes.put32(b, InotifyEventLayout.len, b.length - InotifyEventLayout.SIZEOF);
        if (e.name != null) {
            byte[] raw = e.name.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(raw, 0, b, InotifyEventLayout.name, raw.length);
        }
        return b;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        if (cmd != Ioctl.FIONREAD) {
            return -ENOTTY;
        }
        int n;
        synchronized (events) {
            n = bytes;
        }
        return c.mem().writeInt(arg, n);
    }

    @Override
    public int poll() {
        synchronized (events) {
            return events.isEmpty() ? 0 : POLLIN | POLLRDNORM;
        }
    }

    @Override
    public WaitQueue waitQueue() {
        return queue;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    protected void onRelease() {
        ArrayList<WatchedInode> all;
        synchronized (events) {
            all = new ArrayList<>(watches.values());
            watches.clear();
            byInode.clear();
            for (Event e : events) {
                HeapRoom.OBJECTS.give(e.heapBytes());
            }
            events.clear();
            over = true;
        }
        users.give(UserCounts.INOTIFY_INSTANCES, home, uid);
        for (WatchedInode w : all) {
            forgetWatch();
            w.target.fs.notify.remove(w.target, w);
        }
    }

    /** A watch descriptor. */
    private static final class WatchedInode implements FsNotify.Watch {
        private final InotifyFile file;
        private final Inode target;
        private final int wd;
        private volatile int mask;

        WatchedInode(InotifyFile file, Inode target, int wd, int mask) {
            this.file = file;
            this.target = target;
            this.wd = wd;
            this.mask = mask;
        }

        @Override
        public void event(int what, int cookie, @Nullable String name) {
            file.report(this, what, cookie, name);
        }
    }
}
