// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.fs.cgroup.MemoryWatch;
import io.sandjar.kernel.time.Timers;

/** Has a container's control groups looked at when it is time. */
final class GroupAlarm extends Timers.Timer implements MemoryWatch.Alarm {
    private final Kernel kernel;
    private final MemoryWatch watch;

    GroupAlarm(Kernel kernel, MemoryWatch watch) {
        this.kernel = kernel;
        this.watch = watch;
    }

    @Override
    public void lookIn(long nanos) {
        kernel.timers.schedule(this, System.nanoTime() + nanos);
    }

    @Override
    protected void expire() {
        kernel.background(watch::look);
    }
}
