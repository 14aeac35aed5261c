// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Errno;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Condition;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitPlace;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors that one poll or select asks about, with what the guest's memory said of them when the call came: it is
 * read once, however often the call looks. Each task has one set for all its calls, so that they take no memory.
 */
final class PollSet implements Condition, WaitPlace, HeapRoom.Holder {
    /** Heap of a descriptor that is waited for: places in arrays here and in its queue. */
    private static final int ENTRY_BYTES = 40;

    /** Sets that grew beyond this many are not kept. */
    private static final int KEPT = 64;

    private @Nullable Pollable[] sources;
    private int[] fds;
    private int[] wanted;
    private int[] found;
    private int size;
    private int charged;

    /** The array of poll(2), or the three bit sets of select(2), as they were read. */
    byte[] raw = new byte[0];

    byte[] ins = new byte[0];
    byte[] outs = new byte[0];
    byte[] exs = new byte[0];

    private PollSet() {
        sources = new Pollable[8];
        fds = new int[8];
        wanted = new int[8];
        found = new int[8];
    }

    /** The task's set; as the first run of the call left it when this is a further one. */
    static PollSet of(Task t) {
        if (t.pollSet instanceof PollSet s) {
            return s;
        }
        PollSet s = new PollSet();
        t.pollSet = s;
        return s;
    }

    /** The call is over: nothing that it looked at is held. */
    void clear(Task t) {
        if (sources.length > KEPT || raw.length > 8 * KEPT || ins.length > 8 * KEPT) {
            t.pollSet = null;
        }
        forget();
        giveBack();
    }

    private synchronized boolean charge() {
        int bytes = size * ENTRY_BYTES;
        if (charged == 0 && HeapRoom.OBJECTS.take(bytes)) {
            charged = bytes;
        }
        return charged != 0;
    }

    @Override
    public synchronized void giveBack() {
        HeapRoom.OBJECTS.give(charged);
        charged = 0;
    }

    /** Before a call says what it asks about. */
    void forget() {
        Arrays.fill(sources, 0, size, null);
        size = 0;
    }

    /**
     * Adds a descriptor.
     *
     * @param events the conditions that count, error and hang-up only if they are among them
     * @return false when it is not open: POLLNVAL
     */
    boolean add(Task t, int fd, int events) {
        if (size == sources.length) {
            int n = size * 2;
            sources = Arrays.copyOf(sources, n);
            fds = Arrays.copyOf(fds, n);
            wanted = Arrays.copyOf(wanted, n);
            found = Arrays.copyOf(found, n);
        }
        int i = size++;
        fds[i] = fd;
        sources[i] = null;
        found[i] = 0;
        wanted[i] = events;
        if (fd < 0) {
            return true;
        }
        FileDescription f = t.fget(fd);
        if (f == null || (f.flags() & O.O_PATH) != 0) {
            found[i] = POLLNVAL;
            return false;
        }
        sources[i] = f.pollableFor(t);
        return true;
    }

    int size() {
        return size;
    }

    int fd(int i) {
        return fds[i];
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
    int await(Task t, long deadline) {
        while (true) {
            int n = ask();
            if (n > 0) {
                return n;
            }
            if (size > KEPT && !charge()) {
                return -Errno.ENOMEM;
            }
            int r = t.awaitReady(this, union(), this, deadline);
            if (r != 0) {
                return r == -Errno.ETIMEDOUT ? 0 : r;
            }
        }
    }

    private int union() {
        int events = 0;
        for (int i = 0; i < size; i++) {
            events |= wanted[i];
        }
        return events;
    }

    @Override
    public boolean holds() {
        return ask() > 0;
    }

    @Override
    public void add(WaitEntry entry) {
        for (int i = 0; i < size; i++) {
            Pollable p = sources[i];
            if (p != null) {
                p.waitQueue().add(entry);
            }
        }
    }

    @Override
    public void remove(WaitEntry entry) {
        for (int i = 0; i < size; i++) {
            Pollable p = sources[i];
            if (p != null) {
                p.waitQueue().remove(entry);
            }
        }
    }
}
