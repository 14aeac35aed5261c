// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * So much of OpenAPI v3 that kubectl knows that the server checks fields and can try things out (fieldValidation, dryRun):
 * then it does not want schemas.
 */
final class OpenApi {
    private OpenApi() {}

    static ObjectNode index() {
        ObjectNode o = Json.mapper().createObjectNode();
        ObjectNode paths = o.putObject("paths");
        for (Kind<?> k : Kind.ALL) {
            paths.putObject(root(k)).put("serverRelativeURL", "/openapi/v3/" + root(k));
        }
        return o;
    }

    private static String root(Kind<?> k) {
        return (k.group().isEmpty() ? "api/" : "apis/") + k.apiVersion();
    }

    static ObjectNode document(List<String> path) {
        String wanted = String.join("/", path);
        ObjectNode o = Json.mapper().createObjectNode();
        o.put("openapi", "3.0.0");
        o.putObject("info").put("title", "Kubernetes").put("version", Discovery.KUBERNETES);
        ObjectNode paths = o.putObject("paths");
        for (Kind<?> k : Kind.ALL) {
            if (root(k).equals(wanted)) {
                String below = "/" + wanted + (k.namespaced() ? "/namespaces/{namespace}/" : "/") + k.plural();
                operation(paths.putObject(below), "post", k);
                operation(paths.putObject(below + "/{name}"), "patch", k);
            }
        }
        if (paths.isEmpty()) {
            throw new StoreException(Reason.NOT_FOUND, "the server could not find the requested resource");
        }
        return o;
    }

    private static void operation(ObjectNode path, String method, Kind<?> k) {
        ObjectNode operation = path.putObject(method);
        operation
                .putObject("x-kubernetes-group-version-kind")
                .put("group", k.group())
                .put("version", k.version())
                .put("kind", k.kind());
        ArrayNode parameters = operation.putArray("parameters");
        for (String name : new String[] {"dryRun", "fieldManager", "fieldValidation", "force"}) {
            parameters
                    .addObject()
                    .put("name", name)
                    .put("in", "query")
                    .putObject("schema")
                    .put("type", "string");
        }
        operation.putObject("responses");
    }
}
