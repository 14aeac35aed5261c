// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.epoll;

import static io.sandjar.abi.Poll.*;

import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.vfs.FileDescription;
import org.jspecify.annotations.Nullable;

/**
 * One watched descriptor of an epoll set, known by its description and its number. It holds no reference to the
 * description: the last descriptor that is closed takes it out of the set. Guarded by the set's lock, the links by the
 * lock of the ready list.
 */
final class EpollItem implements FileDescription.ReleaseHook {
    private final Epoll set;
    private final FileDescription file;
    private final int fd;
    private final Pollable source;
    private volatile int events;
    private long data;
    private @Nullable Entry entry;

    // of the ready list
    @Nullable
    EpollItem next;

    @Nullable
    EpollItem previous;

    boolean listed;

    EpollItem(Epoll set, FileDescription file, int fd, Pollable source) {
        this.set = set;
        this.file = file;
        this.fd = fd;
        this.source = source;
    }

    FileDescription file() {
        return file;
    }

    int fd() {
        return fd;
    }

    int events() {
        return events;
    }

    long data() {
        return data;
    }

    /** Starts watching; what holds already counts as an event. */
    void arm(int newEvents, long newData) {
        events = newEvents | EPOLLERR | EPOLLHUP;
        data = newData;
        Entry e = new Entry(this, newEvents & ~Epoll.FLAGS, (newEvents & EPOLLEXCLUSIVE) != 0);
        entry = e;
        source.waitQueue().add(e);
        if (pollNow() != 0) {
            set.wakeItem(this);
        }
    }

    /** Stops watching; the flags stay for EPOLL_CTL_MOD to look at. */
    void disarm() {
        events &= Epoll.FLAGS;
        Entry e = entry;
        if (e != null) {
            entry = null;
            source.waitQueue().remove(e);
        }
    }

    /** The conditions that are asked for and hold. */
    int pollNow() {
        int want = events & ~Epoll.FLAGS;
        return want == 0 ? 0 : source.poll() & want;
    }

    @Override
    public void released() {
        set.remove(this);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof EpollItem i && i.set == set && i.file == file && i.fd == fd;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(file) * 31 + fd;
    }

    private static final class Entry extends WaitEntry {
        private final EpollItem item;

        Entry(EpollItem item, int events, boolean exclusive) {
            super(events, exclusive);
            this.item = item;
        }

        @Override
        public boolean wake(int events) {
            return item.entry == this && item.set.wakeItem(item);
        }
    }
}
