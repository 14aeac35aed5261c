// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.epoll;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import org.jspecify.annotations.Nullable;

/** The items of an epoll set that may have something to report, oldest first: a doubly linked list. */
final class ReadyList {
    private final OrderedLock lock = new OrderedLock(LockLevel.LEAF);
    private volatile @Nullable EpollItem first;
    private @Nullable EpollItem last;
    private int size;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** @return false when it was listed already */
    boolean add(EpollItem item) {
        lock.lock();
        try {
            if (item.listed) {
                return false;
            }
            item.listed = true;
            item.next = null;
            item.previous = last;
            if (last == null) {
                first = item;
            } else {
                last.next = item;
            }
            last = item;
            size++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void addFirst(EpollItem item) {
        lock.lock();
        try {
            if (item.listed) {
                return;
            }
            item.listed = true;
            EpollItem head = first;
            item.previous = null;
            item.next = head;
            if (head == null) {
                last = item;
            } else {
                head.previous = item;
            }
            first = item;
            size++;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the first; null when there is none. */
    @Nullable
    EpollItem poll() {
        lock.lock();
        try {
            EpollItem item = first;
            if (item != null) {
                unlink(item);
            }
            return item;
        } finally {
            lock.unlock();
        }
    }

    void remove(EpollItem item) {
        lock.lock();
        try {
            if (item.listed) {
                unlink(item);
            }
        } finally {
            lock.unlock();
        }
    }

    private void unlink(EpollItem item) {
        EpollItem before = item.previous;
        EpollItem after = item.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        item.next = null;
        item.previous = null;
        item.listed = false;
        size--;
    }
}
