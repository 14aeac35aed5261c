// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.layer.Tree;
import java.nio.file.Path;

/**
 * A lock that other processes see too (flock): it goes with its holder, however that ends. Waits by asking again, so
 * that an interrupt ends the wait.
 */
public final class HostLock implements AutoCloseable {
    private static final int SHARED = 1;
    private static final int EXCLUSIVE = 2;
    private static final int NON_BLOCKING = 4;
    private static final long PAUSE_MILLIS = 20;

    private final int fd;

    private HostLock(int fd) {
        this.fd = fd;
    }

    /** @param waitMillis 0: not at all */
    public static @org.jspecify.annotations.Nullable HostLock take(Path file, boolean shared, long waitMillis)
            throws ImageException {
        int fd = Tree.check(
                Sys.openat(Sys.AT_FDCWD, Tree.bytes(file), O.O_RDWR | O.O_CREAT | O.O_NOFOLLOW, 0600), "lock " + file);
        long end = System.nanoTime() + waitMillis * 1_000_000;
        while (Sys.call(Nr.flock, fd, (shared ? SHARED : EXCLUSIVE) | NON_BLOCKING, 0) != 0) {
            if (waitMillis == 0 || System.nanoTime() > end) {
                Sys.close(fd);
                return null;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Sys.close(fd);
                Thread.currentThread().interrupt();
                throw new ImageException(Kind.INTERRUPTED, "interrupted while waiting for " + file, "");
            }
        }
        return new HostLock(fd);
    }

    @Override
    public void close() {
        Sys.close(fd);
    }
}
