// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Descriptor;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.content.Manifest;
import io.sandjar.imagestore.reference.Reference;
import io.sandjar.imagestore.registry.Http;
import io.sandjar.imagestore.registry.RegistryClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image in a registry. Layers are fetched into the store's blobs and removed once they are unpacked. */
final class RegistrySource implements ImageSource {
    private final Reference reference;
    private final RegistryClient client;
    private final Blobs blobs;

    RegistrySource(Reference reference, PullOptions options, StoreOptions store, Http http, Blobs blobs)
            throws ImageException {
        this.reference = reference;
        this.client = new RegistryClient(reference, options, store, http);
        this.blobs = blobs;
    }

    @Override
    public Contents contents() throws ImageException {
        Manifest m = client.manifest();
        byte[] text = client.small(m.config());
        Json configuration = Json.parse(text, reference + ": configuration");
        List<Piece> pieces = new ArrayList<>();
        for (Descriptor d : m.layers()) {
            pieces.add(new Layer(d));
        }
        return new Contents(
                Digest.of(text),
                configuration,
                m.diffIds(configuration, reference.toString()),
                pieces,
                List.of(),
                List.of(reference.name() + "@" + client.topDigest()));
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
            Path file = blobs.fetch(d, client.layer(d), watch, wanted);
            return () -> Files.newInputStream(file);
        }

        @Override
        public @Nullable Digest digest() {
            return null; // checked when it was fetched
        }

        @Override
        public void discard() throws ImageException {
            blobs.remove(d.digest());
        }
    }
}
