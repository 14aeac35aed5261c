// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.epoll;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.EpollEventLayout;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of descriptors that are waited for together. An item hangs in the wait queue of its file; a wake-up puts it into
 * the ready list, and collecting asks the listed files what really holds. Level-triggered items go back into the list
 * after each report, edge-triggered ones wait for the next wake-up.
 *
 * <p>Two locks: {@code lock} (FILE) serialises changes and collecting and may be held while files are polled; {@code
 * ready} (LEAF) guards the list only, because wake-ups come under the locks of files.
 */
public final class Epoll extends FileDescription implements Condition {
    /** How deep epoll sets may watch each other. */
    private static final int MAX_NESTING = 5;

    /** Bits of {@code events} that are not conditions. */
    static final int FLAGS = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;

    /** Heap of a watched descriptor: the item, its entry in the file's queue, places in tables. */
    private static final int ITEM_BYTES = 220;

    private final Inode inode;
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private final HashMap<EpollItem, EpollItem> items = new HashMap<>();
    private final WaitQueue queue = new WaitQueue();
    private final ReadyList ready = new ReadyList();
    private byte[] out = new byte[EpollEventLayout.SIZEOF * 4];
    private EpollItem[] again = new EpollItem[4];
    private boolean closed;

    public Epoll(Inode inode, int flags) {
        super(null, flags);
        this.inode = inode;
    }

    @Override
    protected int heapBytes() {
        return 450;
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
    public long ioctl(Caller c, int cmd, long arg) {
        return -EINVAL; // it has commands of its own, and these are none of them
    }

    @Override
    public String describe() {
        return "anon_inode:[eventpoll]";
    }

    /** Called by an item's wait entry: puts it into the list and tells who waits for this set. */
    boolean wakeItem(EpollItem item) {
        ready.add(item);
        boolean used = !queue.isEmpty();
        queue.wake(POLLIN | POLLRDNORM);
        return used;
    }

    /** Whether there may be something to collect. */
    @Override
    public boolean holds() {
        return !ready.isEmpty();
    }

    /** EPOLL_CTL_ADD. The caller holds the nesting lock if {@code file} is an epoll set. */
    public int add(FileDescription file, int fd, int events, long data, Caller c) {
        EpollItem item = new EpollItem(this, file, fd, file.pollableFor(c));
        lock.lock();
        try {
            if (closed) {
                return -EBADF;
            }
            if (items.containsKey(item)) {
                return -EEXIST;
            }
            if (!HeapRoom.OBJECTS.take(ITEM_BYTES)) {
                return -ENOMEM;
            }
            items.put(item, item);
            item.arm(events, data);
        } finally {
            lock.unlock();
        }
        if (!file.addReleaseHook(item)) {
            remove(item);
            return -EBADF;
        }
        return 0;
    }

    public int modify(FileDescription file, int fd, int events, long data) {
        lock.lock();
        try {
            EpollItem item = items.get(new EpollItem(this, file, fd, file));
            if (item == null) {
                return -ENOENT;
            }
            if ((item.events() & EPOLLEXCLUSIVE) != 0 || (events & EPOLLEXCLUSIVE) != 0) {
                return -EINVAL;
            }
            item.disarm();
            item.arm(events, data);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    public int delete(FileDescription file, int fd) {
        EpollItem item;
        lock.lock();
        try {
            item = items.get(new EpollItem(this, file, fd, file));
        } finally {
            lock.unlock();
        }
        if (item == null) {
            return -ENOENT;
        }
        file.removeReleaseHook(item);
        remove(item);
        return 0;
    }

    /** The {@code nth} open file that is watched under a descriptor's number (kcmp(2)); null when there is none. */
    public @Nullable FileDescription target(int fd, int nth) {
        lock.lock();
        try {
            int left = nth;
            for (EpollItem item : items.keySet()) {
                if (item.fd() == fd && left-- == 0) {
                    return item.file();
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an item out: it was deleted, or its file is gone. */
    void remove(EpollItem item) {
        lock.lock();
        try {
            if (items.remove(item) != null) {
                HeapRoom.OBJECTS.give(ITEM_BYTES);
                item.disarm();
                ready.remove(item);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reports up to {@code max} events at {@code address}.
     *
     * @return how many, or -EFAULT
     */
    public int collect(UserMemory mem, long address, int max) {
        if (ready.isEmpty()) {
            return 0;
        }
        int found = 0;
        int listed = 0;
        boolean more;
        lock.lock();
        try {
            for (int n = ready.size(); n > 0 && found < max; n--) {
                EpollItem item = ready.poll();
                if (item == null) {
                    break;
                }
                int events = item.pollNow();
                if (events == 0) {
                    continue;
                }
                encode(found++, events, item.data());
                if ((item.events() & EPOLLONESHOT) != 0) {
                    item.disarm();
                } else if ((item.events() & EPOLLET) == 0) {
                    again[listed++] = item;
                }
            }
            for (int i = 0; i < listed; i++) {
                ready.add(again[i]);
            }
            java.util.Arrays.fill(again, 0, listed, null);
            int r = found == 0 ? 0 : mem.write(address, out, 0, found * EpollEventLayout.SIZEOF);
            if (r < 0) {
                return r;
            }
            more = !ready.isEmpty();
        } finally {
            lock.unlock();
        }
        if (more && found > 0 && !queue.isEmpty()) {
            queue.wake(POLLIN | POLLRDNORM);
        }
        return found;
    }

    private void encode(int index, int events, long data) {
        int at = index * EpollEventLayout.SIZEOF;
        if (at == out.length) {
            out = java.util.Arrays.copyOf(out, at * 2);
            again = java.util.Arrays.copyOf(again, again.length * 2);
        }
        Bytes.put32(out, at, events);
        Bytes.put64(out, at + EpollEventLayout.data, data);
    }

    /** Ready when one of the listed items is; those that are not leave the list. */
    @Override
    public int poll() {
        if (ready.isEmpty()) {
            return 0;
        }
        lock.lock();
        try {
            for (int n = ready.size(); n > 0; n--) {
                EpollItem item = ready.poll();
                if (item == null) {
                    break;
                }
                if (item.pollNow() != 0) {
                    ready.addFirst(item);
                    return POLLIN | POLLRDNORM;
                }
            }
            return 0;
        } finally {
            lock.unlock();
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

    /** Whether watching {@code target} from here makes a circle or too deep a nest. Under the nesting lock. */
    public boolean loops(Epoll target) {
        return target == this || target.depth(this, 1) >= MAX_NESTING;
    }

    /** How deep this set watches others; a large number when {@code seeker} is among them. */
    private int depth(Epoll seeker, int level) {
        if (level > MAX_NESTING) {
            return level;
        }
        EpollItem[] now;
        lock.lock();
        try {
            now = items.values().toArray(new EpollItem[0]);
        } finally {
            lock.unlock();
        }
        int deepest = level;
        for (EpollItem item : now) {
            if (item.file() instanceof Epoll e) {
                deepest = Math.max(deepest, e == seeker ? MAX_NESTING : e.depth(seeker, level + 1));
            }
        }
        return deepest;
    }

    @Override
    protected void onRelease() {
        EpollItem[] all;
        lock.lock();
        try {
            closed = true;
            all = items.values().toArray(new EpollItem[0]);
        } finally {
            lock.unlock();
        }
        for (EpollItem item : all) {
            item.file().removeReleaseHook(item);
            remove(item);
        }
    }

    @Override
    public void moreInfo(Caller c, StringBuilder out) {
        lock.lock();
        try {
            for (EpollItem item : items.values()) {
                padded(out.append("tfd: "), Integer.toString(item.fd()), 8);
                padded(out.append(" events: "), Integer.toHexString(item.events()), 8);
                padded(out.append(" data: "), Long.toHexString(item.data()), 16);
                out.append("  pos:0 ino:")
                        .append(Long.toHexString(item.file().inode().ino()))
                        .append(" sdev:0\n");
            }
        } finally {
            lock.unlock();
        }
    }

    private static void padded(StringBuilder out, String text, int width) {
        for (int i = text.length(); i < width; i++) {
            out.append(' ');
        }
        out.append(text);
    }
}
