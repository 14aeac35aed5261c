// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.sandjar.node.model.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One version of an object as the store holds it: its JSON, never changed; whoever asks for an object gets a copy. */
public final class Stored {
    /** Kind, namespace (empty for none) and name. */
    public record Key(Kind<?> kind, String namespace, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int c = kind.plural().compareTo(other.kind.plural());
            c = c != 0 ? c : namespace.compareTo(other.namespace);
            return c != 0 ? c : name.compareTo(other.name);
        }
    }

    private final Key key;
    private final long version;
    private final byte[] json;
    private @Nullable HasMetadata view;

    Stored(Key key, long version, byte[] json) {
        this.key = key;
        this.version = version;
        this.json = json;
    }

    /** A new version of an object: the tree gets the version written into it. */
    static Stored of(Key key, long version, ObjectNode tree) {
        metadata(tree).put("resourceVersion", Long.toString(version));
        return new Stored(key, version, Json.bytes(tree));
    }

    static ObjectNode metadata(ObjectNode tree) {
        JsonNode metadata = tree.get("metadata");
        return metadata instanceof ObjectNode o ? o : tree.putObject("metadata");
    }

    public Key key() {
        return key;
    }

    public long version() {
        return version;
    }

    /** The object as JSON. Not to be changed. */
    public byte[] json() {
        return json;
    }

    /** A tree of its own for the caller. */
    public ObjectNode tree() {
        return Json.parse(json);
    }

    /** An object of its own for the caller. */
    public <T extends HasMetadata> T object(Kind<T> kind) {
        return Json.read(json, kind.type());
    }

    /** The object, to look at only: it is shared. */
    synchronized HasMetadata view() {
        HasMetadata v = view;
        if (v == null) {
            v = Json.read(json, key.kind().type());
            view = v;
        }
        return v;
    }
}
