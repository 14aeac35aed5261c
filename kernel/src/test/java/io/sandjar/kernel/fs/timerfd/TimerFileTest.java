// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.timerfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Time.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.time.FakeClocks;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.KernelIo;
import org.junit.jupiter.api.Test;

class TimerFileTest {
    private static final long HOUR = 3600 * NANOS_PER_SECOND;

    private final StubCaller caller = new StubCaller();
    private final NamelessFs fs = new NamelessFs("anon_inodefs", 0);
    private final FakeClocks clocks = new FakeClocks();
    private final Timers timers = new Timers(clocks);
    private final long[] times = new long[2];
    private final byte[] ticks = new byte[8];

    private TimerFile file(int clock) {
        return new TimerFile(fs.newInode(0600, Creds.of(0, 0)), timers, clock, 2);
    }

    private long read(TimerFile f) {
        return f.read(caller, new KernelIo(ticks, 0, 8));
    }

    private void jump(long nanos) {
        clocks.jump(nanos);
        timers.clockWasSet();
    }

    private long realtime(long after) {
        return clocks.now(CLOCK_REALTIME) + after;
    }

    @Test
    void absoluteTimesGoByTheClockAsItIsSet() {
        TimerFile f = file(CLOCK_REALTIME);
        assertEquals(0, f.set(TFD_TIMER_ABSTIME, realtime(10 * HOUR), HOUR, times));
        assertEquals(-EAGAIN, read(f));
        jump(9 * HOUR);
        f.get(times);
        assertTrue(times[1] > HOUR / 2 && times[1] <= HOUR);
        jump(3 * HOUR);
        assertEquals(POLLIN | POLLRDNORM, f.poll());
        assertEquals(8, read(f));
        assertEquals(3, Bytes.i64(ticks, 0)); // at 10, 11 and 12 hours
        jump(-5 * HOUR);
        assertEquals(-EAGAIN, read(f));
        f.get(times);
        assertTrue(times[1] > 5 * HOUR && times[1] <= 6 * HOUR);
    }

    @Test
    void lengthsOfTimeDoNot() {
        TimerFile f = file(CLOCK_REALTIME);
        assertEquals(0, f.set(0, HOUR, 0, times));
        jump(9 * HOUR);
        assertEquals(-EAGAIN, read(f));
        f.get(times);
        assertTrue(times[1] > HOUR / 2 && times[1] <= HOUR);
    }

    @Test
    void cancelOnSet() {
        int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
        TimerFile f = file(CLOCK_REALTIME);
        TimerFile monotonic = file(CLOCK_BOOTTIME);
        assertEquals(0, f.set(flags, realtime(HOUR), 0, times));
        assertEquals(0, monotonic.set(flags, realtime(HOUR), 0, times));
        assertEquals(-EAGAIN, read(f));
        jump(1);
        assertEquals(0, monotonic.poll());
        assertEquals(POLLIN | POLLRDNORM, f.poll());
        assertEquals(-ECANCELED, read(f));
        assertEquals(-EAGAIN, read(f)); // told once, and the timer goes on
        jump(1);
        assertEquals(-ECANCELED, f.set(flags, realtime(HOUR), 0, times));
        assertEquals(-EAGAIN, read(f));
        jump(2 * HOUR);
        assertEquals(-ECANCELED, read(f));
        assertEquals(-EAGAIN, read(f)); // what it would have told is gone
        jump(1);
        assertEquals(0, f.set(TFD_TIMER_ABSTIME, realtime(HOUR), 0, times));
        jump(1);
        assertEquals(-EAGAIN, read(f));
    }

    @Test
    void closedFilesHearNothing() {
        TimerFile f = file(CLOCK_REALTIME);
        assertEquals(0, f.set(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, realtime(HOUR), 0, times));
        f.release();
        jump(1);
        assertEquals(0, f.poll());
    }
}
