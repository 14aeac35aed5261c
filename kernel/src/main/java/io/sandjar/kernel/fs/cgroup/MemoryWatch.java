// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import io.sandjar.kernel.fs.cgroup.GroupMemory.Event;
import io.sandjar.kernel.fs.cgroup.GroupMemory.Limit;
import io.sandjar.kernel.fs.cgroup.MemoryUse.Exactness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the groups of one tree to their limits of memory. Guests take memory from the host without a call that the kernel
 * hears of, so it looks: as often as the room that is left could be filled, seldom while nobody runs, not at all while no
 * group with members is limited. Who has too much loses its largest process.
 */
public final class MemoryWatch {
    /** What guests can fill, bytes in a nanosecond: more than CPUs zero pages. */
    private static final long FASTEST_GROWTH = 8;

    private static final long SHORTEST_NANOS = 2_000_000;
    private static final long BUSY_NANOS = 100_000_000;
    private static final long QUIET_NANOS = 4_000_000_000L;

    /** Looking takes at most this part of the time of a CPU. */
    private static final int LEAST_PAUSE = 20;

    /** A group that used less than this part of a CPU is quiet. */
    private static final int QUIET_PART = 64;

    private static final int NEVER_KILL = -1000;
    private static final int ADJ_WHOLE = 1000;

    /** Has {@link #look} called, on a thread that may wait, without locks. */
    public interface Alarm {
        /** In place of what it was set to before. */
        void lookIn(long nanos);
    }

    /** A process that was looked at. */
    private static final class Reading {
        final Cgroup.Member member;
        final Cgroup group;
        MemoryUse use = new MemoryUse();

        /** Null for nothing. */
        @Nullable
        BroughtMemory brought;

        /** What does not count for which group, because it was brought along; null for none. */
        private @Nullable IdentityHashMap<Cgroup, Long> leftOut;

        Reading(Cgroup.Member member, Cgroup group) {
            this.member = member;
            this.group = group;
        }

        /** Adds what counts for a group to what the group takes. */
        void addTo(MemoryUse sum, Cgroup g) {
            long without = sum.add(use, brought, g);
            if (without > 0) {
                if (leftOut == null) {
                    leftOut = new IdentityHashMap<>();
                }
                leftOut.put(g, without);
            }
        }

        private long leftOut(Cgroup g) {
            Long bytes = leftOut == null ? null : leftOut.get(g);
            return bytes == null ? 0 : bytes;
        }

        void takeFrom(MemoryUse sum, Cgroup g) {
            sum.subtract(use);
            sum.anonymous += leftOut(g);
        }

        long countedBy(Cgroup g) {
            return use.anonymous + use.shared - leftOut(g);
        }
    }

    private final Cgroup root;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Alarm alarm;
    private volatile boolean limits;

    /** The next look is far, because nobody ran at the last one. */
    private volatile boolean dozing;

    // Of the last look. Guarded by `looking`.
    private long lastNanos;
    private long lastCpu;
    private int lastMembers;

    // When the next look is. Guarded by this object; times are those of System.nanoTime().

    /** Somebody came after the last look began, which may not have met them. */
    private boolean nudged;

    /** No look before: {@link #LEAST_PAUSE}. */
    private long earliest = System.nanoTime();

    /** When the alarm rings; Long.MIN_VALUE: not until somebody comes. */
    private long nextNanos = Long.MIN_VALUE;

    /** The last pause, without regard to {@link #LEAST_PAUSE}. */
    private long pause;

    MemoryWatch(Cgroup root) {
        this.root = root;
    }

    public void runBy(Alarm a) {
        alarm = a;
    }

    /** Limits changed: whether there are any. With the tree's lock; if one came, a {@link #nudge} without it has to follow. */
    void limited(boolean any) {
        limits = any;
    }

    /** Whether who goes on after a wait should {@link #nudge}. */
    public boolean dozes() {
        return dozing;
    }

    /**
     * A process has come or goes on, or a limit has come: there will be a look that begins after this call.
     *
     * @param counted whether memory is counted there; where it is not, there cannot be a limit
     */
    public void nudge(boolean counted) {
        if (counted && limits) {
            nudge();
        }
    }

    private synchronized void nudge() {
        nudged = true;
        long now = System.nanoTime();
        long at = soonest(now);
        if (nextNanos == Long.MIN_VALUE || nextNanos - at > 0) {
            lookSoon(now, at);
        }
    }

    private long soonest(long now) {
        long at = now + SHORTEST_NANOS;
        return earliest - at > 0 ? earliest : at;
    }

    private void lookSoon(long now, long at) {
        dozing = false;
        pause = SHORTEST_NANOS;
        lookAt(now, at);
    }

    private void lookAt(long now, long at) {
        nextNanos = at;
        Alarm a = alarm;
        if (a != null) {
            a.lookIn(at - now);
        }
    }

    /** Looks, ends who must be ended, and sees to the next look. */
    public void look() {
        looking.lock();
        try {
            long begin = begin();
            ArrayList<Reading> all = new ArrayList<>();
            collect(root, false, all);
            if (all.isEmpty()) {
                end(begin, 0);
                return;
            }
            long room = readAndKeep(all);
            end(begin, pauseAfter(all, room, begin));
        } finally {
            looking.unlock();
        }
    }

    private synchronized long begin() {
        nudged = false;
        return System.nanoTime();
    }

    /** Sees to the next look: after so many nanoseconds; for 0, when somebody comes. */
    private synchronized void end(long begin, long wanted) {
        long now = System.nanoTime();
        long least = LEAST_PAUSE * (now - begin);
        earliest = now + least;
        if (nudged) {
            lookSoon(now, soonest(now));
        } else if (wanted == 0) {
            dozing = false;
            nextNanos = Long.MIN_VALUE;
        } else {
            pause = wanted;
            dozing = wanted > BUSY_NANOS;
            lookAt(now, now + Math.max(wanted, least));
        }
    }

    /**
     * Members of limited groups and of those below them, but for those that have to die; with those that are being made, which
     * have nothing yet.
     */
    private static void collect(Cgroup g, boolean around, List<Reading> out) {
        boolean limited = around || g.memoryLimited();
        if (limited) {
            for (Cgroup.Member m : g.members()) {
                if (!m.ended() && !m.dying()) {
                    out.add(new Reading(m, g));
                }
            }
        }
        for (Cgroup child : g.children()) {
            collect(child, limited, out);
        }
    }

    /** Reads as exactly as is needed to say that nobody has too much: the least room that is left. */
    private long readAndKeep(List<Reading> first) {
        List<Reading> all = first;
        IdentityHashMap<Cgroup, MemoryUse> sums = new IdentityHashMap<>();
        for (Exactness how : Exactness.values()) {
            read(all, how, sums);
            sums = new IdentityHashMap<>();
            long room = sum(root, all, sums);
            if (room >= 0) {
                return room;
            }
        }
        // Once more: between two readings a process may have ended whose pages the other had in part.
        all = new ArrayList<>();
        collect(root, false, all);
        read(all, Exactness.EXACT, sums);
        sums = new IdentityHashMap<>();
        sum(root, all, sums);
        for (Cgroup g : tooLarge(root, sums, new ArrayList<>())) {
            keep(g, all, sums);
        }
        return 0;
    }

    /** Asks all that lie in a group which has too much, as far as is known; memory that two processes share counts once. */
    private static void read(List<Reading> all, Exactness how, IdentityHashMap<Cgroup, MemoryUse> known) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Reading r : all) {
            if (how != Exactness.BOUND && !inTooLarge(r.group, known)) {
                continue;
            }
            MemoryUse use = new MemoryUse();
            if (seen.add(r.member.addressSpace())) {
                r.member.memory(how, use);
            }
            r.use = use;
            r.brought = r.member.brought();
        }
    }

    private static boolean inTooLarge(Cgroup group, IdentityHashMap<Cgroup, MemoryUse> known) {
        for (Cgroup g = group; g != null; g = g.parent()) {
            MemoryUse u = known.get(g);
            if (u != null && u.total() > g.leastMemory()) {
                return true;
            }
        }
        return false;
    }

    /** Sums for all groups: the least room that one has, Long.MAX_VALUE where there is no limit. */
    private static long sum(Cgroup root, List<Reading> all, IdentityHashMap<Cgroup, MemoryUse> sums) {
        for (Reading r : all) {
            r.leftOut = null;
            for (Cgroup g = r.group; g != null; g = g.parent()) {
                r.addTo(sums.computeIfAbsent(g, k -> new MemoryUse()), g);
            }
        }
        return addFiles(root, sums, new MemoryUse());
    }

    private static long addFiles(Cgroup g, IdentityHashMap<Cgroup, MemoryUse> sums, MemoryUse around) {
        MemoryUse mine = new MemoryUse();
        mine.files = g.memory().fileBytes();
        long room = Long.MAX_VALUE;
        for (Cgroup child : g.children()) {
            room = Math.min(room, addFiles(child, sums, mine));
        }
        around.files += mine.files;
        MemoryUse sum = sums.get(g);
        if (sum == null) {
            return room;
        }
        sum.files = mine.files;
        long least = g.leastMemory();
        return least == Long.MAX_VALUE ? room : Math.min(room, least - sum.total());
    }

    /** Groups with more than their limits, those below before those around them. */
    private static List<Cgroup> tooLarge(Cgroup g, IdentityHashMap<Cgroup, MemoryUse> sums, List<Cgroup> out) {
        for (Cgroup child : g.children()) {
            tooLarge(child, sums, out);
        }
        MemoryUse u = sums.get(g);
        if (u != null && u.total() > g.leastMemory()) {
            out.add(g);
        }
        return out;
    }

    /** Counts that a group has too much, and ends processes until it has not. */
    private static void keep(Cgroup g, List<Reading> all, IdentityHashMap<Cgroup, MemoryUse> sums) {
        MemoryUse use = sums.get(g);
        if (use == null) {
            return;
        }
        long max = g.memoryLimit(Limit.MAX);
        long high = g.memoryLimit(Limit.HIGH);
        g.sawMemory(use.total());
        if (high != GroupMemory.NONE && use.total() > high) {
            g.countMemory(Event.HIGH);
        }
        if (max != GroupMemory.NONE && use.files > max && g.somebodyDies()) {
            return; // files may go with it
        }
        boolean counted = false;
        while (max != GroupMemory.NONE && use.total() > max) {
            if (!counted) {
                g.countMemory(Event.MAX);
                g.countMemory(Event.OOM);
                counted = true;
            }
            Reading victim = victim(g, max, all);
            if (victim == null) {
                break;
            }
            kill(victim, g, all, sums);
            if (use.files > max) {
                break; // nobody's memory would be enough
            }
        }
    }

    /** Whom Linux would choose: who has most, and who was said to be likelier. */
    private static @Nullable Reading victim(Cgroup g, long max, List<Reading> all) {
        Reading worst = null;
        long most = 0;
        for (Reading r : all) {
            int adj = r.member.oomScoreAdj();
            if (adj <= NEVER_KILL || r.member.dying() || !r.member.present() || !r.group.isWithin(g)) {
                continue;
            }
            long points = r.countedBy(g) + max / ADJ_WHOLE * adj;
            if (worst == null || points > most) {
                worst = r;
                most = points;
            }
        }
        return worst;
    }

    private static void kill(Reading victim, Cgroup g, List<Reading> all, IdentityHashMap<Cgroup, MemoryUse> sums) {
        Cgroup whole = victim.group.killedWhole(g);
        if (whole != null) {
            whole.countMemory(Event.OOM_GROUP_KILL);
        }
        for (Reading r : all) {
            boolean goes =
                    r == victim || (whole != null && r.group.isWithin(whole) && r.member.oomScoreAdj() > NEVER_KILL);
            if (goes && !r.member.dying()) {
                r.group.countMemory(Event.OOM_KILL); // first: who waits for its end finds it counted
                r.member.killForMemory();
                for (Cgroup a = r.group; a != null; a = a.parent()) {
                    MemoryUse u = sums.get(a);
                    if (u != null) {
                        r.takeFrom(u, a);
                    }
                }
            }
        }
    }

    /** As long as the room that is left cannot be filled, longer and longer while nobody runs. */
    private long pauseAfter(List<Reading> all, long room, long begin) {
        long cpu = 0;
        for (Reading r : all) {
            cpu += r.member.cpuNanos();
        }
        boolean busy = all.size() != lastMembers || cpu - lastCpu > (begin - lastNanos) / QUIET_PART || cpu < lastCpu;
        lastMembers = all.size();
        lastCpu = cpu;
        lastNanos = begin;
        return busy
                ? Math.clamp(room / FASTEST_GROWTH, SHORTEST_NANOS, BUSY_NANOS)
                : Math.clamp(2 * lastPause(), SHORTEST_NANOS, QUIET_NANOS);
    }

    private synchronized long lastPause() {
        return pause;
    }
}
