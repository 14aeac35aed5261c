// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import java.util.ArrayList;
import java.util.List;

/** Which objects belong to an owner: its own, and those without one that its selector matches; what stopped matching is let go. */
final class Claims {
    private Claims() {}

    static <T extends HasMetadata> List<T> claim(
            ObjectStore store, Kind<T> kind, HasMetadata owner, Selector selector) {
        List<T> mine = new ArrayList<>();
        boolean going = Objects.deleted(owner);
        for (T object : store.list(kind, Objects.namespace(owner))) {
            OwnerReference controller = Objects.controllerOf(object);
            if (controller != null) {
                if (!Objects.uid(owner).equals(controller.getUid())) {
                    continue;
                }
                if (selector.test(object)) {
                    mine.add(object);
                } else if (!going) {
                    release(store, kind, object, owner);
                }
            } else if (!going && !Objects.deleted(object) && selector.test(object)) {
                T adopted = adopt(store, kind, object, owner, selector);
                if (adopted != null) {
                    mine.add(adopted);
                }
            }
        }
        return mine;
    }

    private static <T extends HasMetadata> @org.jspecify.annotations.Nullable T adopt(
            ObjectStore store, Kind<T> kind, T object, HasMetadata owner, Selector selector) {
        // with the version that was read: nobody else has adopted or relabelled it in between
        List<OwnerReference> owners = new ArrayList<>();
        if (object.getMetadata().getOwnerReferences() != null) {
            owners.addAll(object.getMetadata().getOwnerReferences());
        }
        owners.add(Objects.reference(owner));
        object.getMetadata().setOwnerReferences(owners);
        try {
            return store.update(kind, object);
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.NOT_FOUND || e.reason() == StoreException.Reason.CONFLICT) {
                return null; // its change brings the owner here again
            }
            throw e;
        }
    }

    private static <T extends HasMetadata> void release(ObjectStore store, Kind<T> kind, T object, HasMetadata owner) {
        List<OwnerReference> owners = new ArrayList<>(object.getMetadata().getOwnerReferences());
        owners.removeIf(o -> Objects.uid(owner).equals(o.getUid()));
        object.getMetadata().setOwnerReferences(owners);
        try {
            store.update(kind, object);
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                throw e;
            }
        }
    }
}
