// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ReplicaSets of a Deployment, one for each template that it had: the new one, the old ones, and the pods of each, as they
 * are in the store now.
 */
final class Revisions {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MOST = "deployment.kubernetes.io/max-replicas";
    static final String HASH = "pod-template-hash";
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final List<String> NOT_COPIED = List.of(
            REVISION,
            HISTORY,
            DESIRED,
            MOST,
            "kubectl.kubernetes.io/last-applied-configuration",
            "sandjar.io/last-applied-configuration",
            "deprecated.deployment.rollback.to");

    private final ObjectStore store;
    private final Deployment deployment;
    /** All, the oldest first. */
    private final List<ReplicaSet> all;
    /** By uid of their ReplicaSet. */
    private final Map<String, List<Pod>> pods = new HashMap<>();

    private @Nullable ReplicaSet fresh;

    Revisions(ObjectStore store, Deployment deployment) {
        this.store = store;
        this.deployment = deployment;
        all = Claims.claim(
                store,
                Kind.REPLICA_SET,
                deployment,
                Selector.of(deployment.getSpec().getSelector()));
        all.sort(Comparator.comparing(Objects::created).thenComparing(Objects::name));
        for (ReplicaSet set : all) {
            if (fresh == null
                    && !Objects.deleted(set)
                    && same(template(set), deployment.getSpec().getTemplate())) {
                fresh = set;
            }
        }
        for (Pod pod : store.list(Kind.POD, Objects.namespace(deployment))) {
            var owner = Objects.controllerOf(pod);
            if (owner != null) {
                pods.computeIfAbsent(owner.getUid(), k -> new ArrayList<>()).add(pod);
            }
        }
    }

    private static PodTemplateSpec template(ReplicaSet set) {
        return set.getSpec().getTemplate();
    }

    /** Whether two templates are the same but for the hash. */
    static boolean same(PodTemplateSpec a, PodTemplateSpec b) {
        return canonical(a).equals(canonical(b));
    }

    private static String canonical(PodTemplateSpec template) {
        PodTemplateSpec copy = Json.copy(template);
        ObjectMeta metadata = copy.getMetadata();
        if (metadata != null && metadata.getLabels() != null) {
            Map<String, String> labels = new TreeMap<>(metadata.getLabels());
            labels.remove(HASH);
            metadata.setLabels(labels);
        }
        return sorted(Json.tree(copy)).toString();
    }

    /** Names in order and nothing that is empty, so that the order of a file does not make a revision. */
    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var out = Json.mapper().createObjectNode();
            Map<String, JsonNode> fields = new TreeMap<>();
            for (var field : object.properties()) {
                fields.put(field.getKey(), field.getValue());
            }
            for (var field : fields.entrySet()) {
                boolean nothing = field.getValue().isNull()
                        || field.getValue().isArray() && field.getValue().isEmpty();
                if (!nothing) {
                    out.set(field.getKey(), sorted(field.getValue()));
                }
            }
            return out;
        }
        if (node instanceof ArrayNode array) {
            var out = Json.mapper().createArrayNode();
            for (var item : array) {
                out.add(sorted(item));
            }
            return out;
        }
        return node;
    }

    /** The one of the present template, or null if there is none yet. */
    @Nullable
    ReplicaSet fresh() {
        return fresh;
    }

    List<ReplicaSet> all() {
        return all;
    }

    /** Those of earlier templates, the oldest first. */
    List<ReplicaSet> old() {
        List<ReplicaSet> old = new ArrayList<>();
        for (ReplicaSet set : all) {
            if (set != fresh) {
                old.add(set);
            }
        }
        return old;
    }

    List<Pod> pods(ReplicaSet set) {
        return pods.getOrDefault(Objects.uid(set), List.of());
    }

    static int wanted(ReplicaSet set) {
        return Objects.or(set.getSpec().getReplicas(), 1);
    }

    int active(ReplicaSet set) {
        int n = 0;
        for (Pod pod : pods(set)) {
            n += Objects.active(pod) ? 1 : 0;
        }
        return n;
    }

    int ready(ReplicaSet set) {
        int n = 0;
        for (Pod pod : pods(set)) {
            n += Objects.active(pod) && Objects.ready(pod) ? 1 : 0;
        }
        return n;
    }

    int available(ReplicaSet set, Instant now) {
        int minReady = Objects.or(deployment.getSpec().getMinReadySeconds(), 0);
        int n = 0;
        for (Pod pod : pods(set)) {
            n += Objects.active(pod) && Objects.available(pod, minReady, now) ? 1 : 0;
        }
        return n;
    }

    static long revision(io.fabric8.kubernetes.api.model.HasMetadata object) {
        return Objects.number(Objects.annotation(object, REVISION), 0);
    }

    /**
     * Makes sure that there is a ReplicaSet of the present template, with the highest revision.
     *
     * @return a line about what was done, or null if it was all there
     */
    @Nullable
    String makeFresh(EventRecorder events) {
        long highest = 0;
        for (ReplicaSet set : old()) {
            highest = Math.max(highest, revision(set));
        }
        String revision = Long.toString(highest + 1);
        ReplicaSet set = fresh;
        if (set != null) {
            if (copyTo(set, revision)) {
                replace(set, store.update(Kind.REPLICA_SET, set));
                return "FoundNewReplicaSet";
            }
            return null;
        }
        fresh = create(revision, events);
        if (fresh == null) {
            return "Collision";
        }
        return "NewReplicaSetCreated";
    }

    private @Nullable ReplicaSet create(String revision, EventRecorder events) {
        int collisions = deployment.getStatus() == null
                ? 0
                : Objects.or(deployment.getStatus().getCollisionCount(), 0);
        String hash = hash(deployment.getSpec().getTemplate(), collisions);
        ReplicaSet set = new ReplicaSet();
        ObjectMeta metadata = new ObjectMeta();
        PodTemplateSpec template = Json.copy(deployment.getSpec().getTemplate());
        ObjectMeta templateMetadata = template.getMetadata() == null ? new ObjectMeta() : template.getMetadata();
        Map<String, String> labels =
                templateMetadata.getLabels() == null ? new TreeMap<>() : new TreeMap<>(templateMetadata.getLabels());
        labels.put(HASH, hash);
        templateMetadata.setLabels(labels);
        template.setMetadata(templateMetadata);
        metadata.setName(Objects.name(deployment) + "-" + hash);
        metadata.setNamespace(Objects.namespace(deployment));
        metadata.setLabels(new TreeMap<>(labels));
        metadata.setOwnerReferences(List.of(Objects.reference(deployment)));
        set.setMetadata(metadata);
        LabelSelector selector = Json.copy(deployment.getSpec().getSelector());
        Map<String, String> match =
                selector.getMatchLabels() == null ? new TreeMap<>() : new TreeMap<>(selector.getMatchLabels());
        match.put(HASH, hash);
        selector.setMatchLabels(match);
        ReplicaSetSpec spec = new ReplicaSetSpec();
        spec.setReplicas(0);
        spec.setSelector(selector);
        spec.setTemplate(template);
        set.setSpec(spec);
        copyTo(set, revision);
        try {
            ReplicaSet made = store.create(Kind.REPLICA_SET, set);
            all.add(made);
            return made;
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.ALREADY_EXISTS) {
                // somebody else's set of that name: another hash next time
                store.editStatus(Kind.DEPLOYMENT, Objects.namespace(deployment), Objects.name(deployment), d -> {
                    if (d.getStatus() == null) {
                        d.setStatus(new io.fabric8.kubernetes.api.model.apps.DeploymentStatus());
                    }
                    d.getStatus().setCollisionCount(collisions + 1);
                });
                return null;
            }
            events.record(
                    deployment,
                    EventRecorder.WARNING,
                    "ReplicaSetCreateError",
                    "Failed to create new replica set \"" + Objects.name(set) + "\": " + e.getMessage());
            throw e;
        }
    }

    /** Brings annotations, revision and minReadySeconds of a set up to date; whether that changed it. */
    private boolean copyTo(ReplicaSet set, String revision) {
        Map<String, String> before = set.getMetadata().getAnnotations() == null
                ? new TreeMap<>()
                : new TreeMap<>(set.getMetadata().getAnnotations());
        Map<String, String> after = new TreeMap<>(before);
        if (deployment.getMetadata().getAnnotations() != null) {
            deployment.getMetadata().getAnnotations().forEach((name, value) -> {
                if (!NOT_COPIED.contains(name)) {
                    after.put(name, value);
                }
            });
        }
        String had = before.get(REVISION);
        if (had == null || Objects.number(had, 0) < Objects.number(revision, 0)) {
            after.put(REVISION, revision);
            if (had != null) {
                String history = before.get(HISTORY);
                after.put(HISTORY, history == null ? had : history + "," + had);
            }
        }
        Integer minReady = deployment.getSpec().getMinReadySeconds();
        boolean changed =
                !after.equals(before) || Objects.or(set.getSpec().getMinReadySeconds(), 0) != Objects.or(minReady, 0);
        set.getMetadata().setAnnotations(after);
        set.getSpec().setMinReadySeconds(minReady);
        return changed;
    }

    private void replace(ReplicaSet before, ReplicaSet after) {
        all.replaceAll(s -> s == before ? after : s);
        if (fresh == before) {
            fresh = after;
        }
    }

    /** Sets how many pods a set keeps, with what the Deployment wants at the moment; whether the number changed. */
    boolean scale(ReplicaSet set, int replicas, int most, EventRecorder events) {
        int wanted = Objects.or(deployment.getSpec().getReplicas(), 1);
        int before = wanted(set);
        boolean told = Integer.toString(wanted).equals(Objects.annotation(set, DESIRED))
                && Integer.toString(wanted + most).equals(Objects.annotation(set, MOST));
        if (before == replicas && told) {
            return false;
        }
        set.getSpec().setReplicas(replicas);
        Objects.annotate(set, DESIRED, Integer.toString(wanted));
        Objects.annotate(set, MOST, Integer.toString(wanted + most));
        replace(set, store.update(Kind.REPLICA_SET, set));
        if (before != replicas) {
            events.record(
                    deployment,
                    EventRecorder.NORMAL,
                    "ScalingReplicaSet",
                    "Scaled " + (before < replicas ? "up" : "down") + " replica set " + Objects.name(set) + " from "
                            + before + " to " + replicas);
        }
        return before != replicas;
    }

    /** Deletes the oldest ReplicaSets without pods, so that only so many stay for going back. */
    void cleanUp(int limit) {
        List<ReplicaSet> empty = new ArrayList<>();
        for (ReplicaSet set : old()) {
            if (wanted(set) == 0 && pods(set).isEmpty() && !Objects.deleted(set)) {
                empty.add(set);
            }
        }
        empty.sort(Comparator.comparingLong(Revisions::revision));
        int many = Math.min(empty.size(), Math.max(0, old().size() - limit));
        for (ReplicaSet set : empty.subList(0, many)) {
            try {
                store.delete(
                        Kind.REPLICA_SET,
                        Objects.namespace(set),
                        Objects.name(set),
                        DeleteOptions.DEFAULT.onlyUid(Objects.uid(set)));
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                    throw e;
                }
            }
        }
    }

    /** A hash of a template in letters that make no words, FNV-1a. */
    static String hash(PodTemplateSpec template, int collisions) {
        int hash = 0x811c9dc5;
        for (byte b : (canonical(template) + collisions).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        String digits = Integer.toUnsignedString(hash);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            out.append(LETTERS.charAt(digits.charAt(i) % LETTERS.length()));
        }
        return out.toString();
    }
}
