// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Empties a namespace that is deleted, owners first, and lets it go when nothing is left in it. */
final class NamespaceController implements Reconciler {
    private final ObjectStore store;

    NamespaceController(ObjectStore store) {
        this.store = store;
    }

    @Override
    public @Nullable Duration sync(String none, String name) {
        Namespace space = store.get(Kind.NAMESPACE, null, name);
        if (space == null || !Objects.deleted(space)) {
            return null;
        }
        boolean left = false;
        for (Kind<?> kind : Kind.ALL.reversed()) { // jobs, replica sets, deployments before their pods
            if (!kind.namespaced()) {
                continue;
            }
            for (HasMetadata object : store.list(kind, name)) {
                left = true;
                if (!Objects.deleted(object)) {
                    delete(kind, object);
                }
            }
        }
        if (left) {
            return Duration.ofSeconds(1);
        }
        try {
            store.edit(Kind.NAMESPACE, null, name, n -> {
                if (n.getSpec() != null) {
                    n.getSpec().setFinalizers(new ArrayList<>());
                }
            });
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND) {
                throw e;
            }
        }
        return null;
    }

    private void delete(Kind<?> kind, HasMetadata object) {
        try {
            store.delete(
                    kind,
                    Objects.namespace(object),
                    Objects.name(object),
                    DeleteOptions.DEFAULT.onlyUid(Objects.uid(object)));
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                throw e;
            }
        }
    }
}
