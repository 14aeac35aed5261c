// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.layer.LayerInfo;
import io.sandjar.imagestore.layer.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The removal of what nothing needs: leftovers of a process that died, layers of removed images. What is to go is moved
 * aside while nobody uses the store, and removed after that. While somebody does, it waits for the last one to leave.
 */
final class Tidying {
    private static final Duration KEEP_PARTS = Duration.ofDays(7);

    private final Places places;
    private final Records records;
    private final Layers layers;
    private final Roots roots;
    private final UseLock lock;
    private final AtomicBoolean wanted = new AtomicBoolean();

    Tidying(Places places, Records records, Layers layers, Roots roots, UseLock lock) {
        this.places = places;
        this.records = records;
        this.layers = layers;
        this.roots = roots;
        this.lock = lock;
    }

    /** When the store is opened: unless another process has it open too, in which case that one will. */
    void afterCrash() throws ImageException {
        List<Path> trash = new ArrayList<>();
        lock.tidy(() -> {
            trash.addAll(Places.in(places.tmp()));
            for (Path l : Places.in(places.layers())) {
                if (layers.find(diffId(l)) == null) {
                    aside(l, trash);
                }
            }
            for (Path r : Places.in(places.roots())) {
                if (roots.note(r.getFileName().toString()) == null) {
                    roots.release(r.getFileName().toString());
                }
            }
            for (Path p : Places.in(places.ingest())) {
                if (System.currentTimeMillis() - p.toFile().lastModified() > KEEP_PARTS.toMillis()) {
                    aside(p, trash);
                }
            }
        });
        remove(trash);
    }

    private static String diffId(Path layer) {
        return layer.getFileName().toString().replaceFirst("-", ":");
    }

    /** @return bytes freed; 0 too when it has to wait */
    long sweep() throws ImageException {
        wanted.set(true);
        return postponed();
    }

    /** Does what had to wait, if now is the time. */
    long postponed() throws ImageException {
        if (!wanted.get()) {
            return 0;
        }
        List<Path> trash = new ArrayList<>();
        long[] bytes = new long[1];
        lock.tidy(() -> {
            wanted.set(false);
            Set<String> needed = new HashSet<>();
            Set<String> chains = new HashSet<>();
            for (ImageRecord r : records.all()) {
                needed.addAll(r.layers());
                chains.add(Layers.chain(r.layers()));
            }
            for (Map.Entry<String, Roots.Note> e : roots.all().entrySet()) {
                needed.addAll(e.getValue().layers());
                chains.add(Layers.chain(e.getValue().layers()));
            }
            for (Path l : Places.in(places.layers())) {
                if (!needed.contains(diffId(l))) {
                    LayerInfo info = layers.find(diffId(l));
                    bytes[0] += info == null ? 0 : info.bytes();
                    aside(l, trash);
                }
            }
            for (Path f : Places.in(places.flat())) {
                if (!chains.contains(f.getFileName().toString())) {
                    aside(f, trash);
                }
            }
            for (Path dir : List.of(places.ingest(), places.blobs())) {
                for (Path p : Places.in(dir)) {
                    bytes[0] += p.toFile().length();
                    aside(p, trash);
                }
            }
        });
        remove(trash);
        return bytes[0];
    }

    private void aside(Path what, List<Path> trash) throws ImageException {
        Path to = places.tmp()
                .resolve("trash-" + ProcessHandle.current().pid() + "-" + System.nanoTime() + "-" + trash.size());
        int r = HostFs.twoNames(Nr.renameat2, Sys.AT_FDCWD, Tree.bytes(what), Sys.AT_FDCWD, Tree.bytes(to), 1);
        if (r == -Errno.ENOENT) {
            return;
        }
        Tree.check(r, "remove " + what);
        trash.add(to);
    }

    private static void remove(List<Path> trash) throws ImageException {
        for (Path p : trash) {
            try {
                if (!Files.isDirectory(p, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(p);
                    continue;
                }
            } catch (IOException e) {
                throw new ImageException(Kind.STORE, "remove " + p + ": " + e.getMessage(), "", e);
            }
            Tree.remove(p);
        }
    }
}
