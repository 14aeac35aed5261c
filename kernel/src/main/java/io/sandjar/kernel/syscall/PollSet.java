// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Errno;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The descriptors that one poll or select asks about. */
final class PollSet implements Condition {
    private final Task t;
    private @Nullable Pollable[] sources;
    private int[] wanted;
    private int[] found;
    private int size;
    private volatile boolean woken;

    PollSet(Task t, int capacity) {
        this.t = t;
        sources = new Pollable[capacity];
        wanted = new int[capacity];
        found = new int[capacity];
    }

    /**
     * Adds a descriptor.
     *
     * @param events the conditions that count, error and hang-up only if they are among them
     * @return false when it is not open: POLLNVAL
     */
    boolean add(int fd, int events) {
        if (size == sources.length) {
            int n = Math.max(8, size * 2);
            sources = Arrays.copyOf(sources, n);
            wanted = Arrays.copyOf(wanted, n);
            found = Arrays.copyOf(found, n);
        }
        int i = size++;
        if (fd < 0) {
            return true;
        }
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O.O_PATH) != 0) {
            found[i] = POLLNVAL;
            return false;
        }
        sources[i] = f.pollableFor(t);
        wanted[i] = events;
        return true;
    }

    int size() {
        return size;
    }

    int found(int i) {
        return found[i];
    }

    /** Asks all; how many have something. */
    int ask() {
        int n = 0;
        for (int i = 0; i < size; i++) {
            Pollable p = sources[i];
            if (p != null) {
                found[i] = p.poll() & wanted[i];
            }
            if (found[i] != 0) {
                n++;
            }
        }
        return n;
    }

    /**
     * Asks until something is found.
     *
     * @return how many descriptors have something; 0 when the time is over; -ERESTARTSYS or BLOCK
     */
    int await(long deadline) {
        int n = ask();
        if (n > 0) {
            return n;
        }
        WaitQueue own = new WaitQueue();
        if (!t.mayPark()) {
            return ended(t.await(own, 0, this, deadline));
        }
        Relay[] relays = new Relay[size];
        for (int i = 0; i < size; i++) {
            Pollable p = sources[i];
            if (p != null) {
                relays[i] = new Relay(this, own, wanted[i]);
                p.waitQueue().add(relays[i]);
            }
        }
        try {
            while (true) {
                woken = false;
                n = ask();
                if (n > 0) {
                    return n;
                }
                int r = t.await(own, POLLIN, this, deadline);
                if (r != 0) {
                    return ended(r);
                }
            }
        } finally {
            for (int i = 0; i < size; i++) {
                Pollable p = sources[i];
                if (p != null) {
                    p.waitQueue().remove(relays[i]);
                }
            }
        }
    }

    private int ended(int r) {
        return r == -Errno.ETIMEDOUT ? 0 : r;
    }

    @Override
    public boolean holds() {
        return woken;
    }

    /** Passes a wake-up of one source on to the set's own queue. */
    private static final class Relay extends WaitEntry {
        private final PollSet set;
        private final WaitQueue to;

        Relay(PollSet set, WaitQueue to, int events) {
            super(events);
            this.set = set;
            this.to = to;
        }

        @Override
        public boolean wake(int events) {
            set.woken = true;
            to.wake(POLLIN);
            return true;
        }
    }
}
