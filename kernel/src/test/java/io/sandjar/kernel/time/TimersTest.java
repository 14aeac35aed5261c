// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimersTest {
    private static final long MILLI = 1_000_000;

    private final Timers timers = new Timers();
    private final List<Integer> fired = Collections.synchronizedList(new ArrayList<>());

    private final class Numbered extends Timers.Timer {
        private final int number;
        private final CountDownLatch latch;

        Numbered(int number, CountDownLatch latch) {
            this.number = number;
            this.latch = latch;
        }

        @Override
        protected void expire() {
            fired.add(number);
            latch.countDown();
        }
    }

    @Test
    void expireInOrderAndNotBeforeTheirTime() throws InterruptedException {
        int n = 50;
        CountDownLatch latch = new CountDownLatch(n);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(3));
        long start = System.nanoTime() + 20 * MILLI;
        for (int i : order) {
            timers.schedule(new Numbered(i, latch), start + i * MILLI / 10);
        }
        assertTrue(latch.await(5, TimeUnit.SECONDS));
        assertTrue(System.nanoTime() - start >= (n - 1) * MILLI / 10);
        List<Integer> sorted = new ArrayList<>(fired);
        Collections.sort(sorted);
        assertEquals(sorted, fired);
    }

    @Test
    void cancelledAndMovedTimers() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        Numbered cancelled = new Numbered(1, latch);
        Numbered moved = new Numbered(2, latch);
        timers.schedule(cancelled, System.nanoTime() + 5 * MILLI);
        timers.schedule(moved, System.nanoTime() + 60_000 * MILLI);
        timers.schedule(moved, System.nanoTime() + 10 * MILLI);
        assertTrue(timers.cancel(cancelled));
        assertFalse(timers.cancel(cancelled));
        assertTrue(latch.await(5, TimeUnit.SECONDS));
        assertEquals(List.of(2), fired);
    }

    @Test
    void timersFollowTheClockThatIsSet() throws InterruptedException {
        FakeClocks clocks = new FakeClocks();
        Timers wall = new Timers(clocks);
        CountDownLatch sooner = new CountDownLatch(2);
        CountDownLatch later = new CountDownLatch(3);
        wall.schedule(
                new Numbered(1, sooner), Time.CLOCK_REALTIME, clocks.now(Time.CLOCK_REALTIME) + 3_600_000 * MILLI);
        wall.schedule(
                new Numbered(2, sooner), Time.CLOCK_REALTIME, clocks.now(Time.CLOCK_REALTIME) + 3_500_000 * MILLI);
        wall.schedule(new Numbered(3, later), System.nanoTime() + 3_600_000 * MILLI);
        clocks.jump(4_000_000 * MILLI);
        wall.clockWasSet();
        assertTrue(sooner.await(5, TimeUnit.SECONDS));
        assertEquals(List.of(2, 1), fired);
        wall.schedule(new Numbered(4, later), Time.CLOCK_REALTIME, clocks.now(Time.CLOCK_REALTIME) + 20 * MILLI);
        clocks.jump(-3_600_000 * MILLI); // without a word: the timer looks again before it expires
        assertFalse(later.await(100, TimeUnit.MILLISECONDS));
        assertEquals(List.of(2, 1), fired);
    }

    @Test
    void theWatchBeginsOnceWithTheFirstThatNeedsIt() {
        int[] begun = {0};
        timers.watchBy(() -> begun[0]++);
        Numbered t = new Numbered(1, new CountDownLatch(1));
        timers.schedule(t, System.nanoTime() + 60_000 * MILLI);
        assertEquals(0, begun[0]);
        timers.schedule(t, Time.CLOCK_BOOTTIME, timers.now(Time.CLOCK_BOOTTIME) + 60_000 * MILLI);
        timers.schedule(t, Time.CLOCK_REALTIME, timers.now(Time.CLOCK_REALTIME) + 60_000 * MILLI);
        timers.listen(() -> {});
        assertEquals(1, begun[0]);
        assertTrue(timers.cancel(t));
    }
}
