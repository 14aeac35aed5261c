// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Mm.*;

import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The objects of one kind, by id and by key. An id is an index and a sequence number, so that old ids miss. */
public final class IpcTable<T extends IpcObject> {
    /** Most objects of a kind, as in Linux. */
    public static final int MAX = 32768;

    private final ArrayList<@Nullable T> slots = new ArrayList<>();
    private final UserNamespace owner;
    private int sequence;

    /** The index that was given last. */
    private int last = -1;

    private int used;

    IpcTable(UserNamespace owner) {
        this.owner = owner;
    }

    /**
     * semget, msgget, shmget.
     *
     * @param make gives the new object for its key, or null when there is no room (ENOSPC)
     * @return the id or -errno; the caller checks sizes of existing objects
     */
    public synchronized int get(Creds c, int key, int flags, IntFunction<@Nullable T> make) {
        if (key != IPC_PRIVATE) {
            for (T o : slots) {
                if (o != null && o.key == key && !o.removed()) {
                    if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL)) {
                        return -EEXIST;
                    }
                    int want = flags >> 6 | flags >> 3 | flags;
                    return o.may(c, want & 7) ? o.id() : -EACCES;
                }
            }
            if ((flags & IPC_CREAT) == 0) {
                return -ENOENT;
            }
        }
        if (used >= MAX) {
            return -ENOSPC;
        }
        T made = make.apply(key);
        if (made == null || !HeapRoom.OBJECTS.take(made.heapBytes())) {
            if (made != null) {
                made.gone();
            }
            return -ENOSPC;
        }
        int i = 0;
        while (i < slots.size() && slots.get(i) != null) {
            i++;
        }
        if (i == slots.size()) {
            slots.add(made);
        } else {
            slots.set(i, made);
        }
        used++;
        if (i <= last) { // an index that was there before: its old ids are to miss
            sequence = sequence + 1 & 0x7fff;
        }
        last = i;
        made.setId(sequence * MAX + i, owner);
        return made.id();
    }

    /** The object of an id; null for EINVAL. */
    public synchronized @Nullable T find(int id) {
        T o = id < 0 ? null : at(id % MAX);
        return o != null && o.id() == id ? o : null;
    }

    /** The object at an index (SEM_STAT and friends); null for EINVAL. */
    public synchronized @Nullable T at(int index) {
        return index >= 0 && index < slots.size() ? slots.get(index) : null;
    }

    public synchronized int used() {
        return used;
    }

    /** The highest index in use, 0 for none. */
    public synchronized int highest() {
        for (int i = slots.size() - 1; i > 0; i--) {
            if (slots.get(i) != null) {
                return i;
            }
        }
        return 0;
    }

    public synchronized ArrayList<T> all() {
        ArrayList<T> all = new ArrayList<>();
        for (T o : slots) {
            if (o != null) {
                all.add(o);
            }
        }
        return all;
    }

    /** Removes all. */
    void clear() {
        for (T o : all()) {
            remove(o);
        }
    }

    /** IPC_RMID: waiters end with EIDRM. */
    public void remove(T o) {
        o.markRemoved();
        if (!o.lingers()) {
            drop(o);
        }
        o.queue.wake(1);
    }

    /** Takes a removed object out of the table. */
    void drop(T o) {
        synchronized (this) {
            int i = o.id() % MAX;
            if (at(i) != o) {
                return;
            }
            slots.set(i, null);
            used--;
        }
        HeapRoom.OBJECTS.give(o.heapBytes());
        o.gone();
    }
}
