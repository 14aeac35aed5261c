// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.fs.pipe.PipeFs;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.signal.SigInfo;

/** One application kernel: the state of one sandbox. There may be several in a JVM; nothing of it is static. */
public final class Kernel {
    private final OrderedLock taskLock = new OrderedLock(LockLevel.TASKS);

    /** Sockets and what they need. */
    public final NetStack net = new NetStack();
    /** Home of pipes. */
    public final PipeFs pipes = new PipeFs();

    /** Home of event counters, timers, epoll sets and the like. */
    public final NamelessFs anon = new NamelessFs("anon_inodefs", 0x09041934);

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
