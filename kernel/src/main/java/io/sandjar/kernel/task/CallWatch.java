// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.seccomp.SeccompFilter;
import org.jspecify.annotations.Nullable;

/**
 * Who else looks at a thread's calls: the guest's seccomp filters and a tracer. While somebody does, the stub may answer
 * none by itself.
 */
public final class CallWatch {
    private final Task task;

    /** What the calls go through; null for nothing. Children and threads have it too. */
    public volatile @Nullable SeccompFilter filter;

    private boolean left;

    /** Its host thread has the second filter, by which every call comes to the stub. */
    volatile boolean trapsAll;

    CallWatch(Task task) {
        this.task = task;
    }

    /** Whether the stub may not answer calls by itself. */
    boolean everyCall() {
        SeccompFilter f = filter;
        return task.kernel.everyCall || task.tracee != null || (f != null && !f.leavesStubAlone());
    }

    /** Somebody traces it from now on. */
    void begin() {
        task.tellSlot(Stub.BOX_TRACE, true);
    }

    /** Nobody traces it any more. */
    void end() {
        if (!everyCall()) {
            task.tellSlot(Stub.BOX_TRACE, false);
        }
    }

    /**
     * Puts a filter on this thread's calls that grew from the one it has, and on those of its process' other threads.
     *
     * @param esrch what to answer when a thread has another one: -ESRCH rather than its id
     */
    public long addFilter(SeccompFilter f, boolean allThreads, boolean esrch) {
        task.kernel.taskLock().lock();
        try {
            if (allThreads) {
                for (Task o : task.group.tasks) {
                    SeccompFilter its = o.watch.filter;
                    if (o != task && !o.dead && its != null && (its.isStrict() || !f.growsFrom(its))) {
                        return esrch ? -ESRCH : o.tid();
                    }
                }
            }
            setFilter(f);
            for (Task o : task.group.tasks) {
                if (allThreads && o != task) {
                    o.watch.setFilter(f);
                    o.settings.noNewPrivs |= task.settings.noNewPrivs;
                }
            }
            return 0;
        } finally {
            task.kernel.taskLock().unlock();
        }
    }

    synchronized void inherit(CallWatch from) {
        synchronized (from) {
            filter = from.filter;
            if (filter != null) {
                filter.hold();
            }
        }
    }

    /** It needs its filters no more, but for those who look at what is left of it. */
    void leave() {
        SeccompFilter f;
        synchronized (this) {
            f = left ? null : filter;
            left = true;
        }
        if (f != null) {
            f.drop();
        }
    }

    private void setFilter(SeccompFilter f) {
        SeccompFilter before;
        synchronized (this) {
            if (left) {
                return;
            }
            before = filter;
            f.hold();
            filter = f;
        }
        if (before != null) {
            before.drop();
        }
        if (everyCall()) {
            task.tellSlot(Stub.BOX_TRACE, true);
        }
    }
}
