// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Lists as tables with the columns of `kubectl get`, which shows what the server renders. */
final class Tables {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String NONE = "<none>";

    /** Columns per kind; those with a '+' are for -o wide. */
    private static final Map<Kind<?>, List<String>> COLUMNS = Map.of(
            Kind.POD,
                    List.of(
                            "Name",
                            "Ready",
                            "Status",
                            "Restarts",
                            "Age",
                            "+IP",
                            "+Node",
                            "+Nominated Node",
                            "+Readiness Gates"),
            Kind.DEPLOYMENT,
                    List.of("Name", "Ready", "Up-to-date", "Available", "Age", "+Containers", "+Images", "+Selector"),
            Kind.REPLICA_SET,
                    List.of("Name", "Desired", "Current", "Ready", "Age", "+Containers", "+Images", "+Selector"),
            Kind.JOB,
                    List.of("Name", "Status", "Completions", "Duration", "Age", "+Containers", "+Images", "+Selector"),
            Kind.CONFIG_MAP, List.of("Name", "Data", "Age"),
            Kind.SECRET, List.of("Name", "Type", "Data", "Age"),
            Kind.EVENT,
                    List.of(
                            "Last Seen",
                            "Type",
                            "Reason",
                            "Object",
                            "+Subobject",
                            "+Source",
                            "Message",
                            "+First Seen",
                            "+Count",
                            "+Name"),
            Kind.NODE,
                    List.of(
                            "Name",
                            "Status",
                            "Roles",
                            "Age",
                            "Version",
                            "+Internal-IP",
                            "+External-IP",
                            "+OS-Image",
                            "+Kernel-Version",
                            "+Container-Runtime"),
            Kind.NAMESPACE, List.of("Name", "Status", "Age"),
            Kind.RUNTIME_CLASS, List.of("Name", "Handler", "Age"));

    private Tables() {}

    /**
     * Renders objects.
     *
     * @param include what of the object comes with a row: None, Metadata or Object
     * @param columns whether the columns are told (a watch tells them once)
     */
    static ObjectNode table(Kind<?> kind, List<Stored> items, String version, String include, boolean columns) {
        ObjectNode table = NODES.objectNode();
        table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", version);
        ArrayNode definitions = table.putArray("columnDefinitions");
        if (columns) {
            for (String name : COLUMNS.getOrDefault(kind, List.of("Name", "Age"))) {
                boolean wide = name.startsWith("+");
                String plain = wide ? name.substring(1) : name;
                definitions
                        .addObject()
                        .put("name", plain)
                        .put(
                                "type",
                                plain.matches("Desired|Current|Up-to-date|Available|Data|Count") ? "integer" : "string")
                        .put("format", plain.equals("Name") ? "name" : "")
                        .put("description", "")
                        .put("priority", wide ? 1 : 0);
            }
        }
        ArrayNode rows = table.putArray("rows");
        for (Stored item : items) {
            ObjectNode tree = item.tree();
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            cells(kind, tree)
                    .forEach(c -> cells.add(
                            c instanceof Number n
                                    ? NODES.numberNode(n.longValue())
                                    : NODES.stringNode(String.valueOf(c))));
            switch (include) {
                case "Object" -> row.set("object", tree);
                case "None" -> row.putNull("object");
                default -> {
                    ObjectNode partial = row.putObject("object");
                    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
                    partial.set("metadata", tree.path("metadata"));
                }
            }
        }
        return table;
    }

    static byte[] bytes(ObjectNode table) {
        return Json.bytes(table);
    }

    private static List<Object> cells(Kind<?> kind, ObjectNode o) {
        JsonNode meta = o.path("metadata");
        JsonNode spec = o.path("spec");
        JsonNode status = o.path("status");
        String name = meta.path("name").asString("");
        String age = Ages.since(meta.path("creationTimestamp").asString(null));
        List<Object> cells = new ArrayList<>();
        switch (kind.kind()) {
            case "Pod" -> {
                PodColumns pod = new PodColumns(o);
                cells.addAll(List.of(name, pod.ready(), pod.status(), pod.restarts(), age));
                cells.addAll(List.of(or(status, "podIP"), or(spec, "nodeName"), or(status, "nominatedNodeName"), NONE));
            }
            case "Deployment" -> {
                cells.addAll(List.of(name, number(status, "readyReplicas") + "/" + number(spec, "replicas")));
                cells.addAll(List.of(number(status, "updatedReplicas"), number(status, "availableReplicas"), age));
                workload(cells, spec);
            }
            case "ReplicaSet" -> {
                cells.addAll(List.of(name, number(spec, "replicas"), number(status, "replicas")));
                cells.addAll(List.of(number(status, "readyReplicas"), age));
                workload(cells, spec);
            }
            case "Job" -> {
                cells.addAll(List.of(name, jobStatus(o), completions(spec, status), duration(status), age));
                workload(cells, spec);
            }
            case "ConfigMap" ->
                cells.addAll(List.of(
                        name, o.path("data").size() + o.path("binaryData").size(), age));
            case "Secret" ->
                cells.addAll(List.of(name, or(o, "type"), o.path("data").size(), age));
            case "Event" -> event(cells, o, name);
            case "Node" -> node(cells, o, name, age);
            case "Namespace" -> cells.addAll(List.of(name, or(status, "phase"), age));
            case "RuntimeClass" -> cells.addAll(List.of(name, or(o, "handler"), age));
            default -> cells.addAll(List.of(name, age));
        }
        return cells;
    }

    private static String or(JsonNode parent, String field) {
        String text = parent.path(field).asString("");
        return text.isEmpty() ? NONE : text;
    }

    private static long number(JsonNode parent, String field) {
        return parent.path(field).asLong(0);
    }

    private static void workload(List<Object> cells, JsonNode spec) {
        StringJoiner names = new StringJoiner(",");
        StringJoiner images = new StringJoiner(",");
        for (JsonNode c : spec.path("template").path("spec").path("containers")) {
            names.add(c.path("name").asString(""));
            images.add(c.path("image").asString(""));
        }
        StringJoiner selector = new StringJoiner(",");
        spec.path("selector")
                .path("matchLabels")
                .properties()
                .forEach(e -> selector.add(e.getKey() + "=" + e.getValue().asString("")));
        for (JsonNode e : spec.path("selector").path("matchExpressions")) {
            String operator = e.path("operator").asString("");
            StringJoiner values = new StringJoiner(",", "(", ")");
            e.path("values").forEach(v -> values.add(v.asString("")));
            String key = e.path("key").asString("");
            selector.add(
                    switch (operator) {
                        case "Exists" -> key;
                        case "DoesNotExist" -> "!" + key;
                        default -> key + " " + operator.toLowerCase(java.util.Locale.ROOT) + " " + values;
                    });
        }
        cells.addAll(List.of(names.toString(), images.toString(), selector.length() == 0 ? NONE : selector.toString()));
    }

    private static String jobStatus(ObjectNode o) {
        // in this order, as a finished job has more than one of them
        for (String type : List.of("Complete", "Failed")) {
            if (hasCondition(o, type)) {
                return type;
            }
        }
        if (o.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        for (String type : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (hasCondition(o, type)) {
                return type;
            }
        }
        return "Running";
    }

    private static boolean hasCondition(ObjectNode o, String type) {
        for (JsonNode c : o.path("status").path("conditions")) {
            if (c.path("type").asString("").equals(type)
                    && c.path("status").asString("").equals("True")) {
                return true;
            }
        }
        return false;
    }

    private static String completions(JsonNode spec, JsonNode status) {
        if (spec.has("completions")) {
            return number(status, "succeeded") + "/" + number(spec, "completions");
        }
        long parallelism = number(spec, "parallelism");
        return number(status, "succeeded") + (parallelism > 1 ? "/1 of " + parallelism : "/1");
    }

    private static String duration(JsonNode status) {
        Instant start = Ages.parse(status.path("startTime").asString(null));
        if (start == null) {
            return "";
        }
        Instant end = Ages.parse(status.path("completionTime").asString(null));
        if (end == null) {
            for (JsonNode c : status.path("conditions")) {
                if (c.path("type").asString("").equals("Failed")
                        && c.path("status").asString("").equals("True")) {
                    end = Ages.parse(c.path("lastTransitionTime").asString(null));
                }
            }
        }
        return Ages.human(Duration.between(start, end == null ? Instant.now() : end));
    }

    private static void event(List<Object> cells, ObjectNode o, String name) {
        JsonNode about = o.path("involvedObject");
        long count = Math.max(1, number(o, "count"));
        String first = o.path("firstTimestamp").asString(null);
        String last = o.path("lastTimestamp").asString(null);
        String seen = Ages.since(last == null ? first : last);
        String source = o.path("source").path("component").asString("") + ", "
                + o.path("source").path("host").asString("");
        cells.add(seen);
        cells.add(or(o, "type"));
        cells.add(or(o, "reason"));
        cells.add(about.path("kind").asString("").toLowerCase(java.util.Locale.ROOT) + "/"
                + about.path("name").asString(""));
        cells.add(about.path("fieldPath").asString(""));
        cells.add(source);
        cells.add(o.path("message").asString("").strip());
        cells.add(Ages.since(first));
        cells.add(count);
        cells.add(name);
    }

    private static void node(List<Object> cells, ObjectNode o, String name, String age) {
        JsonNode info = o.path("status").path("nodeInfo");
        String state = "Unknown";
        for (JsonNode c : o.path("status").path("conditions")) {
            if (c.path("type").asString("").equals("Ready")) {
                state = c.path("status").asString("").equals("True") ? "Ready" : "NotReady";
            }
        }
        String address = NONE;
        for (JsonNode a : o.path("status").path("addresses")) {
            if (a.path("type").asString("").equals("InternalIP")) {
                address = a.path("address").asString("");
            }
        }
        cells.addAll(List.of(name, state, NONE, age, or(info, "kubeletVersion"), address, NONE));
        cells.addAll(List.of(or(info, "osImage"), or(info, "kernelVersion"), or(info, "containerRuntimeVersion")));
    }
}
