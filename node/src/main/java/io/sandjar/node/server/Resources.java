// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import io.sandjar.node.model.Manifests;
import io.sandjar.node.model.Problem;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import io.sandjar.node.store.Stored;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Objects over HTTP: get, list, watch, create, replace, patch, apply, delete, and their sub-resources. */
final class Resources {
    /** Appliers who go on with each other's objects. */
    private static final Set<String> USUAL = Set.of("kubectl", "kubectl-client-side-apply", "sandjar");

    private final Api api;
    private final ObjectStore store;
    private final Logs logs;

    Resources(Api api, Supplier<NodeOperations> node) {
        this.api = api;
        store = api.store();
        logs = new Logs(store, node);
    }

    ObjectStore store() {
        return store;
    }

    /** A path that ends with the plural. */
    void collection(Exchange x, Kind<?> kind, @Nullable String namespace) throws IOException {
        Selector selector = selector(x);
        switch (x.method()) {
            case "GET" -> {
                if (x.flag("watch")) {
                    new WatchStream(store, x, kind, namespace, selector, table(x), include(x)).run();
                } else {
                    list(x, kind, namespace, selector);
                }
            }
            case "POST" -> {
                Options options = options(x);
                ObjectNode created = api.create(kind, namespace, body(x), options);
                warn(x, options);
                x.send(201, ApiServer.JSON, Json.bytes(created));
            }
            case "DELETE" -> {
                List<String> gone = new ArrayList<>();
                ObjectNode asked = deleteOptions(x);
                for (Stored s : store.rawList(kind, namespace, selector).items()) {
                    remove(kind, s.key().namespace(), s.key().name(), asked);
                    gone.add(s.key().name());
                }
                ApiServer.json(x, success(kind, String.join(",", gone)));
            }
            default -> throw method(x);
        }
    }

    private static StoreException method(Exchange x) {
        return new StoreException(
                Reason.METHOD_NOT_ALLOWED,
                "the server does not allow this method on the requested resource: " + x.method());
    }

    private static Selector selector(Exchange x) {
        Selector fields = Selector.parseFields(x.param("fieldSelector"));
        return x.param("labelSelector") == null
                ? fields
                : Selector.parseLabels(x.param("labelSelector")).and(fields);
    }

    private static boolean table(Exchange x) {
        String accept = x.header("Accept");
        String as = x.param("as");
        if (accept != null && !accept.contains("json") && !accept.contains("*/*") && !accept.isBlank()) {
            throw new StoreException(
                    Reason.NOT_ACCEPTABLE,
                    "only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io");
        }
        return "Table".equals(as) || (accept != null && accept.replace(" ", "").contains("as=Table"));
    }

    private static String include(Exchange x) {
        String include = x.param("includeObject");
        return include == null ? "Metadata" : include;
    }

    private void list(Exchange x, Kind<?> kind, @Nullable String namespace, Selector selector) {
        ObjectStore.RawList list = store.rawList(kind, namespace, selector);
        String version = Long.toString(list.version());
        if (table(x)) {
            ApiServer.json(x, Tables.table(kind, list.items(), version, include(x), true));
            return;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("{\"kind\":\"" + kind.kind() + "List\",\"apiVersion\":\"" + kind.apiVersion()
                        + "\",\"metadata\":{\"resourceVersion\":\"" + version + "\"},\"items\":[")
                .getBytes(StandardCharsets.UTF_8));
        boolean first = true;
        for (Stored s : list.items()) {
            if (!first) {
                out.write(',');
            }
            first = false;
            out.writeBytes(s.json());
        }
        out.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        x.send(200, ApiServer.JSON, out.toByteArray());
    }

    /** A path that ends with a name or a sub-resource. */
    void object(Exchange x, Kind<?> kind, @Nullable String namespace, String name, String sub) throws IOException {
        boolean scalable = kind.equals(Kind.DEPLOYMENT) || kind.equals(Kind.REPLICA_SET);
        switch (sub) {
            case "" -> whole(x, kind, namespace, name, false);
            case "status" -> whole(x, kind, namespace, name, true);
            case "scale" -> {
                if (!scalable) {
                    throw new StoreException(Reason.NOT_FOUND, "a " + kind.kind() + " has no number of replicas");
                }
                scale(x, kind, namespace, name);
            }
            case "log" -> {
                require(Kind.POD, namespace, name);
                logs.send(x, namespace == null ? "default" : namespace, name);
            }
            case "exec", "attach", "portforward" ->
                throw new StoreException(
                        Reason.METHOD_NOT_ALLOWED,
                        "streams into pods go through `sandjar " + (sub.equals("portforward") ? "port-forward" : "exec")
                                + "`");
            default ->
                throw new StoreException(
                        Reason.NOT_FOUND,
                        "the server could not find the requested resource " + kind.plural() + "/" + sub);
        }
    }

    private Stored require(Kind<?> kind, @Nullable String namespace, String name) {
        Stored stored = store.raw(kind, namespace, name);
        if (stored == null) {
            throw new StoreException(Reason.NOT_FOUND, kind.qualified() + " \"" + name + "\" not found");
        }
        return stored;
    }

    private void whole(Exchange x, Kind<?> kind, @Nullable String namespace, String name, boolean status)
            throws IOException {
        switch (x.method()) {
            case "GET", "HEAD" -> {
                Stored stored = require(kind, namespace, name);
                if (x.flag("watch")) {
                    Selector one = Selector.parseFields("metadata.name=" + name);
                    new WatchStream(store, x, kind, namespace, one, table(x), include(x)).run();
                } else if (table(x)) {
                    String version = Long.toString(stored.version());
                    ApiServer.json(x, Tables.table(kind, List.of(stored), version, include(x), true));
                } else {
                    x.send(200, ApiServer.JSON, stored.json());
                }
            }
            case "PUT" -> {
                Options options = options(x);
                ObjectNode result = api.replace(kind, namespace, name, body(x), status, options);
                warn(x, options);
                ApiServer.json(x, result);
            }
            case "PATCH" -> patch(x, kind, namespace, name, status);
            case "DELETE" -> {
                ObjectNode asked = deleteOptions(x);
                if (dry(x) || "All".equals(asked.path("dryRun").path(0).asString(""))) {
                    x.send(200, ApiServer.JSON, require(kind, namespace, name).json());
                    return;
                }
                ObjectNode last = remove(kind, namespace, name, asked);
                Stored still = store.raw(kind, namespace, name);
                if (still == null) {
                    ObjectNode done = success(kind, name);
                    ((ObjectNode) done.get("details"))
                            .set("uid", last.path("metadata").path("uid"));
                    ApiServer.json(x, done);
                } else {
                    x.send(200, ApiServer.JSON, still.json());
                }
            }
            default -> throw method(x);
        }
    }

    private void patch(Exchange x, Kind<?> kind, @Nullable String namespace, String name, boolean status) {
        Options options = options(x);
        UnaryOperator<ObjectNode> change = patch(x);
        ObjectNode result;
        int code = 200;
        if (change == null) {
            List<Problem> problems = new ArrayList<>();
            JsonNode read = Manifests.tree(x.body(), problems);
            if (!problems.isEmpty() || !(read instanceof ObjectNode manifest)) {
                throw new StoreException(Reason.BAD_REQUEST, problems(problems));
            }
            String label = manifest.path("kind").asString("") + "/"
                    + manifest.path("metadata").path("name").asString("");
            if (!label.equals(kind.kind() + "/" + name)) {
                throw new StoreException(
                        Reason.BAD_REQUEST,
                        "the manifest is " + label + ", and the path says " + kind.kind() + "/" + name);
            }
            String manager = x.param("fieldManager");
            String applier = manager == null || USUAL.contains(manager) ? "" : manager;
            Api.Outcome outcome = api.apply(kind, manifest, namespace, applier, Map.of(), options);
            code = outcome.operation().equals("created") ? 201 : 200;
            result = outcome.object();
        } else {
            result = api.change(kind, namespace, name, status, options, change);
        }
        warn(x, options);
        x.send(code, ApiServer.JSON, Json.bytes(result));
    }

    static String problems(List<Problem> problems) {
        return problems.isEmpty()
                ? "one object is expected"
                : String.join(", ", problems.stream().map(Problem::toString).toList());
    }

    /** The change that a request's body asks for; null for apply. */
    private static @Nullable UnaryOperator<ObjectNode> patch(Exchange x) {
        String type = String.valueOf(x.header("Content-Type"));
        int semicolon = type.indexOf(';');
        switch (semicolon < 0 ? type : type.substring(0, semicolon).strip()) {
            case "application/apply-patch+yaml" -> {
                return null;
            }
            case "application/merge-patch+json", "application/json" -> {
                JsonNode patch = tree(x);
                return o -> (ObjectNode) Patches.merge(o, patch);
            }
            case "application/strategic-merge-patch+json" -> {
                JsonNode patch = tree(x);
                return o -> {
                    if (patch instanceof ObjectNode p) {
                        Patches.strategic(o, p.deepCopy());
                    }
                    return o;
                };
            }
            case "application/json-patch+json" -> {
                JsonNode patch = tree(x);
                return o -> Patches.json(o, patch);
            }
            default ->
                throw new StoreException(
                        Reason.UNSUPPORTED_MEDIA_TYPE,
                        "the body of the request was in an unknown format - accepted media types include:"
                                + " application/json-patch+json, application/merge-patch+json,"
                                + " application/strategic-merge-patch+json, application/apply-patch+yaml");
        }
    }

    private static JsonNode tree(Exchange x) {
        return Json.mapper().readTree(x.body());
    }

    /** The object in a request's body, JSON or YAML. */
    static ObjectNode body(Exchange x) {
        String type = String.valueOf(x.header("Content-Type"));
        if (type.contains("protobuf")) {
            throw new StoreException(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "protobuf is not spoken here; send application/json"
                            + " (kubectl create ... --dry-run=client -o yaml | kubectl apply -f -)");
        }
        JsonNode tree;
        if (type.contains("yaml")) {
            List<Problem> problems = new ArrayList<>();
            tree = Manifests.tree(x.body(), problems);
            if (!problems.isEmpty()) {
                throw new StoreException(Reason.BAD_REQUEST, problems(problems));
            }
        } else {
            tree = x.body().length == 0 ? null : tree(x);
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new StoreException(Reason.BAD_REQUEST, "the body of the request must be an object");
        }
        return object;
    }

    private static boolean dry(Exchange x) {
        return "All".equals(x.param("dryRun"));
    }

    private static Options options(Exchange x) {
        return new Options("Strict".equals(x.param("fieldValidation")), dry(x));
    }

    private static void warn(Exchange x, Options options) {
        for (String text : options.warnings()) {
            String quoted = text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]+", " ");
            x.addHeader("Warning", "299 - \"" + quoted.replaceAll("[^\\x20-\\x7e]", "?") + "\"");
        }
    }

    private static ObjectNode deleteOptions(Exchange x) {
        ObjectNode asked = x.body().length == 0 ? Json.mapper().createObjectNode() : body(x);
        for (String name : List.of("gracePeriodSeconds", "propagationPolicy")) {
            String value = x.param(name);
            if (value != null && !asked.has(name)) {
                asked.put(name, value);
            }
        }
        return asked;
    }

    private ObjectNode remove(Kind<?> kind, @Nullable String namespace, String name, ObjectNode asked) {
        if (kind.equals(Kind.NODE) || (kind.equals(Kind.NAMESPACE) && name.equals("default"))) {
            throw new StoreException(
                    Reason.FORBIDDEN,
                    kind.plural() + " \"" + name + "\" is forbidden: this " + kind.singular() + " may not be deleted");
        }
        JsonNode grace = asked.get("gracePeriodSeconds");
        Long seconds = null;
        if (grace != null && !grace.isNull()) {
            try {
                seconds = Long.parseLong(grace.asString(""));
            } catch (NumberFormatException e) {
                throw new StoreException(
                        Reason.BAD_REQUEST, "gracePeriodSeconds must be a number of seconds: " + grace);
            }
        }
        DeleteOptions.Propagation propagation =
                switch (asked.path("propagationPolicy").asString("")) {
                    case "Foreground" -> DeleteOptions.Propagation.FOREGROUND;
                    case "Orphan" -> DeleteOptions.Propagation.ORPHAN;
                    default -> DeleteOptions.Propagation.BACKGROUND;
                };
        JsonNode conditions = asked.path("preconditions");
        return Json.tree(store.delete(
                kind,
                namespace,
                name,
                new DeleteOptions(
                        seconds,
                        propagation,
                        conditions.path("uid").asString(null),
                        conditions.path("resourceVersion").asString(null))));
    }

    private static ObjectNode success(Kind<?> kind, String name) {
        ObjectNode status = Json.mapper().createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        status.putObject("details").put("name", name).put("group", kind.group()).put("kind", kind.plural());
        return status;
    }

    private void scale(Exchange x, Kind<?> kind, @Nullable String namespace, String name) {
        if (x.method().equals("GET")) {
            ApiServer.json(x, Scale.of(require(kind, namespace, name).tree()));
            return;
        }
        UnaryOperator<ObjectNode> change;
        if (x.method().equals("PUT")) {
            ObjectNode wanted = body(x);
            change = s -> wanted;
        } else if (x.method().equals("PATCH")) {
            UnaryOperator<ObjectNode> patch = patch(x);
            change = patch == null ? s -> (ObjectNode) Patches.merge(s, body(x)) : patch;
        } else {
            throw method(x);
        }
        ObjectNode result =
                api.change(kind, namespace, name, false, options(x), o -> Scale.applied(o, change.apply(Scale.of(o))));
        ApiServer.json(x, Scale.of(result));
    }
}
