// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.time;

import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Time.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.net.HostPoller;

/**
 * The host's word that somebody set its clock, or that it slept: a timer of the host that never expires but is cancelled by
 * that (TFD_TIMER_CANCEL_ON_SET). It is made before the JVM is confined and looked at from the first timer on that goes by
 * such a clock; until then, and until a clock is set, it costs nothing.
 */
public final class ClockWatch implements Timers.Watch {
    /** When the host's timer would expire: some centuries after 1970. */
    private static final long NEVER_SECONDS = 9_000_000_000L;

    private final Timers timers;
    private final HostPoller poller;
    private final WaitQueue queue = new WaitQueue();
    private int hostFd = -1;

    public ClockWatch(Timers timers, HostPoller poller) {
        this.timers = timers;
        this.poller = poller;
    }

    /** Makes the host's timer; without one, clocks are thought never to be set. */
    public void open() {
        int fd = (int) Sys.call(Nr.timerfd_create, CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK, 0);
        if (fd < 0) {
            return;
        }
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, 0);
            s.buf.putLong(8, 0);
            s.buf.putLong(16, NEVER_SECONDS);
            s.buf.putLong(24, 0);
            Sys.call(Nr.timerfd_settime, fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, s.address, 0, 0, 0);
        } finally {
            s.give();
        }
        hostFd = fd;
        timers.watchBy(this);
    }

    @Override
    public void begin() {
        queue.add(new News(this));
        poller.register(hostFd, POLLIN, queue);
    }

    /** Takes the news, so that the next is told as well. */
    private void look() {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.read, hostFd, s.address, Long.BYTES);
        } finally {
            s.give();
        }
        timers.clockWasSet();
    }

    private static final class News extends WaitEntry {
        private final ClockWatch watch;

        News(ClockWatch watch) {
            super(POLLIN);
            this.watch = watch;
        }

        @Override
        public boolean wake(int events) {
            watch.look();
            return true;
        }
    }
}
