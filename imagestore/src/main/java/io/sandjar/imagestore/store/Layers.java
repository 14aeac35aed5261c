// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.content.WholeFile;
import io.sandjar.imagestore.layer.Flattening;
import io.sandjar.imagestore.layer.LayerInfo;
import io.sandjar.imagestore.layer.LayerUnpacker;
import io.sandjar.imagestore.layer.Limits;
import io.sandjar.imagestore.layer.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Unpacked layers, each once however many images have it. A layer counts when its directory has its name, which it gets
 * last; whether it survives a power failure is only known after the next flush, so one that is not known to be flushed
 * is believed only until the machine is started again.
 */
final class Layers {
    private static final String SYNCED = "synced";
    private static final AtomicLong SERIAL = new AtomicLong();

    private static final System.Logger LOG = System.getLogger(Layers.class.getName());

    private final Places places;
    private final boolean root;
    private final String boot;
    private final Set<String> unsynced = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean syncing = new AtomicBoolean();

    Layers(Places places, boolean root) {
        this.places = places;
        this.root = root;
        String id = Sys.readText("/proc/sys/kernel/random/boot_id");
        this.boot = id == null ? "" : id.strip();
    }

    private Path place(String diffId) {
        return places.layers().resolve(diffId.replace(':', '-'));
    }

    /** The directory with a layer's files. */
    Path files(String diffId) {
        return place(diffId).resolve("fs");
    }

    /** What is known of a layer that is here; null if it is not. */
    @Nullable
    LayerInfo find(String diffId) throws ImageException {
        byte[] text = WholeFile.read(place(diffId).resolve("layer.json"));
        if (text == null) {
            return null;
        }
        Json j;
        try {
            j = Json.parse(text, "layer " + diffId);
        } catch (ImageException e) {
            return null; // the disk has lost it: it is fetched again
        }
        if (!j.text("boot").equals(boot) && !Files.exists(place(diffId).resolve(SYNCED))) {
            return null;
        }
        return new LayerInfo(
                diffId, j.number("bytes", 0), j.number("entries", 0), j.texts("implicit"), j.texts("warnings"));
    }

    /**
     * Unpacks a layer.
     *
     * @param packedDigest null: known to be right
     * @param below diff-ids of the layers below it, the lowest first
     */
    LayerInfo unpack(
            ImageSource.Archive archive,
            @Nullable Digest packedDigest,
            Digest diffId,
            List<String> below,
            Limits limits,
            LayerUnpacker.Watch watch)
            throws ImageException {
        Path made = temporary("layer");
        try {
            Path fs = made.resolve("fs");
            Files.createDirectory(fs);
            LayerInfo info;
            try (Tree tree = Tree.open(fs);
                    InputStream in = archive.open()) {
                Sys.call(Nr.fchmod, tree.fd(), 0755, 0);
                info = new LayerUnpacker(limits, root).unpack(in, packedDigest, diffId, tree, watch);
                inherit(tree, info, below);
            }
            WholeFile.write(made.resolve("layer.json"), describe(info));
            Path end = place(diffId.toString());
            if (find(diffId.toString()) == null) {
                Tree.remove(end);
            }
            int r = HostFs.twoNames(Nr.renameat2, Sys.AT_FDCWD, Tree.bytes(made), Sys.AT_FDCWD, Tree.bytes(end), 1);
            if (r != -Errno.EEXIST) { // another process was faster: the same files
                Tree.check(r, "keep layer " + diffId.brief());
            }
            return info;
        } catch (IOException e) {
            throw WholeFile.failed("unpack layer " + diffId.brief(), e);
        } finally {
            Tree.remove(made);
        }
    }

    private void inherit(Tree tree, LayerInfo info, List<String> below) throws ImageException {
        if (info.implicit().isEmpty() || below.isEmpty()) {
            return;
        }
        List<Tree> lower = new ArrayList<>();
        try {
            for (String diffId : below.reversed()) {
                lower.add(Tree.open(files(diffId)));
            }
            Flattening.inherit(tree, info.implicit(), lower, root);
        } finally {
            lower.forEach(Tree::close);
        }
    }

    private byte[] describe(LayerInfo info) {
        JsonObject o = new JsonObject();
        o.addProperty("diffId", info.diffId());
        o.addProperty("boot", boot);
        o.addProperty("bytes", info.bytes());
        o.addProperty("entries", info.entries());
        JsonArray implicit = new JsonArray();
        info.implicit().forEach(implicit::add);
        o.add("implicit", implicit);
        JsonArray warnings = new JsonArray();
        info.warnings().forEach(warnings::add);
        o.add("warnings", warnings);
        return o.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A new directory that goes away when its maker dies. */
    Path temporary(String what) throws ImageException {
        Path p = places.tmp()
                .resolve(what + "-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet() + "-"
                        + Long.toHexString(System.nanoTime()));
        try {
            return Files.createDirectory(p);
        } catch (IOException e) {
            throw WholeFile.failed("make " + p, e);
        }
    }

    /**
     * Sees to it that layers survive a power failure, some time soon: to flush a busy disk takes seconds, and nobody has
     * to wait for it, since a layer that is not marked is not believed after the next start of the machine.
     */
    void syncLater(List<String> diffIds) {
        for (String d : diffIds) {
            if (!Files.exists(place(d).resolve(SYNCED))) {
                unsynced.add(d);
            }
        }
        if (!unsynced.isEmpty() && syncing.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("images-sync").start(() -> {
                try {
                    syncNow();
                } catch (ImageException e) {
                    LOG.log(System.Logger.Level.WARNING, "images: " + e.getMessage());
                } finally {
                    syncing.set(false);
                }
            });
        }
    }

    /** Flushes what is still to be flushed. */
    void syncNow() throws ImageException {
        List<String> todo = List.copyOf(unsynced);
        if (todo.isEmpty()) {
            return;
        }
        try (Tree t = Tree.open(places.layers())) {
            t.sync();
        }
        for (String d : todo) {
            try {
                Files.createFile(place(d).resolve(SYNCED));
            } catch (FileAlreadyExistsException | NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, "layer {0} is flushed already, or gone", d);
            } catch (IOException e) {
                throw WholeFile.failed("keep a layer", e);
            }
            unsynced.remove(d);
        }
    }

    /** The layers' directories put together: shared by all containers of an image, read only. */
    Path flat(List<String> diffIds) throws ImageException {
        Path end = places.flat().resolve(chain(diffIds));
        if (Files.isDirectory(end.resolve("fs"))) {
            return end.resolve("fs");
        }
        Path made = temporary("flat");
        try {
            flatten(diffIds, Files.createDirectory(made.resolve("fs")), false);
            int r = HostFs.twoNames(Nr.renameat2, Sys.AT_FDCWD, Tree.bytes(made), Sys.AT_FDCWD, Tree.bytes(end), 1);
            if (r != -Errno.EEXIST) {
                Tree.check(r, "keep an image's files");
            }
            return end.resolve("fs");
        } catch (IOException e) {
            throw WholeFile.failed("put layers together", e);
        } finally {
            Tree.remove(made);
        }
    }

    /** Puts layers together in a directory that is there and empty. */
    void flatten(List<String> diffIds, Path into, boolean copies) throws ImageException {
        Flattening f = new Flattening(copies, root);
        try (Tree target = Tree.open(into)) {
            for (String d : diffIds) {
                LayerInfo info = find(d);
                if (info == null) {
                    throw missing(d);
                }
                try (Tree layer = Tree.open(files(d))) {
                    f.add(layer, Set.copyOf(info.implicit()), target);
                }
            }
        }
    }

    static ImageException missing(String diffId) {
        return new ImageException(Kind.STORE, "layer " + diffId + " is gone from the store", "pull the image again");
    }

    /** The name of a sequence of layers. */
    static String chain(List<String> diffIds) {
        return Digest.of(String.join(" ", diffIds).getBytes(StandardCharsets.US_ASCII))
                .hex();
    }
}
