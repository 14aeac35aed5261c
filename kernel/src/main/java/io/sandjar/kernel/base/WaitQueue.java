// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import org.jspecify.annotations.Nullable;

/**
 * The waiters of one object. Waking walks a snapshot without any lock, because waking is far more frequent than
 * joining and the list is nearly always empty or has one entry, which then takes no memory.
 */
public final class WaitQueue implements WaitPlace {
    /** Error and hang-up bits, which every waiter hears of: POLLERR | POLLHUP | POLLNVAL | POLLFREE. */
    private static final int ALWAYS = 0x8 | 0x10 | 0x20 | 0x4000;

    /** Null, a {@link WaitEntry}, or an array of at least two. What it points to is never changed. */
    private volatile @Nullable Object waiters;

    @Override
    public synchronized void add(WaitEntry entry) {
        Object old = waiters;
        if (old == null) {
            waiters = entry;
        } else if (old instanceof WaitEntry[] several) {
            WaitEntry[] next = new WaitEntry[several.length + 1];
            System.arraycopy(several, 0, next, 0, several.length);
            next[several.length] = entry;
            waiters = next;
        } else {
            waiters = new WaitEntry[] {(WaitEntry) old, entry};
        }
    }

    @Override
    public synchronized void remove(WaitEntry entry) {
        Object old = waiters;
        if (old == entry) {
            waiters = null;
        } else if (old instanceof WaitEntry[] several) {
            for (int i = 0; i < several.length; i++) {
                if (several[i] == entry) {
                    waiters = without(several, i);
                    return;
                }
            }
        }
    }

    private static Object without(WaitEntry[] several, int i) {
        if (several.length == 2) {
            return several[1 - i];
        }
        WaitEntry[] next = new WaitEntry[several.length - 1];
        System.arraycopy(several, 0, next, 0, i);
        System.arraycopy(several, i + 1, next, i, next.length - i);
        return next;
    }

    public boolean isEmpty() {
        return waiters == null;
    }

    /** Wakes all waiters that want one of {@code events} (POLL* bits), exclusive ones only until one takes it. */
    public void wake(int events) {
        Object now = waiters;
        if (now == null) {
            return;
        }
        if (now instanceof WaitEntry one) {
            if (wants(one, events)) {
                one.wake(events);
            }
            return;
        }
        boolean taken = false;
        for (WaitEntry e : (WaitEntry[]) now) {
            if (wants(e, events) && !(e.exclusive && taken)) {
                taken |= e.wake(events) && e.exclusive;
            }
        }
    }

    private static boolean wants(WaitEntry e, int events) {
        return (events & (e.events() | ALWAYS)) != 0;
    }
}
