// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The containers of a kernel and their spaces of process ids. */
public final class Containers {
    private final Kernel kernel;

    // Guarded by the task lock.
    private final ArrayList<Container> all = new ArrayList<>();
    private final ArrayList<PidSpace> spaces = new ArrayList<>();
    private int made;

    Containers(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Makes a container, without processes and files yet.
     *
     * @param shared the space of another container, null for one of its own
     */
    public Container create(String id, @Nullable PidSpace shared) {
        kernel.taskLock().lock();
        try {
            PidSpace pids = shared;
            if (pids == null) {
                int number = PidSpace.freeNumber(spaces);
                if (number < 0) {
                    throw new IllegalStateException("too many containers");
                }
                pids = new PidSpace(kernel, number);
                if (number > 0) {
                    pids.setNumber(kernel.nextNamespace());
                }
                spaces.add(pids);
            }
            Container c = new Container(kernel, id, made++, pids);
            all.add(c);
            return c;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Forgets a container that has ended or never began. */
    public void remove(Container c) {
        kernel.taskLock().lock();
        try {
            all.remove(c);
            for (Container o : all) {
                if (o.pids() == c.pids()) {
                    return;
                }
            }
            spaces.remove(c.pids());
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** The container with this id, or null. */
    public @Nullable Container get(String id) {
        kernel.taskLock().lock();
        try {
            for (Container c : all) {
                if (c.id().equals(id)) {
                    return c;
                }
            }
            return null;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** All of them, in the order in which they were made. */
    public ArrayList<Container> all() {
        kernel.taskLock().lock();
        try {
            return new ArrayList<>(all);
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** The space that a {@linkplain PidSpace#global global id} belongs to; null when it is gone. With the task lock. */
    @Nullable
    PidSpace spaceOf(int global) {
        int number = PidSpace.numberOf(global);
        for (PidSpace p : spaces) {
            if (p.slot() == number) {
                return p;
            }
        }
        return null;
    }

    /** All processes of all containers, zombies included. With the task lock. */
    ArrayList<ThreadGroup> allGroups() {
        ArrayList<ThreadGroup> groups = new ArrayList<>();
        for (PidSpace p : spaces) {
            groups.addAll(p.tasks().allGroups());
        }
        return groups;
    }

    /** How many processes and threads have been made in the spaces that there are. With the task lock. */
    long made() {
        long n = 0;
        for (PidSpace p : spaces) {
            n += p.tasks().taken();
        }
        return n;
    }

    /** Number of live threads. */
    public int threads() {
        kernel.taskLock().lock();
        try {
            int n = 0;
            for (PidSpace p : spaces) {
                n += p.tasks().threads();
            }
            return n;
        } finally {
            kernel.taskLock().unlock();
        }
    }
}
