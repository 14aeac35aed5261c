// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.model.Admission;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.StoreException.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The rules by which objects come, change and go, as the API server has them. */
final class Mutations {
    /** What the store alone writes into metadata. */
    private static final List<String> OURS = List.of(
            "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink");

    private static final Set<Kind<?>> GENERATIONS = Set.of(Kind.POD, Kind.DEPLOYMENT, Kind.REPLICA_SET, Kind.JOB);
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private Mutations() {}

    static Stored create(State state, Kind<?> kind, ObjectNode tree) {
        ObjectNode metadata = Stored.metadata(tree);
        String name = text(metadata, "name");
        String prefix = text(metadata, "generateName");
        String namespace = text(metadata, "namespace");
        if (name == null && prefix == null) {
            throw new StoreException(
                    Reason.INVALID,
                    kind.kind() + " is invalid: metadata.name: Required value: name or generateName is required");
        }
        if (kind.namespaced()) {
            namespace = namespace == null ? "default" : namespace;
            metadata.put("namespace", namespace);
            checkNamespace(state, namespace);
        } else {
            metadata.remove("namespace");
        }
        Stored.Key key = ObjectStore.key(kind, namespace, name == null ? generated(prefix) : name);
        for (int i = 0; name == null && i < 100 && state.get(key) != null; i++) {
            key = ObjectStore.key(kind, namespace, generated(prefix));
        }
        if (state.get(key) != null) {
            throw new StoreException(
                    Reason.ALREADY_EXISTS, kind.qualified() + " \"" + key.name() + "\" already exists");
        }
        metadata.put("name", key.name());
        OURS.forEach(metadata::remove);
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now(0));
        if (GENERATIONS.contains(kind)) {
            metadata.put("generation", 1);
        }
        tree.put("apiVersion", kind.apiVersion());
        tree.put("kind", kind.kind());
        born(state, kind, tree);
        return state.put(key, tree);
    }

    /** What an object of some kinds has from its first moment. */
    private static void born(State state, Kind<?> kind, ObjectNode tree) {
        ObjectNode metadata = Stored.metadata(tree);
        if (kind.equals(Kind.POD)) {
            ObjectNode status = object(tree, "status");
            if (!status.has("phase")) {
                status.put("phase", "Pending");
            }
            if (!state.nodeName().isEmpty() && tree.get("spec") instanceof ObjectNode spec && !spec.has("nodeName")) {
                spec.put("nodeName", state.nodeName());
            }
            if (!status.has("qosClass") && tree.has("spec")) {
                status.put("qosClass", Admission.qosClass(Json.convert(tree, Pod.class)));
            }
        } else if (kind.equals(Kind.JOB)
                && tree.get("spec") instanceof ObjectNode spec
                && !spec.path("manualSelector").asBoolean(false)) {
            String uid = metadata.path("uid").asString();
            String name = metadata.path("name").asString();
            ObjectNode labels = object(object(object(spec, "template"), "metadata"), "labels");
            labels.put("batch.kubernetes.io/controller-uid", uid);
            labels.put("batch.kubernetes.io/job-name", name);
            labels.put("controller-uid", uid);
            labels.put("job-name", name);
            spec.putObject("selector").putObject("matchLabels").put("batch.kubernetes.io/controller-uid", uid);
        } else if (kind.equals(Kind.NAMESPACE)) {
            if (!object(tree, "spec").has("finalizers")) {
                object(tree, "spec").putArray("finalizers").add("kubernetes");
            }
            object(tree, "status").put("phase", "Active");
        }
    }

    private static ObjectNode object(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode o ? o : parent.putObject(field);
    }

    private static void checkNamespace(State state, String namespace) {
        Stored ns = state.get(ObjectStore.key(Kind.NAMESPACE, null, namespace));
        if (ns == null) {
            throw new StoreException(
                    Reason.NOT_FOUND,
                    "namespaces \"" + namespace + "\" not found; create it first (kind: Namespace) or leave it out");
        }
        if (Stored.metadata(ns.tree()).has("deletionTimestamp")) {
            throw new StoreException(
                    Reason.FORBIDDEN,
                    "namespace " + namespace + " is being terminated: nothing new can be created in it");
        }
    }

    private static String generated(@Nullable String prefix) {
        StringBuilder name = new StringBuilder(prefix == null ? "" : prefix);
        name.setLength(Math.min(name.length(), 58));
        for (int i = 0; i < 5; i++) {
            name.append(LETTERS.charAt(ThreadLocalRandom.current().nextInt(LETTERS.length())));
        }
        return name.toString();
    }

    static Stored update(State state, Kind<?> kind, ObjectNode tree, boolean statusOnly) {
        ObjectNode metadata = Stored.metadata(tree);
        String name = text(metadata, "name");
        Stored.Key key = ObjectStore.key(kind, text(metadata, "namespace"), name == null ? "" : name);
        Stored old = state.get(key);
        if (old == null) {
            throw StoreException.notFound(kind, key.name());
        }
        ObjectNode before = old.tree();
        checkSame(key, old, before, text(metadata, "uid"), text(metadata, "resourceVersion"));
        if (statusOnly) {
            ObjectNode after = old.tree();
            set(after, "status", tree.get("status"));
            return same(before, after) ? old : state.put(key, after);
        }
        ObjectNode was = Stored.metadata(before);
        for (String field : OURS) {
            set(metadata, field, was.get(field));
        }
        set(metadata, "resourceVersion", was.get("resourceVersion"));
        set(metadata, "namespace", was.get("namespace"));
        tree.put("apiVersion", kind.apiVersion());
        tree.put("kind", kind.kind());
        if (kind.kind().equals("Event") || kind.kind().equals("Node")) {
            return state.put(key, tree);
        }
        set(tree, "status", before.get("status"));
        if (GENERATIONS.contains(kind) && !same(before.get("spec"), tree.get("spec"))) {
            metadata.put("generation", was.path("generation").asLong(1) + 1);
        }
        if (same(before, tree)) {
            return old;
        }
        Stored updated = state.put(key, tree);
        return goes(updated, kind) ? state.remove(updated) : updated;
    }

    /** Whether nothing holds an object any more that is marked for deletion. */
    private static boolean goes(Stored stored, Kind<?> kind) {
        ObjectNode tree = stored.tree();
        ObjectNode metadata = Stored.metadata(tree);
        boolean pod = kind.equals(Kind.POD);
        return metadata.has("deletionTimestamp")
                && metadata.path("finalizers").isEmpty()
                && tree.path("spec").path("finalizers").isEmpty()
                && (!pod || metadata.path("deletionGracePeriodSeconds").asLong(0) == 0);
    }

    static Stored delete(State state, Kind<?> kind, Stored.Key key, DeleteOptions options) {
        Stored old = state.get(key);
        if (old == null) {
            throw StoreException.notFound(kind, key.name());
        }
        ObjectNode tree = old.tree();
        checkSame(key, old, tree, options.uid(), options.resourceVersion());
        ObjectNode metadata = Stored.metadata(tree);
        long grace = kind.equals(Kind.POD) ? grace(tree, options) : 0;
        switch (options.propagation()) {
            case FOREGROUND -> addFinalizer(metadata, "foregroundDeletion");
            case ORPHAN -> addFinalizer(metadata, "orphan");
            case BACKGROUND -> {}
        }
        boolean held = !metadata.path("finalizers").isEmpty()
                || !tree.path("spec").path("finalizers").isEmpty();
        if (grace == 0 && !held) {
            return state.remove(old);
        }
        if (metadata.has("deletionTimestamp")
                && metadata.path("deletionGracePeriodSeconds").asLong(0) <= grace) {
            return old;
        }
        metadata.put("deletionTimestamp", now(grace));
        metadata.put("deletionGracePeriodSeconds", grace);
        if (kind.equals(Kind.NAMESPACE)) {
            tree.putObject("status").put("phase", "Terminating");
        }
        if (GENERATIONS.contains(kind)) {
            metadata.put("generation", metadata.path("generation").asLong(1) + 1);
        }
        return state.put(key, tree);
    }

    private static long grace(ObjectNode pod, DeleteOptions options) {
        String phase = pod.path("status").path("phase").asString("");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return 0;
        }
        Long wanted = options.gracePeriodSeconds();
        long seconds = wanted != null
                ? wanted
                : pod.path("spec").path("terminationGracePeriodSeconds").asLong(30);
        return seconds < 0 ? 1 : seconds;
    }

    private static void addFinalizer(ObjectNode metadata, String finalizer) {
        ArrayNode list = metadata.get("finalizers") instanceof ArrayNode a ? a : metadata.putArray("finalizers");
        for (JsonNode f : list) {
            if (f.asString("").equals(finalizer)) {
                return;
            }
        }
        list.add(finalizer);
    }

    static @Nullable Stored remove(State state, Stored.Key key, String uid) {
        Stored old = state.get(key);
        if (old == null || !uid.equals(text(Stored.metadata(old.tree()), "uid"))) {
            return null;
        }
        ObjectNode tree = old.tree();
        ObjectNode metadata = Stored.metadata(tree);
        if (metadata.path("finalizers").isEmpty()) {
            return state.remove(old);
        }
        metadata.put("deletionGracePeriodSeconds", 0);
        return state.put(key, tree);
    }

    private static void checkSame(
            Stored.Key key, Stored old, ObjectNode tree, @Nullable String uid, @Nullable String version) {
        String is = text(Stored.metadata(tree), "uid");
        if (uid != null && !uid.equals(is)) {
            throw new StoreException(
                    Reason.CONFLICT,
                    "Operation cannot be fulfilled on " + key.kind().qualified() + " \"" + key.name()
                            + "\": Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + is);
        }
        if (version != null && !version.isEmpty() && !version.equals(Long.toString(old.version()))) {
            throw new StoreException(
                    Reason.CONFLICT,
                    "Operation cannot be fulfilled on " + key.kind().qualified() + " \"" + key.name()
                            + "\": the object has been modified; please apply your changes to the latest version and try again");
        }
    }

    private static void set(ObjectNode node, String field, @Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            node.remove(field);
        } else {
            node.set(field, value);
        }
    }

    private static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        return a == null || b == null ? a == b : a.equals(Mutations::compare, b);
    }

    /** A number is the same whether it came from text (int) or from an object (long): else nothing would ever be unchanged. */
    private static int compare(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        return a.equals(b) ? 0 : 1;
    }

    private static @Nullable String text(ObjectNode node, String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() || value.asString("").isEmpty() ? null : value.asString("");
    }

    static String now(long plusSeconds) {
        return Instant.now()
                .truncatedTo(ChronoUnit.SECONDS)
                .plusSeconds(plusSeconds)
                .toString();
    }
}
