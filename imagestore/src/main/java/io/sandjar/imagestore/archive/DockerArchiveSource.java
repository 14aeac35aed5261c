// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.archive;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.layer.ArchiveFiles;
import io.sandjar.imagestore.reference.Reference;
import io.sandjar.imagestore.store.ImageSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image in an archive of `docker save`, old (a directory for each layer) or new (an OCI layout beside it). */
public final class DockerArchiveSource implements ImageSource {
    private final String what;
    private final ArchiveFiles files;
    private final String name;

    /** @param name which image of several; empty: the only one */
    public DockerArchiveSource(String what, ArchiveFiles files, String name) {
        this.what = what;
        this.files = files;
        this.name = name;
    }

    private Path file(String path) throws ImageException {
        Path p = files.get(path);
        if (p == null) {
            throw new ImageException(
                    Kind.NOT_FOUND, what + ": lacks " + path, "it is no archive of docker save, or not all of it");
        }
        return p;
    }

    private byte[] document(String path) throws ImageException {
        try {
            return Files.readAllBytes(file(path));
        } catch (IOException e) {
            throw new ImageException(Kind.STORE, what + ": " + path + ": " + e.getMessage(), "", e);
        }
    }

    @Override
    public Contents contents() throws ImageException {
        // a list at its top: made a field of an object
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("{\"images\":".getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(document("manifest.json"));
        text.write('}');
        Json image =
                choose(Json.parse(text.toByteArray(), what + ": manifest.json").objects("images"));
        byte[] config = document(image.text("Config"));
        Json configuration = Json.parse(config, what + ": configuration");
        List<Digest> diffIds = new ArrayList<>();
        for (String d : configuration.object("rootfs").texts("diff_ids")) {
            diffIds.add(Digest.parse(d, what + ": diff_ids"));
        }
        List<Piece> pieces = new ArrayList<>();
        for (String path : image.texts("Layers")) {
            pieces.add(new Layer(path, file(path)));
        }
        if (diffIds.size() != pieces.size()) {
            throw new ImageException(
                    Kind.MALFORMED,
                    what + ": " + pieces.size() + " layers, but " + diffIds.size() + " of them in its configuration",
                    "");
        }
        List<String> names = new ArrayList<>();
        for (String tag : image.texts("RepoTags")) {
            names.add(Reference.parse(tag).toString());
        }
        return new Contents(Digest.of(config), configuration, diffIds, pieces, names, List.of());
    }

    private Json choose(List<Json> images) throws ImageException {
        List<String> tags = new ArrayList<>();
        for (Json i : images) {
            for (String tag : i.texts("RepoTags")) {
                if (!name.isEmpty() && Reference.parse(tag).equals(Reference.parse(name))) {
                    return i;
                }
                tags.add(tag);
            }
        }
        if (name.isEmpty() && images.size() == 1) {
            return images.getFirst();
        }
        throw new ImageException(
                Kind.NOT_FOUND,
                what + (name.isEmpty() ? ": has " + images.size() + " images" : ": has no image \"" + name + "\""),
                tags.isEmpty() ? "" : "choose one of: " + String.join(", ", tags));
    }

    private record Layer(String name, Path file) implements Piece {
        @Override
        public long size() {
            return file.toFile().length();
        }

        @Override
        public Archive fetch(Blobs.Watch watch, Blobs.Wanted wanted) {
            return () -> Files.newInputStream(file);
        }

        @Override
        public @Nullable Digest digest() {
            return null; // the diff-id is checked
        }
    }
}
