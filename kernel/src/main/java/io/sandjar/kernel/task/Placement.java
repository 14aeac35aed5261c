// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.Affinity;
import org.jspecify.annotations.Nullable;

/**
 * The CPUs on which the host may run a guest thread: those that the guest has chosen and, while the kernel looks at rings
 * all the time, without the one that it looks from. Guests are told of the first.
 */
public final class Placement {
    private final Task task;

    /** As the guest has it, while the host has it narrower. */
    private byte @Nullable [] own;

    private int ownLength;
    private int without = -1;

    /** The thread makes another one, which is to begin with all of its CPUs. */
    private volatile boolean cloning;

    Placement(Task task) {
        this.task = task;
    }

    /** The guest's mask: its bytes, or -errno. */
    public synchronized int get(byte[] mask) {
        byte[] now = own;
        if (now == null) {
            return Affinity.get(task.hostTid(), mask);
        }
        System.arraycopy(now, 0, mask, 0, ownLength);
        return ownLength;
    }

    /** The guest chooses: 0 or -errno. */
    public synchronized int set(byte[] mask, int length) {
        int cpu = without;
        int r = Affinity.set(task.hostTid(), mask, length);
        if (r == 0 && cpu >= 0) {
            own = null;
            without = -1;
            narrow(cpu);
        }
        return r;
    }

    /**
     * Keeps the thread off a CPU if it has others.
     *
     * @return how many it has left; 0 when it was left as it was
     */
    public synchronized int narrow(int cpu) {
        if (cloning || without == cpu) {
            return cloning ? 0 : Affinity.count(own(), ownLength) - 1;
        }
        widen();
        byte[] mask = new byte[Affinity.MOST_BYTES];
        int n = Affinity.get(task.hostTid(), mask);
        if (n <= 0) {
            return 0;
        }
        byte[] all = java.util.Arrays.copyOf(mask, n);
        Affinity.remove(mask, n, cpu);
        int left = Affinity.count(mask, n);
        if (left == 0 || left == Affinity.count(all, n) || Affinity.set(task.hostTid(), mask, n) != 0) {
            return 0;
        }
        own = all;
        ownLength = n;
        without = cpu;
        return left;
    }

    private byte[] own() {
        byte[] now = own;
        return now == null ? new byte[0] : now;
    }

    /** The thread may run wherever the guest wants it again. */
    public synchronized void widen() {
        byte[] all = own;
        if (all != null) {
            own = null;
            without = -1;
            Affinity.set(task.hostTid(), all, ownLength);
        }
    }

    /** The thread is about to make another one or a process, which inherits what it has. */
    void beginClone() {
        cloning = true;
        widen();
    }

    /** It made a call by ring: whatever it made before is there. */
    void endClone() {
        if (cloning) {
            cloning = false;
        }
    }
}
