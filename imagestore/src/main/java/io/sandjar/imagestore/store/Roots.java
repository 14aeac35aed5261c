// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sandjar.abi.Errno;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.HostTrees;
import io.sandjar.host.OverlayMounts;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.Root;
import io.sandjar.imagestore.RootMode;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.content.WholeFile;
import io.sandjar.imagestore.layer.Flattening;
import io.sandjar.imagestore.layer.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Roots of containers. What a root is made of is written down before anything is made, so that whatever is left by a
 * process that died is found and removed; a root of a container that still runs is found by the same call again.
 */
final class Roots {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
    private static final String NOTE = "root.json";

    /** More lower directories than the host's overlayfs takes. */
    private static final int MAX_LOWER = 480;

    private final Places places;
    private final Layers layers;
    private final boolean root;
    private final ConcurrentHashMap<String, Object> busy = new ConcurrentHashMap<>();

    /** Whether the host has refused to mount: then it is not asked again. */
    private volatile boolean noMounts;

    Roots(Places places, Layers layers, boolean root) {
        this.places = places;
        this.layers = layers;
        this.root = root;
    }

    /**
     * What a root is made of.
     *
     * @param directory of a "dir:" image; empty for others
     */
    record Note(String image, List<String> layers, String directory, RootMode mode, long quotaBytes) {
        static Note parse(byte[] text, String what) throws ImageException {
            Json j = Json.parse(text, what);
            RootMode mode = j.text("mode").equals("HOST") ? RootMode.HOST : RootMode.SANDBOX;
            return new Note(j.text("image"), j.texts("layers"), j.text("directory"), mode, j.number("quota", 0));
        }

        byte[] write() {
            JsonObject o = new JsonObject();
            o.addProperty("image", image);
            JsonArray a = new JsonArray();
            layers.forEach(a::add);
            o.add("layers", a);
            o.addProperty("directory", directory);
            o.addProperty("mode", mode.name());
            o.addProperty("quota", quotaBytes);
            return o.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    private Path place(String id) throws ImageException {
        if (!ID.matcher(id).matches()) {
            throw new ImageException(
                    Kind.INVALID_REFERENCE, "\"" + id + "\" is not a container's id", "use letters, digits, _ . -");
        }
        return places.roots().resolve(id);
    }

    Root prepare(String id, Note note) throws ImageException {
        Path place = place(id);
        synchronized (busy.computeIfAbsent(id, x -> new Object())) {
            byte[] before = WholeFile.read(place.resolve(NOTE));
            if (before != null && !Note.parse(before, id).equals(note)) {
                throw new ImageException(
                        Kind.IN_USE, "container " + id + " has a root already, of another image", "release it first");
            }
            try {
                if (before == null) {
                    clear(place);
                    Files.createDirectories(place);
                    WholeFile.write(place.resolve(NOTE), note.write());
                }
                return make(place, note);
            } catch (IOException e) {
                throw WholeFile.failed("root of " + id, e);
            } catch (ImageException e) {
                if (before == null) {
                    try {
                        clear(place);
                    } catch (ImageException more) {
                        e.addSuppressed(more);
                    }
                }
                throw e;
            }
        }
    }

    private Root make(Path place, Note note) throws ImageException, IOException {
        boolean sandbox = note.mode == RootMode.SANDBOX;
        String changes = null;
        if (sandbox) {
            Path dir = directory(place.resolve("changes"));
            changes = "root:dir=" + dir + (note.quotaBytes > 0 ? ",size=" + note.quotaBytes : "")
                    + (root || !note.directory.isEmpty() ? "" : ",owners=stored");
        }
        if (sandbox && !note.directory.isEmpty()) {
            return new Root(Path.of(note.directory), changes);
        }
        if (sandbox && note.layers.size() == 1 && (!root || noMounts)) {
            require(note.layers);
            return new Root(layers.files(note.layers.getFirst()), changes);
        }
        Path rootfs = directory(place.resolve("rootfs"));
        if (OverlayMounts.isOverlay(Tree.bytes(rootfs)) && !OverlayMounts.isOverlay(Tree.bytes(place))) {
            return new Root(rootfs, changes);
        }
        if (root && !noMounts && note.layers.size() < MAX_LOWER && mount(place, rootfs, note)) {
            return new Root(rootfs, changes);
        }
        if (sandbox) {
            require(note.layers);
            return new Root(layers.flat(note.layers), changes);
        }
        copy(place, rootfs, note);
        return new Root(rootfs, null);
    }

    private static Path directory(Path p) throws IOException {
        return Files.isDirectory(p) ? p : Files.createDirectory(p);
    }

    private void require(List<String> diffIds) throws ImageException {
        for (String d : diffIds) {
            if (layers.find(d) == null) {
                throw Layers.missing(d);
            }
        }
    }

    private boolean mount(Path place, Path rootfs, Note note) throws ImageException, IOException {
        require(note.layers);
        List<String> lower = new ArrayList<>();
        for (String d : note.layers.reversed()) {
            lower.add(Tree.bytes(layers.files(d)));
        }
        if (!note.directory.isEmpty()) {
            lower.add(Tree.bytes(Path.of(note.directory)));
        }
        String upper = "";
        String work = "";
        long attributes = HostTrees.NODEV;
        if (note.mode == RootMode.HOST) {
            upper = Tree.bytes(upper(place, lower));
            work = Tree.bytes(directory(place.resolve("work")));
        } else {
            attributes |= HostTrees.RDONLY | HostTrees.NOSUID;
            if (lower.size() == 1) {
                lower.add(Tree.bytes(directory(place.resolve("nothing")))); // overlayfs wants two
            }
        }
        int r = OverlayMounts.overlay(lower, upper, work, Tree.bytes(rootfs), attributes);
        if (r == 0) {
            return true;
        }
        if (r == -Errno.EPERM || r == -Errno.EACCES || r == -Errno.ENODEV || r == -Errno.EINVAL || r == -Errno.ENOSYS) {
            noMounts = true;
            return false;
        }
        throw Tree.failure(-r, "mount the layers at " + rootfs);
    }

    /** The directory for changes; the root's own attributes are those of the topmost layer's. */
    private Path upper(Path place, List<String> lower) throws IOException, ImageException {
        Path upper = place.resolve("upper");
        if (Files.isDirectory(upper)) {
            return upper;
        }
        Files.createDirectory(upper);
        try (Tree to = Tree.open(upper);
                Tree from = Tree.open(Path.of(text(lower.getFirst())))) {
            Flattening.inherit(to, List.of(""), List.of(from), root);
        }
        return upper;
    }

    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void copy(Path place, Path rootfs, Note note) throws ImageException, IOException {
        Path done = place.resolve("copied");
        if (Files.exists(done)) {
            return;
        }
        Tree.remove(rootfs);
        Files.createDirectory(rootfs);
        if (note.directory.isEmpty()) {
            layers.flatten(note.layers, rootfs, true);
        } else {
            try (Tree from = Tree.open(Path.of(note.directory));
                    Tree to = Tree.open(rootfs)) {
                new Flattening(true, root).add(from, Set.of(), to);
            }
        }
        Files.createFile(done);
    }

    void release(String id) throws ImageException {
        Path place = place(id);
        synchronized (busy.computeIfAbsent(id, x -> new Object())) {
            clear(place);
        }
        busy.remove(id);
    }

    private static void clear(Path place) throws ImageException {
        Path rootfs = place.resolve("rootfs");
        for (int i = 0; i < 64; i++) {
            int r = OverlayMounts.detach(Tree.bytes(rootfs));
            if (r == -Errno.EINVAL || r == -Errno.ENOENT || r == -Errno.EPERM) {
                break;
            }
            Tree.check(r, "unmount " + rootfs);
        }
        try {
            // the note last: until then the rest is found again
            for (String part : List.of("rootfs", "upper", "work", "changes", "nothing", "copied")) {
                Tree.remove(place.resolve(part));
            }
            Files.deleteIfExists(place.resolve(NOTE));
        } catch (IOException e) {
            throw WholeFile.failed("remove " + place, e);
        }
        Tree.remove(place);
    }

    /** Containers with a root; what was begun and not written down is removed. */
    Map<String, Note> all() throws ImageException {
        Map<String, Note> all = new LinkedHashMap<>();
        for (Path p : Places.in(places.roots())) {
            byte[] text = WholeFile.read(p.resolve(NOTE));
            if (text != null) {
                all.put(p.getFileName().toString(), Note.parse(text, p.toString()));
            }
        }
        return all;
    }

    /** Where what a container changes can be seen; empty if it cannot, or there is none. */
    Optional<Path> changes(String id) throws ImageException {
        Path place = place(id);
        for (String part : List.of("upper", "changes")) {
            if (Files.isDirectory(place.resolve(part))) {
                return Optional.of(place.resolve(part));
            }
        }
        return Files.exists(place.resolve("copied")) ? Optional.of(place.resolve("rootfs")) : Optional.empty();
    }

    long writtenBytes(String id) throws ImageException {
        Optional<Path> dir = changes(id);
        if (dir.isEmpty()) {
            return 0;
        }
        try (Tree t = Tree.open(dir.get())) {
            return blocks(t.fd(), 0);
        }
    }

    private static long blocks(int dir, int depth) throws ImageException {
        long sum = 0;
        for (String name : Tree.names(dir)) {
            HostStat s = new HostStat();
            if (HostFs.statx(dir, name, s) != 0) {
                continue; // the container removed it just now
            }
            sum += s.blocks * 512;
            if ((s.mode & Tree.S_IFMT) == Tree.S_IFDIR && depth < 500) {
                int fd = Sys.openat(dir, name, 0200000 | 0400000, 0);
                if (fd >= 0) {
                    try {
                        sum += blocks(fd, depth + 1);
                    } finally {
                        Sys.close(fd);
                    }
                }
            }
        }
        return sum;
    }

    @Nullable
    Note note(String id) throws ImageException {
        byte[] text = WholeFile.read(place(id).resolve(NOTE));
        return text == null ? null : Note.parse(text, id);
    }
}
