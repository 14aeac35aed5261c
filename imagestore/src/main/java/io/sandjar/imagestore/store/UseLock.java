// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.HostLock;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The lock between users of a store and the one who tidies it up. Users share it; for tidying, nobody may be using
 * the store, in this process or another. Tidying never makes users wait for long: it only renames under the lock.
 */
final class UseLock {
    private static final long WAIT_MILLIS = 60_000;

    private final Path file;
    private int users;
    private boolean tidying;
    private @Nullable HostLock shared;

    UseLock(Path file) {
        this.file = file;
    }

    /** To be followed by {@link #leave}. */
    synchronized void enter() throws ImageException {
        while (tidying) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ImageException(Kind.INTERRUPTED, "interrupted while images were tidied up", "");
            }
        }
        if (users == 0) {
            shared = HostLock.take(file, true, WAIT_MILLIS);
            if (shared == null) {
                throw new ImageException(Kind.STORE, "images: another process holds " + file, "");
            }
        }
        users++;
    }

    synchronized void leave() {
        if (--users == 0 && shared != null) {
            shared.close();
            shared = null;
        }
    }

    /** Something to be done while nobody uses the store. */
    interface Tidying {
        void run() throws ImageException;
    }

    /** @return whether it was done; false when somebody uses the store */
    boolean tidy(Tidying work) throws ImageException {
        HostLock lock;
        synchronized (this) {
            if (users > 0 || tidying) {
                return false;
            }
            lock = HostLock.take(file, false, 0);
            if (lock == null) {
                return false;
            }
            tidying = true;
        }
        try (lock) {
            work.run();
            return true;
        } finally {
            synchronized (this) {
                tidying = false;
                notifyAll();
            }
        }
    }
}
