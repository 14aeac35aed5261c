// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.store.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What may not change once an object is there. */
final class Immutable {
    private static final String POD = "spec: Forbidden: pod updates may not change fields other than"
            + " `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`,"
            + " `spec.terminationGracePeriodSeconds`, `spec.tolerations`; delete the pod and apply again, or use a Deployment";

    private Immutable() {}

    /** What is violated, or null. */
    static @Nullable String violated(Kind<?> kind, ObjectNode before, ObjectNode after) {
        if (kind.equals(Kind.POD)) {
            return same(podCore(before), podCore(after)) ? null : POD;
        }
        if (kind.equals(Kind.DEPLOYMENT) || kind.equals(Kind.REPLICA_SET)) {
            return field(before, after, "selector");
        }
        if (kind.equals(Kind.JOB)) {
            for (String name : List.of("selector", "template", "completionMode")) {
                String wrong = field(before, after, name);
                if (wrong != null) {
                    return wrong + "; delete the job and apply again";
                }
            }
        }
        if (kind.equals(Kind.CONFIG_MAP) || kind.equals(Kind.SECRET)) {
            if (before.path("immutable").asBoolean(false)
                    && !(same(before.path("data"), after.path("data"))
                            && same(before.path("binaryData"), after.path("binaryData"))
                            && after.path("immutable").asBoolean(false))) {
                return "data: Forbidden: field is immutable when `immutable` is set; delete it and apply again";
            }
            if (!same(before.path("type"), after.path("type"))) {
                return "type: Invalid value: field is immutable";
            }
        }
        return null;
    }

    private static @Nullable String field(ObjectNode before, ObjectNode after, String name) {
        return same(before.path("spec").path(name), after.path("spec").path(name))
                ? null
                : "spec." + name + ": Invalid value: field is immutable";
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.equals(b);
    }

    private static JsonNode podCore(ObjectNode pod) {
        if (!(pod.path("spec").deepCopy() instanceof ObjectNode spec)) {
            return pod.objectNode();
        }
        spec.remove(List.of(
                "activeDeadlineSeconds",
                "terminationGracePeriodSeconds",
                "tolerations",
                "nodeName",
                "ephemeralContainers"));
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                ((ObjectNode) container).remove("image");
            }
        }
        return spec;
    }
}
