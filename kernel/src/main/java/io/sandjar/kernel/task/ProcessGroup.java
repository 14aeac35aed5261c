// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import java.util.LinkedHashSet;

/** A process group (setpgid(2)). Guarded by the task lock. */
public final class ProcessGroup {
    private final int id;
    private final Session session;
    final LinkedHashSet<ThreadGroup> members = new LinkedHashSet<>();

    ProcessGroup(int id, Session session) {
        this.id = id;
        this.session = session;
    }

    public int id() {
        return id;
    }

    /** The processes in it; a snapshot. */
    public ThreadGroup[] members() {
        return members.toArray(new ThreadGroup[0]);
    }

    public Session session() {
        return session;
    }
}
