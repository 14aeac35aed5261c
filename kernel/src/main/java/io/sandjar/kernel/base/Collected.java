// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What guests can make and share, and nobody hears the end of: lists of groups, filters of packets, maps of ids. It counts in
 * {@link HeapRoom#OBJECTS} until the collector finds that nobody has it.
 */
public final class Collected {
    /** Between two collections that a guest can cause. */
    private static final long PAUSE_NANOS = 10_000_000;

    private static final int FIRST_WAIT_MILLIS = 20;
    private static final int WAIT_MILLIS = 5;

    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
    private static final Set<Share> ALIVE = ConcurrentHashMap.newKeySet();

    /** When the collector may be called again; with the class's lock. */
    private static long due = System.nanoTime();

    private Collected() {}

    private static final class Share extends PhantomReference<Object> {
        final long bytes;

        Share(Object o, long bytes) {
            super(o, GONE);
            this.bytes = bytes;
        }
    }

    /** Counts an object that takes {@code bytes} until it is gone: false when that is too much. */
    public static boolean count(Object o, long bytes) {
        sweep();
        if (!HeapRoom.OBJECTS.take(bytes)) {
            look();
            if (!HeapRoom.OBJECTS.take(bytes)) {
                return false;
            }
        }
        ALIVE.add(new Share(o, bytes));
        return true;
    }

    private static void sweep() {
        while (GONE.poll() instanceof Share s) {
            end(s);
        }
    }

    private static void end(Share s) {
        if (ALIVE.remove(s)) {
            HeapRoom.OBJECTS.give(s.bytes);
        }
    }

    /** Has the collector look, now and then; who comes meanwhile waits for what it finds. */
    private static synchronized void look() {
        if (!ALIVE.isEmpty() && System.nanoTime() - due >= 0) {
            System.gc();
            int wait = FIRST_WAIT_MILLIS;
            try {
                while (GONE.remove(wait) instanceof Share s) {
                    end(s);
                    wait = WAIT_MILLIS;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            due = System.nanoTime() + PAUSE_NANOS;
        }
    }
}
