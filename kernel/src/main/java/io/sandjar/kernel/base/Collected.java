// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What guests can make and share, and nobody hears the end of: lists of groups, filters of packets. It counts in
 * {@link HeapRoom#OBJECTS} until the collector finds that nobody has it.
 */
public final class Collected {
    /** Between two collections that a guest can cause. */
    private static final long PAUSE_NANOS = 10_000_000;

    private static final int FIRST_WAIT_MILLIS = 20;
    private static final int WAIT_MILLIS = 5;

    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
    private static final Set<Share> ALIVE = ConcurrentHashMap.newKeySet();

    /** Whether somebody looks, or is to, for those who did not get what they asked {@link HeapRoom} for. */
    private static final AtomicBoolean LOOKING = new AtomicBoolean();

    /** The part of the time in which such a look may go on, as one in so many. */
    private static final int SHARE_OF_TIME = 10;

    /** When the collector may be called again; with the class's lock. */
    private static long due = System.nanoTime();

    /** When a look ended that found what it could, and how long it took. */
    private static volatile long endedNanos = due;

    private static volatile long tookNanos;

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

    /**
     * Something was refused that is not collected itself: what is dead may be in its way. Never waits, as callers hold
     * locks; who asks again later finds room.
     */
    static void missed() {
        if (!ALIVE.isEmpty() && LOOKING.compareAndSet(false, true)) {
            Thread.ofVirtual().name("collected").start(Collected::lookLater);
        }
    }

    /** Not all the time, whatever guests do. */
    private static void lookLater() {
        try {
            sweep();
            long last = endedNanos;
            long pause = last + SHARE_OF_TIME * tookNanos - System.nanoTime();
            if (pause > 0) {
                Thread.sleep(pause / 1_000_000 + 1);
            }
            if (endedNanos == last) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            LOOKING.set(false);
        }
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
        long began = System.nanoTime();
        if (!ALIVE.isEmpty() && began - due >= 0) {
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
            long now = System.nanoTime();
            due = now + PAUSE_NANOS;
            tookNanos = now - began;
            endedNanos = now;
        }
    }
}
