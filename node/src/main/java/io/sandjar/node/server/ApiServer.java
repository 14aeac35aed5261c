// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.Log;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** Kubernetes' REST interface: sends requests to whoever answers them, and makes Status objects of errors. */
public final class ApiServer {
    static final String JSON = "application/json";

    private final Resources resources;
    private final Extras extras;
    private final Metrics metrics;

    /**
     * A server.
     *
     * @param node who runs pods here; asked anew each time, for it comes later than the server
     */
    public ApiServer(Api api, Supplier<NodeOperations> node) {
        resources = new Resources(api, node);
        extras = new Extras(api, node);
        metrics = new Metrics(api.store(), node);
    }

    /** Serves on a socket until the server is closed. */
    public HttpServer listen(Path socket) throws IOException {
        return HttpServer.start(socket, this::handle);
    }

    void handle(Exchange exchange) {
        try {
            route(exchange);
        } catch (StoreException e) {
            fail(exchange, e.reason().code(), e.reason().word(), String.valueOf(e.getMessage()));
        } catch (JacksonException e) {
            fail(exchange, 400, "BadRequest", "the body is not the JSON that was expected: " + e.getOriginalMessage());
        } catch (IOException e) {
            Log.debug("request /" + String.join("/", exchange.path()) + ": " + e.getMessage());
        } catch (RuntimeException e) {
            Log.error("request /" + String.join("/", exchange.path()) + " failed", e);
            fail(exchange, 500, "InternalError", "the agent failed on this request: " + e);
        }
    }

    static void fail(Exchange exchange, int code, String reason, String message) {
        exchange.send(code, JSON, Json.bytes(status(code, reason, message)));
    }

    static ObjectNode status(int code, String reason, String message) {
        ObjectNode status = Json.mapper().createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message).put("reason", reason);
        status.put("code", code);
        return status;
    }

    private void route(Exchange x) throws IOException {
        List<String> path = x.path();
        String first = path.isEmpty() ? "" : path.getFirst();
        boolean get = x.method().equals("GET") || x.method().equals("HEAD");
        switch (first) {
            case "healthz", "livez", "readyz" -> x.text(200, "ok");
            case "version" -> json(x, Discovery.version());
            case "metrics" ->
                x.send(
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        metrics.text().getBytes(StandardCharsets.UTF_8));
            case "" -> json(x, Map.of("paths", Discovery.PATHS));
            case "openapi" -> openapi(x, path);
            case "api" -> api(x, path, get);
            case "apis" -> apis(x, path, get);
            default -> throw unknown(x);
        }
    }

    private void openapi(Exchange x, List<String> path) {
        if (path.size() < 2 || !path.get(1).equals("v3")) {
            throw unknown(x);
        }
        json(x, path.size() == 2 ? OpenApi.index() : OpenApi.document(path.subList(2, path.size())));
    }

    private void api(Exchange x, List<String> path, boolean get) throws IOException {
        if (path.size() == 1 && get) {
            json(x, Discovery.apiVersions());
        } else if (path.size() == 2 && get && path.get(1).equals("v1")) {
            json(x, Discovery.resources("", "v1"));
        } else if (path.size() > 2 && path.get(1).equals("v1")) {
            resource(x, "", "v1", path.subList(2, path.size()));
        } else {
            throw unknown(x);
        }
    }

    private void apis(Exchange x, List<String> path, boolean get) throws IOException {
        if (path.size() == 1 && get) {
            json(x, Discovery.groups());
            return;
        }
        String group = path.size() > 1 ? path.get(1) : "";
        if (group.equals("sandjar.io") && path.size() > 3) {
            extras.handle(x, path.subList(3, path.size()));
        } else if (group.equals("metrics.k8s.io") && path.size() > 3) {
            extras.figures(x, path.subList(3, path.size()));
        } else if (path.size() == 2 && get && Discovery.group(group) != null) {
            json(x, Discovery.group(group));
        } else if (path.size() == 3 && get && Discovery.group(group) != null) {
            json(x, Discovery.resources(group, path.get(2)));
        } else if (path.size() > 3) {
            resource(x, group, path.get(2), path.subList(3, path.size()));
        } else {
            throw unknown(x);
        }
    }

    /** {@code [namespaces/NS/]PLURAL[/NAME[/SUB]]}. */
    private void resource(Exchange x, String group, String version, List<String> path) throws IOException {
        @Nullable String namespace = null;
        List<String> rest = path;
        if (path.size() > 2
                && path.getFirst().equals("namespaces")
                && !List.of("status", "finalize").contains(path.get(2))) {
            namespace = path.get(1);
            rest = path.subList(2, path.size());
        }
        for (Kind<?> kind : Kind.ALL) {
            if (kind.group().equals(group)
                    && kind.version().equals(version)
                    && kind.plural().equals(rest.getFirst())) {
                if (rest.size() > 3 || (namespace != null && !kind.namespaced())) {
                    break;
                }
                String name = rest.size() > 1 ? rest.get(1) : null;
                if (name == null) {
                    resources.collection(x, kind, namespace);
                } else {
                    resources.object(x, kind, namespace, name, rest.size() > 2 ? rest.get(2) : "");
                }
                return;
            }
        }
        throw unknown(x);
    }

    private static StoreException unknown(Exchange x) {
        return new StoreException(
                Reason.NOT_FOUND,
                "the server could not find the requested resource (" + x.method() + " /" + String.join("/", x.path())
                        + ")");
    }

    static void json(Exchange x, @Nullable Object value) {
        x.send(200, JSON, Json.bytes(value == null ? Map.of() : value));
    }

    /** The store that is served. */
    public ObjectStore store() {
        return resources.store();
    }
}
