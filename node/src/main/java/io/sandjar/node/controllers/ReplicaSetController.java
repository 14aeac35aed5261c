// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps so many pods of a ReplicaSet. */
final class ReplicaSetController implements Reconciler {
    /** At most so many pods are made or deleted before others have their turn. */
    private static final int BURST = 500;

    private final ObjectStore store;
    private final Clock clock;
    private final PodFactory pods;

    ReplicaSetController(ObjectStore store, EventRecorder events, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.pods = new PodFactory(store, events);
    }

    @Override
    public @Nullable Duration sync(String namespace, String name) {
        ReplicaSet set = store.get(Kind.REPLICA_SET, namespace, name);
        if (set == null) {
            return null;
        }
        Selector selector = Selector.of(set.getSpec().getSelector());
        List<Pod> mine = Claims.claim(store, Kind.POD, set, selector);
        StoreException failure = null;
        if (!Objects.deleted(set)) {
            try {
                manage(set, mine);
            } catch (StoreException e) {
                failure = e;
            }
        }
        Duration again = status(set, failure);
        if (failure != null) {
            throw failure;
        }
        return again;
    }

    private void manage(ReplicaSet set, List<Pod> mine) {
        List<Pod> active = new ArrayList<>();
        for (Pod pod : mine) {
            if (Objects.active(pod)) {
                active.add(pod);
            }
        }
        int wanted = Objects.or(set.getSpec().getReplicas(), 1);
        int missing = Math.min(wanted - active.size(), BURST);
        // one first, then two, four...: where pods cannot be made, not hundreds fail at a time
        int batch = 1;
        while (missing > 0) {
            for (int i = 0; i < Math.min(batch, missing); i++) {
                pods.create(set, set.getSpec().getTemplate(), Objects.name(set) + "-", pod -> {});
            }
            missing -= batch;
            batch *= 2;
        }
        if (active.size() > wanted) {
            active.sort(new Victims());
            for (Pod pod : active.subList(0, Math.min(active.size() - wanted, BURST))) {
                pods.delete(set, pod);
            }
        }
    }

    /** Counts the pods as they are now. */
    private @Nullable Duration status(ReplicaSet set, @Nullable StoreException failure) {
        int minReady = Objects.or(set.getSpec().getMinReadySeconds(), 0);
        Map<String, String> labels = set.getSpec().getTemplate().getMetadata() == null
                ? Map.of()
                : set.getSpec().getTemplate().getMetadata().getLabels();
        Selector labelled = Selector.labels(labels == null ? Map.of() : labels);
        Instant now = clock.instant();
        int replicas = 0;
        int full = 0;
        int ready = 0;
        int available = 0;
        int terminating = 0;
        Duration again = null;
        for (Pod pod : store.list(Kind.POD, Objects.namespace(set))) {
            if (!Objects.controlledBy(pod, set)) {
                continue;
            }
            if (!Objects.active(pod)) {
                terminating += Objects.ended(pod) ? 0 : 1;
                continue;
            }
            replicas++;
            full += labelled.test(pod) ? 1 : 0;
            ready += Objects.ready(pod) ? 1 : 0;
            available += Objects.available(pod, minReady, now) ? 1 : 0;
            again = Objects.earlier(again, Objects.untilAvailable(pod, minReady, now));
        }
        ReplicaSetStatus old = set.getStatus();
        ReplicaSetStatus status = new ReplicaSetStatus();
        status.setReplicas(replicas);
        status.setFullyLabeledReplicas(full);
        status.setReadyReplicas(ready);
        status.setAvailableReplicas(available);
        status.setTerminatingReplicas(terminating);
        status.setObservedGeneration(set.getMetadata().getGeneration());
        status.setConditions(conditions(old == null ? null : old.getConditions(), failure, now));
        set.setStatus(status);
        set.getMetadata().setResourceVersion(null); // the status is ours alone
        try {
            store.updateStatus(Kind.REPLICA_SET, set);
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                throw e;
            }
        }
        return again;
    }

    private static List<ReplicaSetCondition> conditions(
            @Nullable List<ReplicaSetCondition> old, @Nullable StoreException failure, Instant now) {
        List<ReplicaSetCondition> conditions = new ArrayList<>();
        if (failure == null) {
            return conditions;
        }
        String since = Objects.text(now);
        if (old != null) {
            for (ReplicaSetCondition c : old) {
                if ("ReplicaFailure".equals(c.getType())) {
                    since = c.getLastTransitionTime();
                }
            }
        }
        conditions.add(new ReplicaSetConditionBuilder()
                .withType("ReplicaFailure")
                .withStatus("True")
                .withReason("FailedCreate")
                .withMessage(failure.getMessage())
                .withLastTransitionTime(since)
                .build());
        return conditions;
    }
}
