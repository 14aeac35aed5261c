// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.sources;

import io.sandjar.node.Log;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells when files may have changed: by inotify, until it has been quiet for a moment, and every few seconds without it
 * (network file systems say nothing, and the watches of a user are limited).
 */
final class FileChanges implements AutoCloseable {
    private static final long QUIET_MILLIS = 100;
    private static final long LONGEST_MILLIS = 1_000;
    private static final long RESCAN_MILLIS = 10_000;
    private static final long SOON_MILLIS = 300;
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE
    };

    private final Path path;
    private @Nullable WatchService service;
    private @Nullable WatchKey key;

    FileChanges(Path path) {
        this.path = path;
    }

    /** Begins to watch; what happens from now on is not missed. */
    void begin() {
        try {
            Path directory = Files.isDirectory(path) ? path : path.getParent();
            if (directory == null || !Files.isDirectory(directory)) {
                return;
            }
            if (service == null) {
                service = directory.getFileSystem().newWatchService();
            }
            key = directory.register(service, KINDS);
        } catch (IOException e) {
            Log.debug("no notice of changes in " + path + " (" + e.getMessage() + "): it is looked at every "
                    + RESCAN_MILLIS / 1000 + " s");
        }
    }

    /**
     * Waits for a change, or until it is time to look anyway.
     *
     * @param soon whether something is to be tried again
     */
    void await(boolean soon) throws InterruptedException {
        long wait = soon ? SOON_MILLIS : RESCAN_MILLIS;
        WatchService s = service;
        WatchKey k = key;
        if (s == null || k == null || !k.isValid()) {
            begin(); // a directory that came later
            Thread.sleep(key == null ? Math.min(wait, 2_000) : 0);
            return;
        }
        try {
            WatchKey first = s.poll(wait, TimeUnit.MILLISECONDS);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
            while (first != null && System.nanoTime() < end) {
                first.pollEvents();
                first.reset();
                first = s.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
            }
            if (first != null) {
                first.pollEvents();
                first.reset();
            }
        } catch (ClosedWatchServiceException e) {
            throw new InterruptedException();
        }
    }

    @Override
    public void close() {
        WatchService s = service;
        if (s != null) {
            try {
                s.close();
            } catch (IOException e) {
                // the process ends
            }
        }
    }
}
