// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.pidfd.PidTarget;

/** A thread behind a descriptor (PIDFD_THREAD): readable once it has ended, whatever becomes of its process. */
public final class ThreadTarget implements PidTarget {
    private final Task task;

    public ThreadTarget(Task task) {
        this.task = task;
    }

    public Task task() {
        return task;
    }

    @Override
    public int pid() {
        return task.rootTid();
    }

    @Override
    public int poll() {
        return task.dead() ? 0x1 | 0x40 | (task.group().state() == ThreadGroup.State.REAPED ? 0x10 : 0) : 0;
    }

    @Override
    public WaitQueue waitQueue() {
        return task.endWait;
    }

    /** The process of what a descriptor stands for. */
    public static ThreadGroup groupOf(PidTarget target) {
        return target instanceof ThreadTarget t ? t.task.group() : (ThreadGroup) target;
    }
}
