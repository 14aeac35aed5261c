// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The sub-resource that shows an object as nothing but a number of replicas (autoscaling/v1). */
final class Scale {
    private Scale() {}

    static ObjectNode of(ObjectNode object) {
        ObjectNode scale = object.objectNode();
        scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            JsonNode value = object.path("metadata").get(field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        scale.putObject("spec")
                .put("replicas", object.path("spec").path("replicas").asInt(0));
        StringJoiner selector = new StringJoiner(",");
        object.path("spec")
                .path("selector")
                .path("matchLabels")
                .properties()
                .forEach(e -> selector.add(e.getKey() + "=" + e.getValue().asString("")));
        scale.putObject("status")
                .put("replicas", object.path("status").path("replicas").asInt(0))
                .put("selector", selector.toString());
        return scale;
    }

    static ObjectNode applied(ObjectNode object, ObjectNode scale) {
        JsonNode replicas = scale.path("spec").path("replicas");
        if (!replicas.isIntegralNumber() || replicas.asInt(-1) < 0) {
            throw new StoreException(
                    Reason.INVALID,
                    "Scale is invalid: spec.replicas: Invalid value: " + replicas + ": must be a number from 0 on");
        }
        ((ObjectNode) object.get("spec")).put("replicas", replicas.asInt(0));
        JsonNode version = scale.path("metadata").path("resourceVersion");
        if (version.isString()) {
            ((ObjectNode) object.get("metadata")).set("resourceVersion", version);
        }
        return object;
    }
}
