// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.signal.SigInfo;

/** One application kernel: the state of one sandbox. There may be several in a JVM; nothing of it is static. */
public final class Kernel {
    private final OrderedLock taskLock = new OrderedLock(LockLevel.TASKS);

    /** Sockets and what they need. */
    public final NetStack net = new NetStack();

    /** uname(2) fields that can be set. */
    public volatile String hostname = "sandjar";

    public volatile String domainname = "(none)";

    /** Guards the process tree and all signal state. */
    public OrderedLock taskLock() {
        return taskLock;
    }

    /** Sends a signal to one thread. */
    public void sendToTask(Task t, SigInfo info) {
        throw new UnsupportedOperationException(info.toString());
    }
}
