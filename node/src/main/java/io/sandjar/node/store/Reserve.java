// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collection;

/**
 * Room on the disk that is kept for deletions. What fills a disk is mostly a pod, and to be rid of it its deletion has to be written
 * down first. A file of that size is given up for it, and made again when there is room.
 */
final class Reserve {
    private static final int SIZE_BYTES = 256 << 10;
    private static final long PAUSE_NANOS = 30_000_000_000L;

    private final Path file;
    private long retryNanos = System.nanoTime();

    Reserve(Path directory) {
        file = directory.resolve("reserve");
    }

    /** Makes the file, if it is not there and the last attempt was a while ago. Failure is what it is for. */
    void keep() {
        if (System.nanoTime() - retryNanos < 0 || Files.exists(file)) {
            return;
        }
        retryNanos = System.nanoTime() + PAUSE_NANOS;
        Path fresh = file.resolveSibling("reserve.new");
        try {
            byte[] bytes = new byte[SIZE_BYTES];
            Arrays.fill(bytes, (byte) 'r'); // a file of zeros may take no room
            Files.write(fresh, bytes);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, file);
        } catch (IOException e) {
            remove(fresh);
        }
    }

    /** Gives the room up, if one of these changes is a deletion. Whether there was any to give. */
    boolean spend(Collection<Write> writes) {
        for (Write w : writes) {
            if (w.after() == null || deleting(w)) {
                retryNanos = System.nanoTime() + PAUSE_NANOS;
                return remove(file);
            }
        }
        return false;
    }

    private static boolean deleting(Write w) {
        Stored after = w.after();
        return after != null && Stored.metadata(after.tree()).has("deletionTimestamp");
    }

    private static boolean remove(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }
}
