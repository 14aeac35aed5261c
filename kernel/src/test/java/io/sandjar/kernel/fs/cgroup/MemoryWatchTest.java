// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.GroupMemory.Event;
import io.sandjar.kernel.fs.cgroup.GroupMemory.Limit;
import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryWatchTest {
    private static final long MIB = 1L << 20;
    private static final Runnable NOTHING = () -> {};

    /** A process that has what the test says. */
    private static class Process implements Cgroup.Member {
        private Cgroup group;
        Object space = new Object();
        long bytes;
        boolean present = true;
        boolean ended;
        boolean dying;
        int adj;
        BroughtMemory brought = new BroughtMemory(space);
        Runnable whenAsked = NOTHING;

        Process(Cgroup group, long bytes) {
            this.group = group;
            this.bytes = bytes;
            group.add(this);
        }

        void move(Cgroup to) {
            brought.moved(group, to, bytes);
            assertEquals(0, to.take(this, group));
            group = to;
        }

        @Override
        public int pidFor(Caller c) {
            return 1;
        }

        @Override
        public void threads(Caller c, List<Integer> out) {}

        @Override
        public int tasks() {
            return 1;
        }

        @Override
        public boolean ended() {
            return ended;
        }

        @Override
        public boolean present() {
            return present && !ended;
        }

        @Override
        public void kill() {
            throw new AssertionError("nobody asked for it");
        }

        @Override
        public void frozen(boolean now) {}

        @Override
        public boolean standsStill() {
            return false;
        }

        @Override
        public void cpuTime(long[] sum) {}

        @Override
        public long cpuNanos() {
            return 0;
        }

        @Override
        public void memory(MemoryUse.Exactness how, MemoryUse sum) {
            whenAsked.run();
            sum.anonymous += bytes;
        }

        @Override
        public BroughtMemory brought() {
            return brought;
        }

        @Override
        public Object addressSpace() {
            return space;
        }

        @Override
        public int oomScoreAdj() {
            return adj;
        }

        @Override
        public void killForMemory() {
            dying = true;
        }

        @Override
        public boolean dying() {
            return dying;
        }
    }

    private final Cgroup root = new Cgroup();
    private final MemoryWatch watch = root.watch();

    /** What the alarm was set to, one after the other. */
    private final ArrayList<Long> alarms = new ArrayList<>();

    private final Cgroup group = group(root, "group");
    private final Cgroup a = group(group, "a");
    private final Cgroup b = group(group, "b");

    private static Cgroup group(Cgroup around, String name) {
        Ref<Cgroup> made = new Ref<>();
        assertEquals(0, around.make(name, made));
        assertEquals(0, around.control(Cgroup.MEMORY, 0, 0, 0));
        return made.get();
    }

    @BeforeEach
    void begin() {
        watch.runBy(alarms::add);
    }

    // ---- when ----

    @Test
    void looksForNobodyAndWithoutLimitsNot() {
        watch.nudge(true);
        assertEquals(List.of(), alarms, "no limit");
        group.setMemoryLimit(Limit.MAX, MIB);
        assertEquals(1, alarms.size());
        watch.look();
        assertEquals(1, alarms.size(), "nobody is there");
        watch.nudge(true);
        assertEquals(2, alarms.size());
    }

    @Test
    void limitsThatAreGoneAskForNoLooks() {
        a.setMemoryLimit(Limit.MAX, MIB);
        watch.look();
        assertEquals(0, group.remove("a"));
        alarms.clear();
        watch.nudge(true);
        assertEquals(List.of(), alarms);
        b.setMemoryLimit(Limit.MAX, MIB);
        watch.look();
        assertEquals(0, group.control(0, Cgroup.MEMORY, 0, 0));
        alarms.clear();
        watch.nudge(true);
        assertEquals(List.of(), alarms);
    }

    /** Who comes while others are looked at is looked at soon, even if nobody else is there. */
    @Test
    void whoComesDuringALookIsNotForgotten() {
        a.setMemoryLimit(Limit.MAX, MIB);
        alarms.clear();
        Process last = new Process(a, 0) {
            @Override
            public boolean ended() { // asked while members are collected, of which there is a copy by now
                if (!ended) {
                    ended = true;
                    new Process(a, 2 * MIB);
                    watch.nudge(true);
                }
                return true;
            }
        };
        watch.look();
        assertTrue(last.ended);
        assertEquals(1, alarms.size());
        watch.look();
        assertEquals(1, a.memoryEvents(Event.OOM_KILL, true));
    }

    @Test
    void whoComesDuringALookIsMetBeforeTheUsualPause() {
        a.setMemoryLimit(Limit.MAX, 1L << 40);
        Process p = new Process(a, MIB);
        p.whenAsked = () -> watch.nudge(true);
        alarms.clear();
        watch.look();
        assertEquals(1, alarms.size());
        p.whenAsked = NOTHING;
        for (int i = 0; i < 10; i++) {
            watch.look(); // nobody runs: later and later
        }
        assertTrue(watch.dozes());
        p.whenAsked = () -> watch.nudge(true);
        alarms.clear();
        watch.look();
        assertFalse(watch.dozes());
        assertFalse(alarms.isEmpty());
    }

    /** A process that the host does not know of yet has no memory, but will have some. */
    @Test
    void whoIsBeingMadeIsWaitedFor() {
        a.setMemoryLimit(Limit.MAX, MIB);
        alarms.clear();
        Process p = new Process(a, 2 * MIB);
        p.present = false;
        p.bytes = 0;
        watch.look();
        assertEquals(1, alarms.size());
    }

    /** After a slow look nothing hastens the next one. */
    @Test
    void slowLooksAreRare() {
        a.setMemoryLimit(Limit.MAX, 1L << 40);
        Process p = new Process(a, MIB);
        long slow = 50_000_000;
        p.whenAsked = () -> {
            for (long end = System.nanoTime() + slow; end - System.nanoTime() > 0; ) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        };
        alarms.clear();
        watch.look();
        assertEquals(1, alarms.size());
        assertTrue(alarms.getFirst() >= 20 * slow, "pause: " + alarms);
        assertFalse(watch.dozes(), "somebody had just come");
        watch.nudge(true);
        assertEquals(1, alarms.size(), "hastened: " + alarms);
    }

    // ---- who ----

    @Test
    void theLargestGoes() {
        group.setMemoryLimit(Limit.MAX, 100 * MIB);
        Process small = new Process(a, 10 * MIB);
        Process never = new Process(a, 60 * MIB);
        never.adj = -1000;
        Process large = new Process(b, 40 * MIB);
        Process outside = new Process(root, 900 * MIB);
        watch.look();
        assertTrue(large.dying);
        assertFalse(small.dying || never.dying || outside.dying);
        assertEquals(1, group.memoryEvents(Event.OOM, true));
        assertEquals(1, group.memoryEvents(Event.OOM_KILL, false));
        assertEquals(1, b.memoryEvents(Event.OOM_KILL, true));
        watch.look(); // it does not count any more
        assertFalse(small.dying);
        assertEquals(1, group.memoryEvents(Event.OOM, true));
    }

    @Test
    void whoWasSaidToBeLikelierGoes() {
        a.setMemoryLimit(Limit.MAX, 100 * MIB);
        Process small = new Process(a, 20 * MIB);
        small.adj = 900;
        Process large = new Process(a, 90 * MIB);
        watch.look();
        assertTrue(small.dying);
        assertFalse(large.dying);
    }

    @Test
    void sharedMemoryCountsOnce() {
        a.setMemoryLimit(Limit.MAX, 100 * MIB);
        Process p = new Process(a, 60 * MIB);
        Process child = new Process(a, 60 * MIB);
        child.space = p.space;
        watch.look();
        assertFalse(p.dying || child.dying);
    }

    /** Where files alone are too much, nobody's memory helps: one goes, and the next when that one has gone in vain. */
    @Test
    void filesAloneEndOneAfterTheOther() {
        a.setMemoryLimit(Limit.MAX, 100 * MIB);
        a.memory().add(200 * MIB / 4096);
        Process first = new Process(a, 3 * MIB);
        Process second = new Process(a, 2 * MIB);
        watch.look();
        assertTrue(first.dying);
        assertFalse(second.dying);
        watch.look();
        assertFalse(second.dying, "the first may take files along");
        first.ended = true;
        watch.look();
        assertTrue(second.dying);
    }

    // ---- moved ----

    /** What was taken in one group counts for those around both, whichever is the present one. */
    @Test
    void movedMemoryCountsAround() {
        group.setMemoryLimit(Limit.MAX, 100 * MIB);
        b.setMemoryLimit(Limit.MAX, 50 * MIB);
        Process p = new Process(a, 80 * MIB);
        p.move(b);
        assertEquals(80 * MIB, group.memoryUse().total());
        assertEquals(0, b.memoryUse().total());
        watch.look();
        assertFalse(p.dying);
        p.bytes += 40 * MIB;
        assertEquals(120 * MIB, group.memoryUse().total());
        assertEquals(40 * MIB, b.memoryUse().total());
        watch.look();
        assertTrue(p.dying);
        assertEquals(1, group.memoryEvents(Event.OOM, true));
        assertEquals(0, b.memoryEvents(Event.OOM, true));
    }

    @Test
    void movedTwice() {
        Process p = new Process(root, 10 * MIB);
        p.move(a);
        assertEquals(0, group.memoryUse().total());
        p.bytes += 20 * MIB;
        p.move(b);
        assertEquals(20 * MIB, group.memoryUse().total(), "what it had outside stays outside");
        assertEquals(0, b.memoryUse().total());
        p.bytes += 5 * MIB;
        p.move(a);
        assertEquals(25 * MIB, group.memoryUse().total());
        assertEquals(0, a.memoryUse().total());
        p.move(root);
        p.move(b);
        assertEquals(0, group.memoryUse().total());
    }

    /** What it gave back it has not brought: what it takes then is new. */
    @Test
    void whatIsGivenBackIsGone() {
        Process p = new Process(a, 80 * MIB);
        p.move(b);
        p.bytes = 10 * MIB;
        p.brought().atMost(p.bytes);
        p.bytes = 80 * MIB;
        assertEquals(70 * MIB, b.memoryUse().total());
    }

    /** Forked processes have each a part of what was brought, and together no more than all. */
    @Test
    void forksShareWhatWasBrought() {
        Process p = new Process(a, 80 * MIB);
        p.move(b);
        Process child = new Process(b, 40 * MIB);
        child.brought = p.brought.forked(child.space);
        p.bytes = 40 * MIB;
        p.brought().atMost(80 * MIB); // with what both have
        assertEquals(0, b.memoryUse().total());
        assertEquals(80 * MIB, group.memoryUse().total());
        child.bytes += 30 * MIB;
        assertEquals(30 * MIB, b.memoryUse().total());
        child.ended = true;
        p.bytes = 80 * MIB;
        assertEquals(0, b.memoryUse().total());
    }
}
