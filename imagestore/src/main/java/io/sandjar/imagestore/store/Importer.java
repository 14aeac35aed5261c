// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.PullProgress;
import io.sandjar.imagestore.PullProgress.Phase;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.layer.LayerInfo;
import io.sandjar.imagestore.layer.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of an image into the store: layers are fetched side by side and unpacked one after the other, since the upper
 * ones inherit from the lower. The record is written last; until then there is no image.
 */
final class Importer {
    private final Layers layers;
    private final Records records;
    private final StoreOptions options;

    /** Threads of this process that unpack the same layer wait for each other. */
    private final ConcurrentHashMap<String, Object> unpacking = new ConcurrentHashMap<>();

    Importer(Layers layers, Records records, StoreOptions options) {
        this.layers = layers;
        this.records = records;
        this.options = options;
    }

    /** @param names in full form, that shall lead to it */
    ImageRecord run(ImageSource source, String what, List<String> names, PullProgress progress) throws ImageException {
        progress.moved(what, Phase.RESOLVING, 0, 0);
        ImageSource.Contents c = source.contents();
        ImageRecord.parseConfig(c.configuration()); // fails now, not when a container is made
        Limits limits = new Limits(what, options.maxImageBytes(), options.maxImageEntries());
        List<String> diffIds = c.diffIds().stream().map(Digest::toString).toList();
        List<LayerInfo> infos = new ArrayList<>();
        Semaphore slots = new Semaphore(Math.max(1, options.parallelDownloads()));
        ExecutorService workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("fetch-", 0).factory());
        try {
            List<Future<ImageSource.@Nullable Archive>> fetches = new ArrayList<>();
            for (int i = 0; i < diffIds.size(); i++) {
                int n = i;
                fetches.add(workers.submit(fetch(c, n, diffIds.get(n), slots, progress)));
            }
            for (int i = 0; i < diffIds.size(); i++) {
                infos.add(layer(c, i, fetches.get(i), diffIds.subList(0, i), limits, progress));
            }
        } finally {
            end(workers);
        }
        return commit(c, names, diffIds, infos);
    }

    /** Nothing is fetched any more once this returns: the store may be tidied up. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        boolean interrupted = false;
        try {
            workers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Callable<ImageSource.@Nullable Archive> fetch(
            ImageSource.Contents c, int n, String diffId, Semaphore slots, PullProgress progress) {
        ImageSource.Piece p = c.pieces().get(n);
        return () -> {
            slots.acquire();
            try {
                if (layers.find(diffId) != null) {
                    return null;
                }
                return p.fetch(
                        b -> progress.moved(p.name(), Phase.DOWNLOADING, b, p.size()),
                        () -> layers.find(diffId) == null);
            } finally {
                slots.release();
            }
        };
    }

    private LayerInfo layer(
            ImageSource.Contents c,
            int n,
            Future<ImageSource.@Nullable Archive> fetch,
            List<String> below,
            Limits limits,
            PullProgress progress)
            throws ImageException {
        ImageSource.Piece p = c.pieces().get(n);
        Digest diffId = c.diffIds().get(n);
        ImageSource.@Nullable Archive archive = wait(fetch);
        LayerInfo info;
        Object lock = unpacking.computeIfAbsent(diffId.toString(), k -> new Object());
        synchronized (lock) {
            info = layers.find(diffId.toString());
            if (info != null) {
                limits.had(info.bytes(), info.entries());
            } else if (archive == null) {
                throw new ImageException(Kind.STORE, "layer " + diffId + " went away", "pull again");
            } else {
                info = layers.unpack(
                        archive,
                        p.digest(),
                        diffId,
                        below,
                        limits,
                        b -> progress.moved(p.name(), Phase.UNPACKING, b, p.size()));
            }
        }
        unpacking.remove(diffId.toString(), lock);
        if (archive != null) {
            p.discard();
        }
        progress.moved(p.name(), Phase.DONE, p.size(), p.size());
        return info;
    }

    private static ImageSource.@Nullable Archive wait(Future<ImageSource.@Nullable Archive> f) throws ImageException {
        try {
            return f.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, "the pull was interrupted", "", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageException i) {
                throw i;
            }
            if (e.getCause() instanceof InterruptedException) {
                throw new ImageException(Kind.INTERRUPTED, "the pull was interrupted", "", e);
            }
            throw new ImageException(Kind.STORE, "a layer could not be fetched: " + e.getCause(), "", e);
        }
    }

    private ImageRecord commit(ImageSource.Contents c, List<String> names, List<String> diffIds, List<LayerInfo> infos)
            throws ImageException {
        long bytes = 0;
        long entries = 0;
        for (LayerInfo i : infos) {
            bytes += i.bytes();
            entries += i.entries();
        }
        List<String> all = new ArrayList<>(names);
        all.addAll(c.names());
        ImageRecord r = records.add(
                new ImageRecord(c.id().toString(), all, c.digests(), bytes, entries, diffIds, c.configuration()));
        layers.syncLater(diffIds);
        return r;
    }
}
