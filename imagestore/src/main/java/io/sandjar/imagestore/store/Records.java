// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.HostLock;
import io.sandjar.imagestore.content.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The images' records, one file for each. Read anew each time, since other processes may change them; they are few.
 * Changes happen one at a time.
 */
final class Records {
    private static final long WAIT_MILLIS = 60_000;
    private static final System.Logger LOG = System.getLogger(Records.class.getName());
    private static final int LEAST_ID = 4;

    private final Path images;

    Records(Path images) {
        this.images = images;
    }

    List<ImageRecord> all() throws ImageException {
        List<ImageRecord> all = new ArrayList<>();
        for (Path p : Places.in(images)) {
            byte[] text = WholeFile.read(p);
            try {
                if (text != null) {
                    all.add(ImageRecord.parse(text, p.toString()));
                }
            } catch (ImageException e) {
                LOG.log(System.Logger.Level.WARNING, "images: {0} is broken and left out", p);
            }
        }
        return all;
    }

    private Path file(String id) {
        return images.resolve(id.replace(':', '-') + ".json");
    }

    Optional<ImageRecord> byId(String id) throws ImageException {
        byte[] text = WholeFile.read(file(id));
        return text == null ? Optional.empty() : Optional.of(ImageRecord.parse(text, id));
    }

    /** By a name or digest in full form. */
    Optional<ImageRecord> byName(String name) throws ImageException {
        for (ImageRecord r : all()) {
            if (r.names().contains(name) || r.digests().contains(name)) {
                return Optional.of(r);
            }
        }
        return Optional.empty();
    }

    /** By an id or its beginning, with or without "sha256:". */
    Optional<ImageRecord> byIdPrefix(String text) throws ImageException {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        if (hex.length() < LEAST_ID || !hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            return Optional.empty();
        }
        ImageRecord found = null;
        for (ImageRecord r : all()) {
            if (r.id().startsWith("sha256:" + hex)) {
                if (found != null) {
                    throw new ImageException(
                            Kind.INVALID_REFERENCE,
                            "\"" + text + "\" is the beginning of several images' ids",
                            "write more");
                }
                found = r;
            }
        }
        return Optional.ofNullable(found);
    }

    /** A change of the records. */
    interface Change<T> {
        T make() throws ImageException;
    }

    synchronized <T> T change(Change<T> change) throws ImageException {
        try (HostLock lock = HostLock.take(images.resolve(".lock"), false, WAIT_MILLIS)) {
            if (lock == null) {
                throw new ImageException(Kind.STORE, "images: another process holds " + images + "/.lock", "");
            }
            return change.make();
        }
    }

    /** Adds an image, or names to one that is here. A name leads to one image: others lose it. */
    ImageRecord add(ImageRecord r) throws ImageException {
        return change(() -> {
            for (ImageRecord other : all()) {
                if (!other.id().equals(r.id()) && other.names().stream().anyMatch(r.names()::contains)) {
                    put(other.named(without(other.names(), r.names()), other.digests()));
                }
            }
            ImageRecord before = byId(r.id()).orElse(null);
            ImageRecord now = before == null
                    ? r
                    : r.named(union(before.names(), r.names()), union(before.digests(), r.digests()));
            put(now);
            return now;
        });
    }

    void put(ImageRecord r) throws ImageException {
        WholeFile.write(file(r.id()), r.write());
    }

    void delete(String id) throws ImageException {
        try {
            Optional<ImageRecord> r = byId(id);
            for (String name : r.isPresent() ? r.get().names() : List.<String>of()) {
                Files.deleteIfExists(stampFile(name));
            }
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            throw WholeFile.failed("remove image " + id, e);
        }
    }

    // ---- archives: a large one is not read again as long as it is the same file ----

    private Path stampFile(String name) {
        return images.resolve(
                ".archive-" + Digest.of(name.getBytes(StandardCharsets.UTF_8)).hex());
    }

    /** What tells one state of a file from another; empty if it is not there. */
    static String stamp(Path file) {
        try {
            Map<String, Object> a = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
            return a.get("size") + " " + a.get("lastModifiedTime") + " " + a.get("ctime") + " " + a.get("ino");
        } catch (IOException e) {
            return "";
        }
    }

    void remember(String name, String stamp) throws ImageException {
        WholeFile.write(stampFile(name), stamp.getBytes(StandardCharsets.UTF_8));
    }

    boolean sameFile(String name, Path file) throws ImageException {
        byte[] text = WholeFile.read(stampFile(name));
        return text != null && new String(text, StandardCharsets.UTF_8).equals(stamp(file));
    }

    private static List<String> without(List<String> from, List<String> what) {
        List<String> left = new ArrayList<>(from);
        left.removeAll(what);
        return left;
    }

    private static List<String> union(List<String> a, List<String> b) {
        List<String> all = new ArrayList<>(a);
        for (String s : b) {
            if (!all.contains(s)) {
                all.add(s);
            }
        }
        return all;
    }
}
