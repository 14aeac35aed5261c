// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/**
 * The process ids of one container, or of several that share them. Spaces lie side by side: the processes of one do not
 * exist for another, and the end of a space's init is the end of its processes alone.
 */
public final class PidSpace extends Namespace {
    /** Bits of a process id; what lies above them in a {@linkplain #global global id} is the space's number. */
    private static final int ID_BITS = 15;

    private static final int MAX_SPACES = 1 << 15;

    private final Kernel kernel;
    private final int slot;
    private final TaskTable tasks = new TaskTable();
    private volatile @Nullable ThreadGroup init;

    /** Told when the leader of a session with a terminal has ended; set by the terminal code. */
    public volatile Kernel.@Nullable SessionListener sessionListener;

    /** Told when init was stopped from outside (the user's ^Z). */
    public volatile @Nullable Runnable stopListener;

    /** Its init has ended: nothing new begins here. Guarded by the task lock. */
    boolean ending;

    PidSpace(Kernel kernel, int number) {
        super(Kind.PID, UserNamespace.FIRST);
        this.kernel = kernel;
        this.slot = number;
    }

    /** The number for a new space among {@code used}, or -1. */
    static int freeNumber(Iterable<PidSpace> used) {
        for (int n = 0; n < MAX_SPACES; n++) {
            boolean taken = false;
            for (PidSpace p : used) {
                taken |= p.slot == n;
            }
            if (!taken) {
                return n;
            }
        }
        return -1;
    }

    public Kernel kernel() {
        return kernel;
    }

    /** Tells it from the other spaces of its kernel. */
    public int slot() {
        return slot;
    }

    /** Processes, threads, groups and sessions by id. Guarded by the task lock. */
    public TaskTable tasks() {
        return tasks;
    }

    /** The process with pid 1; null before there is one. */
    public @Nullable ThreadGroup init() {
        return init;
    }

    /** A process that never was. With the task lock. */
    void forget(ThreadGroup g) {
        if (init == g) {
            init = null;
        }
    }

    void setInit(ThreadGroup g) {
        init = g;
    }

    /**
     * An id that means the same process in every container of the kernel: for what containers share, such as sockets
     * and semaphores. In the first space it is the id itself; 0 for what cannot be an id.
     */
    public int global(int id) {
        boolean possible = id > 0 && id < 1 << ID_BITS; // else it would pass for one of another space
        return possible ? slot << ID_BITS | id : 0;
    }

    /** What a {@linkplain #global global id} is here: 0 for a process of another space. */
    public int local(int global) {
        return numberOf(global) == slot ? global & (1 << ID_BITS) - 1 : 0;
    }

    static int numberOf(int global) {
        return global >>> ID_BITS;
    }

    void sessionEnded(Session s) {
        Kernel.SessionListener l = sessionListener;
        if (l != null) {
            l.ended(s);
        }
    }

    void initStopped() {
        Runnable r = stopListener;
        if (r != null) {
            kernel.background(r);
        }
    }
}
