// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.archive;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Descriptor;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.content.Manifest;
import io.sandjar.imagestore.reference.Reference;
import io.sandjar.imagestore.store.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image in an OCI layout: index.json and blobs, in a directory or in an archive that was taken apart. */
public final class LayoutSource implements ImageSource {
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final String CONTAINERD_NAME = "io.containerd.image.name";
    private static final int MAX_DOCUMENT = 8 << 20;

    /** A layout's files by name. */
    public interface FilesByName {
        /** Null if it is not there. */
        @Nullable
        Path get(String name);
    }

    private final String what;
    private final FilesByName files;
    private final String tag;

    /**
     * @param what it is, for messages
     * @param tag which image of several; empty: the only one, or "latest"
     */
    public LayoutSource(String what, FilesByName files, String tag) {
        this.what = what;
        this.files = files;
        this.tag = tag;
    }

    private Path file(String name) throws ImageException {
        Path p = files.get(name);
        if (p == null || !Files.isRegularFile(p)) {
            throw new ImageException(
                    Kind.NOT_FOUND, what + ": lacks " + name, "it is no OCI image layout, or not all of it");
        }
        return p;
    }

    private byte[] document(String name) throws ImageException {
        Path p = file(name);
        try {
            if (Files.size(p) > MAX_DOCUMENT) {
                throw new ImageException(Kind.MALFORMED, what + ": " + name + " is too large", "");
            }
            return Files.readAllBytes(p);
        } catch (IOException e) {
            throw new ImageException(Kind.STORE, what + ": " + name + ": " + e.getMessage(), "", e);
        }
    }

    private static String blob(Digest d) {
        return "blobs/" + d.algorithm() + "/" + d.hex();
    }

    private byte[] checked(Descriptor d) throws ImageException {
        byte[] text = document(blob(d.digest()));
        Digest is = Digest.finish(d.digest().algorithm(), d.digest().hasher().digest(text));
        if (!is.equals(d.digest())) {
            throw new ImageException(
                    Kind.DIGEST_MISMATCH, what + ": blob " + d.digest() + " has the digest " + is, "it is broken");
        }
        return text;
    }

    @Override
    public Contents contents() throws ImageException {
        Json index = Json.parse(document("index.json"), what + ": index.json");
        Json entry = choose(index.objects("manifests"));
        Descriptor top = entry.descriptor();
        Manifest m = Manifest.read(checked(top), what, this::checked);
        byte[] text = checked(m.config());
        Json configuration = Json.parse(text, what + ": configuration");
        List<Piece> pieces = new ArrayList<>();
        for (Descriptor d : m.layers()) {
            pieces.add(new Layer(d));
        }
        List<String> names = new ArrayList<>();
        String full = entry.map("annotations").getOrDefault(CONTAINERD_NAME, "");
        if (!full.isEmpty()) {
            names.add(Reference.parse(full).toString());
        }
        return new Contents(Digest.of(text), configuration, m.diffIds(configuration, what), pieces, names, List.of());
    }

    private Json choose(List<Json> manifests) throws ImageException {
        List<String> tags = new ArrayList<>();
        Json latest = null;
        for (Json m : manifests) {
            String name = m.map("annotations").getOrDefault(REF_NAME, "");
            String full = m.map("annotations").getOrDefault(CONTAINERD_NAME, "");
            boolean same = name.equals(tag) || full.equals(tag) || full.endsWith(":" + tag);
            if (!tag.isEmpty() && same) {
                return m;
            }
            if (name.equals("latest")) {
                latest = m;
            }
            tags.add(name);
        }
        if (tag.isEmpty() && (manifests.size() == 1 || latest != null)) {
            return latest != null ? latest : manifests.getFirst();
        }
        throw new ImageException(
                Kind.NOT_FOUND,
                what + (tag.isEmpty() ? ": has " + manifests.size() + " images" : ": has no image \"" + tag + "\""),
                tags.isEmpty() ? "" : "choose one of: " + String.join(", ", tags));
    }

    private final class Layer implements Piece {
        private final Descriptor d;

        Layer(Descriptor d) {
            this.d = d;
        }

        @Override
        public String name() {
            return d.digest().toString();
        }

        @Override
        public long size() {
            return Math.max(0, d.size());
        }

        @Override
        public Archive fetch(Blobs.Watch watch, Blobs.Wanted wanted) throws ImageException {
            Path p = file(blob(d.digest()));
            return () -> Files.newInputStream(p);
        }

        @Override
        public Digest digest() {
            return d.digest();
        }
    }
}
