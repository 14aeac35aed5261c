// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that, between two pieces of its own work, runs what became ready through them. So the answer to a
 * call that waited is given by the very thread that ended the wait, while its caches are warm and without waking another.
 */
public final class Worker extends Thread {
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();

    public Worker(String name, Runnable work) {
        super(null, work, name, 256 * 1024);
        setDaemon(true);
    }

    /**
     * Has {@code r} run soon and without the caller's locks: by the calling thread if it is a worker, else by one that is
     * made for it. It must not block.
     */
    public static void later(Runnable r) {
        if (Thread.currentThread() instanceof Worker w) {
            w.ready.add(r);
        } else {
            Thread.ofVirtual().start(r);
        }
    }

    /** Whether the calling thread has put something off. */
    public static boolean hasReady() {
        return Thread.currentThread() instanceof Worker w && !w.ready.isEmpty();
    }

    /** Runs what the calling thread has put off. To be called by a worker when it holds no lock. */
    public static void drain() {
        if (Thread.currentThread() instanceof Worker w) {
            @Nullable Runnable r;
            while ((r = w.ready.poll()) != null) {
                r.run();
            }
        }
    }
}
