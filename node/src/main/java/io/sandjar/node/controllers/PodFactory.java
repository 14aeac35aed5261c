// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.Assignment;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Makes pods of templates and deletes them, with the events that tell so. */
final class PodFactory {
    private final ObjectStore store;
    private final EventRecorder events;

    PodFactory(ObjectStore store, EventRecorder events) {
        this.store = store;
        this.events = events;
    }

    /** A pod of the owner, under a name of its own. */
    Pod create(HasMetadata owner, PodTemplateSpec template, String prefix, Consumer<Pod> change) {
        Pod pod = new Pod();
        ObjectMeta metadata = new ObjectMeta();
        ObjectMeta from = template.getMetadata();
        metadata.setGenerateName(prefix);
        metadata.setNamespace(Objects.namespace(owner));
        if (from != null) {
            metadata.setLabels(from.getLabels() == null ? null : new TreeMap<>(from.getLabels()));
            metadata.setAnnotations(from.getAnnotations() == null ? null : new TreeMap<>(from.getAnnotations()));
            metadata.setFinalizers(from.getFinalizers());
        }
        metadata.setOwnerReferences(List.of(Objects.reference(owner)));
        pod.setMetadata(metadata);
        pod.setSpec(Json.copy(template.getSpec()));
        change.accept(pod);
        Assignment.assign(store, pod);
        try {
            Pod made = store.create(Kind.POD, pod);
            events.record(owner, EventRecorder.NORMAL, "SuccessfulCreate", "Created pod: " + Objects.name(made));
            return made;
        } catch (StoreException e) {
            events.record(owner, EventRecorder.WARNING, "FailedCreate", "Error creating: " + e.getMessage());
            throw e;
        }
    }

    void delete(HasMetadata owner, Pod pod) {
        try {
            store.delete(
                    Kind.POD,
                    Objects.namespace(pod),
                    Objects.name(pod),
                    DeleteOptions.DEFAULT.onlyUid(Objects.uid(pod)));
            events.record(owner, EventRecorder.NORMAL, "SuccessfulDelete", "Deleted pod: " + Objects.name(pod));
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                events.record(owner, EventRecorder.WARNING, "FailedDelete", "Error deleting: " + e.getMessage());
                throw e;
            }
        }
    }
}
