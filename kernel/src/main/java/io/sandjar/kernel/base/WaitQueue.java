// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/**
 * The waiters of one object. Waking walks a snapshot without any lock, because waking is far more frequent than
 * joining and the list is nearly always empty or short.
 */
public final class WaitQueue {
    /** Error and hang-up bits, which every waiter hears of: POLLERR | POLLHUP | POLLNVAL | POLLFREE. */
    private static final int ALWAYS = 0x8 | 0x10 | 0x20 | 0x4000;

    private static final WaitEntry[] NONE = new WaitEntry[0];

    private volatile WaitEntry[] entries = NONE;

    public synchronized void add(WaitEntry entry) {
        WaitEntry[] old = entries;
        WaitEntry[] next = new WaitEntry[old.length + 1];
        System.arraycopy(old, 0, next, 0, old.length);
        next[old.length] = entry;
        entries = next;
    }

    public synchronized void remove(WaitEntry entry) {
        WaitEntry[] old = entries;
        for (int i = 0; i < old.length; i++) {
            if (old[i] == entry) {
                if (old.length == 1) {
                    entries = NONE;
                    return;
                }
                WaitEntry[] next = new WaitEntry[old.length - 1];
                System.arraycopy(old, 0, next, 0, i);
                System.arraycopy(old, i + 1, next, i, old.length - 1 - i);
                entries = next;
                return;
            }
        }
    }

    public boolean isEmpty() {
        return entries.length == 0;
    }

    /** Wakes all waiters that want one of {@code events} (POLL* bits), exclusive ones only until one takes it. */
    public void wake(int events) {
        WaitEntry[] now = entries;
        boolean taken = false;
        for (WaitEntry e : now) {
            if ((events & (e.events | ALWAYS)) == 0 || (e.exclusive && taken)) {
                continue;
            }
            boolean used = e.wake(events);
            taken |= used && e.exclusive;
        }
    }
}
