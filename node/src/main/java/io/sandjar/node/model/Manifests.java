// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.sandjar.node.store.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Files of manifests: YAML or JSON, any number of documents, Lists in them. */
public final class Manifests {
    /** Kinds that people have in their files and that have no meaning on one machine without a cluster, with what to do. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("Service", "pods are reached at their own addresses, or through hostPort"),
            Map.entry("Ingress", "use hostPort and a web server of your choice"),
            Map.entry("PersistentVolumeClaim", "use a hostPath volume"),
            Map.entry("PersistentVolume", "use a hostPath volume"),
            Map.entry("StatefulSet", "use a Deployment with hostPath volumes"),
            Map.entry("DaemonSet", "there is one node: use a Deployment with one replica"),
            Map.entry("CronJob", "use a Job, and cron or a systemd timer that applies it"),
            Map.entry("ReplicationController", "use a Deployment"),
            Map.entry("ServiceAccount", "there is no API server that pods could talk to"),
            Map.entry("Role", "access is by the permissions of the agent's socket"),
            Map.entry("RoleBinding", "access is by the permissions of the agent's socket"),
            Map.entry("ClusterRole", "access is by the permissions of the agent's socket"),
            Map.entry("ClusterRoleBinding", "access is by the permissions of the agent's socket"),
            Map.entry("NetworkPolicy", "the pod network of one machine has no policies"),
            Map.entry("HorizontalPodAutoscaler", "scale with `sandjar scale`"),
            Map.entry("PodDisruptionBudget", "nothing is evicted here"),
            Map.entry("CustomResourceDefinition", "only Kubernetes' own kinds for pods are served"));

    /**
     * One object of a file.
     *
     * @param object checked, with the values that Kubernetes fills in
     * @param written as it was written, without those values
     * @param line where it begins
     */
    public record Manifest(Kind<?> kind, HasMetadata object, ObjectNode written, String file, int line) {
        /** Kind and name for people: {@code deployment.apps/web}. */
        public String label() {
            return label(kind, object.getMetadata().getName());
        }

        public static String label(Kind<?> kind, String name) {
            return kind.singular() + (kind.group().isEmpty() ? "" : "." + kind.group()) + "/" + name;
        }
    }

    /**
     * What a file holds.
     *
     * @param manifests those that are right
     * @param problems what is wrong with the others, and warnings
     */
    public record Result(List<Manifest> manifests, List<Problem> problems) {
        public boolean failed() {
            return problems.stream().anyMatch(Problem::fatal);
        }
    }

    private final String file;
    private final boolean strict;
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private Manifests(String file, boolean strict) {
        this.file = file;
        this.strict = strict;
    }

    /**
     * Reads a file.
     *
     * @param file its name, for messages
     * @param strict whether unknown fields are errors, as for kubectl; else they are warnings
     */
    public static Result read(String file, byte[] bytes, boolean strict) {
        Manifests m = new Manifests(file, strict);
        for (Yaml.Document d : Yaml.read(file, bytes, m.problems)) {
            m.document(d.tree(), d.positions(), d.line());
        }
        if (m.manifests.isEmpty() && m.problems.isEmpty()) {
            m.problems.add(new Problem(file, 0, 0, "", "no objects in it", false));
        }
        m.problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new Result(m.manifests, m.problems);
    }

    /** The one document of a body in YAML, unchecked. */
    public static JsonNode tree(byte[] bytes, List<Problem> problems) {
        List<Yaml.Document> documents = Yaml.read("", bytes, problems);
        if (documents.size() != 1 && problems.isEmpty()) {
            problems.add(new Problem("", 0, 0, "", "one object is expected, not " + documents.size(), true));
        }
        return documents.isEmpty()
                ? Json.mapper().nullNode()
                : documents.getFirst().tree();
    }

    /** Checks one object that came as JSON. */
    public static Result check(ObjectNode tree, boolean strict) {
        Manifests m = new Manifests("", strict);
        m.document(tree, Positions.NONE, 0);
        return new Result(m.manifests, m.problems);
    }

    private void document(JsonNode tree, Positions positions, int line) {
        if (!(tree instanceof ObjectNode object)) {
            problems.add(positions.problem(
                    "",
                    "not an object: a manifest begins with apiVersion: and kind:"
                            + (tree.isArray() ? "" : ", here is text"),
                    true));
            return;
        }
        String kind = required(object, positions, "kind");
        String apiVersion = required(object, positions, "apiVersion");
        if (kind == null || apiVersion == null) {
            return;
        }
        if (kind.endsWith("List") && (object.get("items") != null)) {
            int i = 0;
            for (JsonNode item : object.get("items")) {
                Positions below = positions.below("items[" + i++ + "]");
                document(item, below, below.problem("", "", true).line());
            }
            return;
        }
        Kind<?> known = Kind.of(apiVersion, kind);
        if (known == null || known.equals(Kind.NODE) || known.equals(Kind.EVENT)) {
            problems.add(positions.problem("kind", "", unknown(apiVersion, kind, known), true));
            return;
        }
        object(known, object, positions, line);
    }

    private @Nullable String required(ObjectNode object, Positions positions, String field) {
        JsonNode value = object.get(field);
        if (value == null || !value.isString() || value.asString().isEmpty()) {
            String example = field.equals("kind") ? "kind: Pod" : "apiVersion: v1 (for a Deployment: apps/v1)";
            problems.add(positions.problem(field, "Required value: write " + example, true));
            return null;
        }
        return value.asString();
    }

    private static String unknown(String apiVersion, String kind, @Nullable Kind<?> known) {
        if (known != null) {
            return "kind " + kind + " is made by the agent and cannot be applied; leave it out";
        }
        for (Kind<?> k : Kind.ALL) {
            if (k.kind().equals(kind)) {
                return "kind " + kind + " of " + apiVersion + " is not served here; write apiVersion: "
                        + k.apiVersion();
            }
            if (k.kind().equalsIgnoreCase(kind)) {
                return "kind " + kind + " is not known; did you mean " + k.kind() + "?";
            }
        }
        String instead = ELSEWHERE.get(kind);
        if (instead != null) {
            return "kind " + kind + " is not served here; " + instead
                    + ". On a Kubernetes cluster with the runsc runtime class the same manifest works";
        }
        return "kind " + kind + " (" + apiVersion + ") is not served here; served are " + served();
    }

    private static String served() {
        return String.join(
                ", ",
                Kind.ALL.stream()
                        .filter(k -> !k.equals(Kind.NODE) && !k.equals(Kind.EVENT))
                        .map(Kind::kind)
                        .toList());
    }

    private void object(Kind<?> kind, ObjectNode tree, Positions positions, int line) {
        int before = problems.size();
        new Schema(positions, problems, strict).check(tree, kind.type());
        if (problems.stream().skip(before).anyMatch(Problem::fatal)) {
            return;
        }
        HasMetadata object;
        try {
            object = Json.convert(tree, kind.type());
        } catch (JacksonException e) {
            problems.add(positions.problem("", "cannot be read: " + e.getOriginalMessage(), true));
            return;
        }
        if (object.getMetadata() == null) {
            problems.add(positions.problem("metadata", "Required value: write metadata: with a name: below it", true));
            return;
        }
        Defaults.apply(object);
        Checker checker = new Checker(positions, problems);
        Validation.check(object, checker);
        if (problems.stream().skip(before).noneMatch(Problem::fatal)) {
            manifests.add(new Manifest(kind, object, tree, file, line));
        }
    }
}
