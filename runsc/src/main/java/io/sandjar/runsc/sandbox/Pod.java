// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Condition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The containers of a sandbox: one, or those of a pod. The first one is the sandbox's own: when it ends, all others and
 * every process of exec end with it, and then the launcher hears of it.
 */
final class Pod {
    private static final long PATIENCE_NANOS = 3_000_000_000L;
    private static final int KILLED = 128 + Sig.SIGKILL;
    private static final long ANSWER_NANOS = 1_000_000_000L;

    private final LauncherLine launcher;
    private final Log log;

    // Guarded by this.
    private final ArrayList<SandboxContainer> containers = new ArrayList<>();
    private final HashSet<String> reserved = new HashSet<>();
    private final ArrayList<GuestProcess> running = new ArrayList<>();
    private @Nullable SandboxContainer first;
    private int requests;
    private boolean over;

    Pod(LauncherLine launcher, Log log) {
        this.launcher = launcher;
        this.log = log;
    }

    synchronized @Nullable SandboxContainer first() {
        return first;
    }

    /** Takes an id for a container that is about to be made. */
    synchronized void reserve(String id) {
        if (over) {
            throw new Refusal("the sandbox has ended");
        }
        if (find(id) != null || !reserved.add(id)) {
            throw new Refusal("container with id exists: " + id);
        }
    }

    /** The making has come to its end, good (a container) or bad (null). */
    synchronized void made(String id, @Nullable SandboxContainer c) {
        reserved.remove(id);
        if (c != null) {
            containers.add(c);
            if (first == null) {
                first = c;
            }
        }
    }

    /** @throws Refusal when there is none */
    synchronized SandboxContainer get(String id) {
        SandboxContainer c = find(id);
        if (c == null) {
            throw new Refusal("container \"" + id + "\" does not exist");
        }
        return c;
    }

    private @Nullable SandboxContainer find(String id) {
        for (SandboxContainer c : containers) {
            if (c.id().equals(id)) {
                return c;
            }
        }
        return null;
    }

    synchronized void forget(SandboxContainer c) {
        containers.remove(c);
    }

    synchronized List<SandboxContainer> all() {
        return new ArrayList<>(containers);
    }

    /** Lets a process run. */
    void run(GuestProcess p, SandboxContainer of, boolean init) {
        synchronized (this) {
            if (over) {
                throw new Refusal("the sandbox has ended");
            }
            running.add(p);
        }
        Runnable atEnd = () -> ended(p, of);
        try {
            if (init) {
                of.start(atEnd);
            } else {
                p.start(atEnd);
            }
        } catch (Refusal e) {
            synchronized (this) {
                running.remove(p);
                notifyAll();
            }
            throw e;
        }
    }

    /** A process has ended: with the sandbox's first one, everything does. */
    void ended(GuestProcess p, SandboxContainer of) {
        SandboxContainer sandbox;
        synchronized (this) {
            running.remove(p);
            notifyAll();
            sandbox = first;
            if (sandbox != of || p != of.init() || over) {
                return;
            }
            over = true;
        }
        log.debug("the sandbox's first container has ended with status " + p.status());
        for (SandboxContainer c : all()) {
            c.container().kill(Sig.SIGKILL, true);
        }
        await(PATIENCE_NANOS, running::isEmpty);
        await(ANSWER_NANOS, () -> requests == 0);
        launcher.exit(p.status());
    }

    private synchronized void await(long nanos, Condition condition) {
        long deadline = System.nanoTime() + nanos;
        while (!condition.holds()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The host has killed what the sandbox cannot do without: its processes end, and then it does. */
    void lost() {
        await(PATIENCE_NANOS, running::isEmpty);
        launcher.exit(KILLED);
    }

    /** A request is under way: the launcher, which kills us at once, hears of the end when it is answered. */
    synchronized void enter() {
        requests++;
    }

    synchronized void leave() {
        requests--;
        notifyAll();
    }
}
