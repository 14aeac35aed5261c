// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.EndListener;
import io.sandjar.kernel.task.Task;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A process that was started from outside: a container's first one, or one of {@code exec}. Clients wait for its end
 * without holding a thread; it does not depend on them, but for the one that stands for it on the host: engines kill that.
 */
final class GuestProcess implements Connection.Follower, EndListener {
    private final Container container;
    private final Task task;
    private final ProcessStreams streams;
    private final ArrayList<Connection> waiting = new ArrayList<>(1);
    private boolean over;
    private int status;
    private @Nullable Runnable atEnd;
    private @Nullable Connection stand;

    GuestProcess(Container container, Task task, ProcessStreams streams) {
        this.container = container;
        this.task = task;
        this.streams = streams;
    }

    /** Its number in the container. */
    int pid() {
        return task.group().pid();
    }

    /**
     * Lets it run.
     *
     * @param listener told after its end, when nobody waits for it any more
     * @throws Refusal when it cannot
     */
    void start(Runnable listener) {
        atEnd = listener;
        streams.start();
        container.onEnd(task.group(), this);
        int r = container.start(task);
        if (r < 0) {
            throw new Refusal("cannot start the process: " + Errors.text(r));
        }
    }

    /** Takes back one that was never started, as if a signal had ended it. */
    void discard(int exitStatus) {
        container.discard(task);
        finish(exitStatus);
    }

    @Override
    public void ended(int waitStatus) {
        int signal = waitStatus & 0x7f;
        finish(signal != 0 ? 128 + signal : waitStatus >> 8 & 0xff);
    }

    private void finish(int exitStatus) {
        streams.close();
        ArrayList<Connection> told;
        synchronized (this) {
            over = true;
            status = exitStatus;
            told = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Connection c : told) {
            c.end(exitStatus);
        }
        Runnable r = atEnd;
        if (r != null) {
            r.run();
        }
    }

    /** Answers a client when the process has ended. */
    void await(Connection c) {
        synchronized (this) {
            if (!over) {
                c.follow(this);
                waiting.add(c);
                return;
            }
        }
        c.end(status());
    }

    synchronized boolean over() {
        return over;
    }

    /** Exit status as a shell has it; meaningful when it is over. */
    synchronized int status() {
        return status;
    }

    @Override
    public void resized() {
        streams.resized();
    }

    @Override
    public void signal(int signo) {
        container.kernel().signals().sendFromOutside(task.group(), SigInfo.user(signo, 0, 0, 0));
    }

    /** The client is the process for the host: with its end, which no signal told us of, this one ends. */
    synchronized void standsFor(Connection c) {
        stand = c;
    }

    @Override
    public void gone(Connection c) {
        synchronized (this) {
            waiting.remove(c);
            if (over || stand != c) {
                return;
            }
        }
        signal(Sig.SIGKILL);
    }
}
