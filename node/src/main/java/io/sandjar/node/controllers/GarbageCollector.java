// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.DeleteOptions.Propagation;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Removes what has lost its owners, and carries out the two slow ways of deletion: dependents first, or dependents stay. Its
 * keys are uids, of objects that changed or of owners that are gone.
 */
final class GarbageCollector implements Reconciler {
    private static final List<Kind<?>> KINDS =
            List.of(Kind.POD, Kind.REPLICA_SET, Kind.DEPLOYMENT, Kind.JOB, Kind.CONFIG_MAP, Kind.SECRET);
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String ORPHAN = "orphan";

    private final ObjectStore store;

    GarbageCollector(ObjectStore store) {
        this.store = store;
    }

    @Override
    public @Nullable Duration sync(String namespace, String uid) {
        HasMetadata object = find(namespace, uid);
        if (object == null) {
            for (HasMetadata dependent : dependents(namespace, uid)) {
                check(dependent);
            }
            return null;
        }
        if (Objects.deleted(object)) {
            if (hasFinalizer(object, ORPHAN)) {
                orphan(namespace, object);
            } else if (hasFinalizer(object, FOREGROUND)) {
                foreground(namespace, object);
            }
        } else {
            check(object);
        }
        return null;
    }

    /** Looks at everything that has an owner or is about to go: for what happened while nobody watched. */
    void sweep(Consumer<String> keys) {
        for (Kind<?> kind : KINDS) {
            for (HasMetadata object : store.list(kind, null)) {
                List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
                if (Objects.deleted(object) || owners != null && !owners.isEmpty()) {
                    keys.accept("Garbage/" + Objects.namespace(object) + "/" + Objects.uid(object));
                }
            }
        }
        for (HasMetadata space : store.list(Kind.NAMESPACE, null)) {
            if (Objects.deleted(space)) {
                keys.accept("Namespace//" + Objects.name(space));
            }
        }
    }

    private @Nullable HasMetadata find(String namespace, String uid) {
        for (Kind<?> kind : KINDS) {
            for (HasMetadata object : store.list(kind, namespace, is(uid))) {
                return object;
            }
        }
        return null;
    }

    private static Selector is(String uid) {
        return Selector.EVERYTHING.and(o -> uid.equals(o.getMetadata().getUid()));
    }

    private List<HasMetadata> dependents(String namespace, String uid) {
        List<HasMetadata> found = new ArrayList<>();
        Selector owned = Selector.EVERYTHING.and(o -> owner(o, uid) != null);
        for (Kind<?> kind : KINDS) {
            found.addAll(store.list(kind, namespace, owned));
        }
        return found;
    }

    private static @Nullable OwnerReference owner(HasMetadata object, String uid) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        if (owners != null) {
            for (OwnerReference owner : owners) {
                if (uid.equals(owner.getUid())) {
                    return owner;
                }
            }
        }
        return null;
    }

    /** Deletes an object none of whose owners exists any more. */
    private void check(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        if (owners == null || owners.isEmpty() || Objects.deleted(object)) {
            return;
        }
        boolean waiting = false;
        for (OwnerReference reference : owners) {
            Kind<?> kind = Kind.of(reference.getApiVersion(), reference.getKind());
            if (kind == null) {
                return; // an owner of a kind that we cannot look up: not ours to decide
            }
            HasMetadata owner = store.get(kind, Objects.namespace(object), reference.getName());
            if (owner != null && Objects.uid(owner).equals(reference.getUid())) {
                if (!Objects.deleted(owner) || !hasFinalizer(owner, FOREGROUND)) {
                    return;
                }
                waiting = true;
            }
        }
        delete(object, waiting ? Propagation.FOREGROUND : Propagation.BACKGROUND);
    }

    private void delete(HasMetadata object, Propagation how) {
        boolean leaf =
                dependents(Objects.namespace(object), Objects.uid(object)).isEmpty();
        try {
            store.delete(
                    Kind.of(object),
                    Objects.namespace(object),
                    Objects.name(object),
                    new DeleteOptions(null, leaf ? Propagation.BACKGROUND : how, Objects.uid(object), null));
        } catch (StoreException e) {
            ignoreIfGone(e);
        }
    }

    private void foreground(String namespace, HasMetadata object) {
        boolean blocked = false;
        for (HasMetadata dependent : dependents(namespace, Objects.uid(object))) {
            OwnerReference reference = owner(dependent, Objects.uid(object));
            blocked |= reference != null && Boolean.TRUE.equals(reference.getBlockOwnerDeletion());
            if (!Objects.deleted(dependent)) {
                check(dependent);
            }
        }
        if (!blocked) {
            dropFinalizer(object, FOREGROUND);
        }
    }

    private void orphan(String namespace, HasMetadata object) {
        for (HasMetadata dependent : dependents(namespace, Objects.uid(object))) {
            List<OwnerReference> owners =
                    new ArrayList<>(dependent.getMetadata().getOwnerReferences());
            owners.removeIf(o -> Objects.uid(object).equals(o.getUid()));
            dependent.getMetadata().setOwnerReferences(owners);
            try {
                store.update(Kind.of(dependent), dependent);
            } catch (StoreException e) {
                if (e.reason() == StoreException.Reason.CONFLICT) {
                    throw e;
                }
                ignoreIfGone(e);
            }
        }
        dropFinalizer(object, ORPHAN);
    }

    private static boolean hasFinalizer(HasMetadata object, String name) {
        List<String> finalizers = object.getMetadata().getFinalizers();
        return finalizers != null && finalizers.contains(name);
    }

    private void dropFinalizer(HasMetadata object, String name) {
        try {
            store.edit(Kind.of(object), Objects.namespace(object), Objects.name(object), o -> {
                List<String> finalizers = new ArrayList<>();
                if (Objects.uid(o).equals(Objects.uid(object))
                        && o.getMetadata().getFinalizers() != null) {
                    finalizers.addAll(o.getMetadata().getFinalizers());
                    finalizers.remove(name);
                    o.getMetadata().setFinalizers(finalizers);
                }
            });
        } catch (StoreException e) {
            ignoreIfGone(e);
        }
    }

    private static void ignoreIfGone(StoreException e) {
        if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
            throw e;
        }
    }
}
