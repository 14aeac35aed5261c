// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects of this node, as Kubernetes' API server keeps them: versions from one counter, optimistic conflicts, deletion
 * in two steps for pods and for objects with finalizers, and watches. A call that changes something returns when the
 * change is on the disk, and only then others see it. Whoever gets an object gets a copy of his own and may change it.
 */
public final class ObjectStore implements AutoCloseable {
    private final Committer committer;

    private ObjectStore(Committer committer) {
        this.committer = committer;
        if (get(Kind.NAMESPACE, null, "default") == null) {
            create(Kind.NAMESPACE, namespace("default"));
        }
    }

    /** Opens the store in a directory, which is made if it is absent. One process at a time may have it open. */
    public static ObjectStore open(Path directory) throws IOException {
        return open(directory, Journal.Disk.REAL);
    }

    static ObjectStore open(Path directory, Journal.Disk disk) throws IOException {
        return new ObjectStore(Committer.open(directory, disk));
    }

    /** A store that forgets, for tests. */
    public static ObjectStore inMemory() {
        return new ObjectStore(Committer.inMemory());
    }

    public static Namespace namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/metadata.name", name)
                .endMetadata()
                .withNewSpec()
                .addToFinalizers("kubernetes")
                .endSpec()
                .withNewStatus()
                .withPhase("Active")
                .endStatus()
                .build();
    }

    static Stored.Key key(Kind<?> kind, @Nullable String namespace, String name) {
        return new Stored.Key(
                kind, kind.namespaced() ? namespace == null || namespace.isEmpty() ? "default" : namespace : "", name);
    }

    /** Stores a new object; metadata.generateName is honoured. */
    public <T extends HasMetadata> T create(Kind<T> kind, T object) {
        return commit(kind, s -> Mutations.create(s, kind, Json.tree(object)));
    }

    /** The object, or null. */
    public <T extends HasMetadata> @Nullable T get(Kind<T> kind, @Nullable String namespace, String name) {
        Stored s = raw(kind, namespace, name);
        return s == null ? null : s.object(kind);
    }

    /** The object; StoreException NOT_FOUND if there is none. */
    public <T extends HasMetadata> T require(Kind<T> kind, @Nullable String namespace, String name) {
        T object = get(kind, namespace, name);
        if (object == null) {
            throw StoreException.notFound(kind, name);
        }
        return object;
    }

    /** The object as JSON, or null. */
    public @Nullable Stored raw(Kind<?> kind, @Nullable String namespace, String name) {
        return committer.objects().get(key(kind, namespace, name));
    }

    /** All objects of a kind in a namespace, or with null in all, by namespace and name. */
    public <T extends HasMetadata> List<T> list(Kind<T> kind, @Nullable String namespace) {
        return list(kind, namespace, Selector.EVERYTHING);
    }

    public <T extends HasMetadata> List<T> list(Kind<T> kind, @Nullable String namespace, Selector selector) {
        List<T> objects = new ArrayList<>();
        for (Stored s : rawList(kind, namespace, selector).items()) {
            objects.add(s.object(kind));
        }
        return objects;
    }

    /** The objects of a list with the version of the store that it shows. */
    public record RawList(long version, List<Stored> items) {}

    public RawList rawList(Kind<?> kind, @Nullable String namespace, Selector selector) {
        return committer.list(kind, namespace, selector);
    }

    /**
     * Replaces metadata and spec (data, ...); the status stays. With a resourceVersion in the object only if it is still at
     * that version, else StoreException CONFLICT.
     */
    public <T extends HasMetadata> T update(Kind<T> kind, T object) {
        return commit(kind, s -> Mutations.update(s, kind, Json.tree(object), false));
    }

    /** Replaces the status alone, by the same rule on versions. */
    public <T extends HasMetadata> T updateStatus(Kind<T> kind, T object) {
        return commit(kind, s -> Mutations.update(s, kind, Json.tree(object), true));
    }

    /** Reads, changes and writes all but the status, again if somebody else was faster. */
    public <T extends HasMetadata> T edit(Kind<T> kind, @Nullable String namespace, String name, Consumer<T> change) {
        return edit(kind, namespace, name, change, false);
    }

    /** Reads, changes and writes the status, again if somebody else was faster. */
    public <T extends HasMetadata> T editStatus(
            Kind<T> kind, @Nullable String namespace, String name, Consumer<T> change) {
        return edit(kind, namespace, name, change, true);
    }

    private <T extends HasMetadata> T edit(
            Kind<T> kind, @Nullable String namespace, String name, Consumer<T> change, boolean status) {
        for (int attempt = 0; ; attempt++) {
            T object = require(kind, namespace, name);
            change.accept(object);
            try {
                return status ? updateStatus(kind, object) : update(kind, object);
            } catch (StoreException e) {
                if (e.reason() != Reason.CONFLICT || attempt == 20) {
                    throw e;
                }
            }
        }
    }

    /**
     * Deletes an object. A pod that may still run, and whatever has finalizers, is only marked (deletionTimestamp) and goes
     * with {@link #remove} or with its last finalizer.
     *
     * @return the object as it is now, or as it was last
     */
    public <T extends HasMetadata> T delete(
            Kind<T> kind, @Nullable String namespace, String name, DeleteOptions options) {
        return commit(kind, s -> Mutations.delete(s, kind, key(kind, namespace, name), options));
    }

    /** Removes an object that is marked for deletion for good (the pod worker has finished). No error if it is gone. */
    public void remove(Kind<?> kind, @Nullable String namespace, String name, String uid) {
        committer.commit(s -> Mutations.remove(s, key(kind, namespace, name), uid), true);
    }

    /** Watches the objects of a kind in a namespace, or with null in all. */
    public <T extends HasMetadata> Watch<T> watch(Kind<T> kind, @Nullable String namespace, Selector selector) {
        return new TypedWatch<>(kind, committer.watch(kind, namespace, selector, -1));
    }

    public <T extends HasMetadata> Watch<T> watch(Kind<T> kind) {
        return watch(kind, null, Selector.EVERYTHING);
    }

    /** Watches as JSON, from a version on (EXPIRED if that is too long ago), or with -1 from the present with all objects. */
    public RawWatch watchRaw(Kind<?> kind, @Nullable String namespace, Selector selector, long fromVersion) {
        return committer.watch(kind, namespace, selector, fromVersion);
    }

    /** Says on which node pods run that are created from now on: what a cluster's scheduler would write. */
    public void nodeName(String name) {
        committer.nodeName(name);
    }

    /** The version of the last change. */
    public long version() {
        return committer.version();
    }

    /** Why nothing can be written at the moment, or null. */
    public @Nullable String trouble() {
        return committer.trouble();
    }

    /** Changes something that may be lost in a crash, without waiting (events). */
    CompletableFuture<@Nullable Stored> later(Committer.Mutation mutation) {
        return committer.submit(mutation, false);
    }

    private <T extends HasMetadata> T commit(Kind<T> kind, Committer.Mutation mutation) {
        Stored stored = committer.commit(mutation, kind != (Object) Kind.NODE && kind != (Object) Kind.EVENT);
        if (stored == null) {
            throw new IllegalStateException("a change without a result");
        }
        return stored.object(kind);
    }

    static RuntimeException unwrapped(CompletionException e) {
        return e.getCause() instanceof StoreException s
                ? new StoreException(s.reason(), String.valueOf(s.getMessage()), s)
                : e;
    }

    /** Ends all watches and closes the files. */
    @Override
    public void close() {
        committer.close();
    }

    /** All that the store is made of, for tests. */
    Committer committer() {
        return committer;
    }
}
