// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Nr;
import io.sandjar.host.Ring;
import io.sandjar.kernel.seccomp.SeccompFilter;
import org.jspecify.annotations.Nullable;

/** A thread's calls by ring ({@link Rings}): its ring, the call that came by it, and what is counted until it gets one. */
public final class RingUse {
    private final Task task;

    /** Calls that came by notification, roughly. */
    int callCount;

    @Nullable
    HotSites hotSites;

    /** Address behind a call site about which the stub is to do something; 0 for none. */
    long hotSite;

    /** It was given a ring already, or cannot have one. */
    boolean refused;

    private volatile @Nullable Ring ring;

    /** The call in progress came by the ring. */
    private volatile boolean viaRing;

    RingUse(Task task) {
        this.task = task;
    }

    /** Whether the call in progress came by the ring: then there is no notification. */
    public boolean byRing() {
        return viaRing;
    }

    /** Whether {@link Rings#prepare} has something to do. */
    public boolean isHot() {
        return hotSite != 0;
    }

    public @Nullable Ring ring() {
        return ring;
    }

    void set(@Nullable Ring r) {
        ring = r;
    }

    /** A new program begins: calls are counted anew. */
    void forget() {
        ring = null;
        refused = false;
        callCount = 0;
        hotSites = null;
        hotSite = 0;
    }

    /**
     * A call was posted in a ring.
     *
     * @return false when it is not to be made: then nothing was changed, and the ring is to be answered with REFUSED
     */
    public boolean begin(Ring r) {
        if (ring != r
                || task.dead
                || task.attention
                || task.gate.expects()
                || task.startsImage()
                || task.watch.everyCall()
                || !task.leavesGuest()) {
            return false;
        }
        int number = r.nr();
        long writes = number == Nr.read || number == Nr.pread64 ? r.argument(2) : 0;
        SeccompFilter filter = task.watch.filter;
        if (!task.kernel.rings().isPlain(number)
                || filter != null && !filter.always(number)
                || task.mem.tight(writes)) {
            task.inGuest = true;
            return false;
        }
        task.placement().endClone();
        task.progress = 0;
        task.waited = false;
        viaRing = true;
        task.mem.open(r);
        task.nr = number;
        task.ip = r.ip();
        task.a0 = r.argument(0);
        task.a1 = r.argument(1);
        task.a2 = r.argument(2);
        task.a3 = r.argument(3);
        task.a4 = r.argument(4);
        task.a5 = r.argument(5);
        if (task.nr == Nr.epoll_pwait && task.a4 != 0) { // a mask of its own
            task.mem.close();
            viaRing = false;
            task.inGuest = true;
            return false;
        }
        return true;
    }

    /** The call in progress will take its time: if it came by the ring, its thread may sleep. */
    public void waits() {
        Ring r = ring;
        if (viaRing && r != null) {
            r.answer(Ring.PARKED, 0);
        }
    }

    /** The task has ended in the middle of a call that may have come by the ring. */
    public void leave() {
        if (viaRing) {
            task.mem.close();
            viaRing = false;
        }
    }

    /** As {@link Task#finish}; what the host is to carry out is made anew by notification. */
    void finish(long result) {
        Ring r = ring;
        task.mem.close();
        viaRing = false;
        if (task.dead || r == null) {
            return;
        }
        if (result == Task.CONTINUE) {
            task.passed();
            r.answer(Ring.REFUSED, 0);
            return;
        }
        long value = task.settleResult(result);
        boolean kick = value != result || task.attention;
        task.inGuest = true;
        if (kick || task.attention) {
            task.kernel.kick(task);
            r.answer(Ring.SIGNALLED, value);
        } else {
            r.answer(Ring.DONE, value);
        }
    }
}
